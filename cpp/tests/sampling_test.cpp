// The table of samples: literal rows, symmetry, limits.
#include "ril/sampling.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

#include "check.hpp"

namespace {

bool is(const ril::Tap& tap, int row, int column, int weight) {
  return tap.row == row && tap.column == column && tap.weight == weight;
}

void axis_samples_have_one_tap() {
  const auto samples = ril::sampling(4, 2);
  CHECK(is(samples[0][0], 0, 2, 16384) && samples[0][1].weight == 0 && samples[0][2].weight == 0);
  CHECK(is(samples[1][0], -2, 0, 16384) && samples[1][3].weight == 0);
  CHECK(is(samples[2][0], 0, -2, 16384));
  CHECK(is(samples[3][0], 2, 0, 16384));
}

void diagonal_of_the_unit_circle() {
  // At 45 degrees the sample lies 0.70710678 up and right: (1 - f)^2, f (1 - f), f^2 in 2^-14.
  const auto samples = ril::sampling(8, 1);
  CHECK(is(samples[1][0], -1, 0, 3393));
  CHECK(is(samples[1][1], -1, 1, 8192));
  CHECK(is(samples[1][2], 0, 0, 1406));
  CHECK(is(samples[1][3], 0, 1, 3393));
}

void quarter_turns_permute_the_taps() {
  for (const double R : {1.0, 1.5, 2.0, 2.5, 3.0, 7.3, 100.0}) {
    for (const int P : {4, 8, 12, 16, 24, 28}) {
      const auto samples = ril::sampling(P, R);
      for (int p = 0; p < P; ++p) {
        const auto& from = samples[static_cast<std::size_t>(p)];
        const auto& to = samples[static_cast<std::size_t>((p + P / 4) % P)];
        for (const ril::Tap& tap : from) {
          if (tap.weight == 0) continue;
          bool found = false;  // (row, column) turns counter-clockwise into (-column, row)
          for (const ril::Tap& turned : to) {
            found = found || (turned.row == -tap.column && turned.column == tap.row &&
                              turned.weight == tap.weight);
          }
          CHECK(found);
        }
      }
    }
  }
}

void weights_are_not_forced_to_a_sum() {
  bool differs = false;
  for (int P = 1; P <= 31; ++P) {
    for (const double R : {1e-300, 1e-9, 0.5, 1.0, 1.5, 3.0, 1e3, 1e9, ril::kMaxR}) {
      for (const ril::Sample& sample : ril::sampling(P, R)) {
        int sum = 0;
        for (const ril::Tap& tap : sample) {
          CHECK(tap.weight >= 0 && tap.weight <= 16384);
          sum += tap.weight;
        }
        CHECK(std::abs(sum - 16384) <= 2);
        differs = differs || sum != 16384;
      }
    }
  }
  CHECK(differs);
}

void limits() {
  CHECK_THROWS(std::invalid_argument, ril::sampling(0, 1));
  CHECK_THROWS(std::invalid_argument, ril::sampling(32, 1));
  CHECK_THROWS(std::invalid_argument, ril::sampling(8, 0));
  CHECK_THROWS(std::invalid_argument, ril::sampling(8, -1));
  CHECK_THROWS(std::invalid_argument, ril::sampling(8, 2 * ril::kMaxR));
  CHECK_THROWS(std::invalid_argument, ril::sampling(8, std::numeric_limits<double>::quiet_NaN()));
  CHECK_THROWS(std::invalid_argument, ril::sampling(8, std::numeric_limits<double>::infinity()));
}

}  // namespace

int main() {
  axis_samples_have_one_tap();
  diagonal_of_the_unit_circle();
  quarter_turns_permute_the_taps();
  weights_are_not_forced_to_a_sum();
  limits();
  return check::failures();
}
