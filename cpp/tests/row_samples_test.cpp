// The forms of the weights that the row kernels read: they say the same, and stay in their ranges.
#include "row_samples.hpp"

#include <set>
#include <vector>

#include "check.hpp"

namespace {

int byte_of(std::int32_t pair, int side) {
  return static_cast<std::int8_t>(pair >> (8 * side) & 0xFF);
}

void weights_survive(const ril::RowSample& sample) {
  int high = 0;
  int above = 0;
  int below = 0;
  for (int k = 0; k < 4; ++k) {
    const int h = byte_of(sample.high_bytes[k / 2], k % 2);
    const int l = byte_of(sample.low_bytes[k / 2], k % 2);
    CHECK(128 * h + l == sample.weights[k]);
    CHECK(h >= 0);
    high += h;
    above += l > 0 ? l : 0;
    below += l < 0 ? -l : 0;
    const int word = k % 2 == 0 ? sample.words[k / 2] & 0xFFFF : sample.words[k / 2] >> 16;
    CHECK(word == sample.weights[k]);
  }
  CHECK(high == 128 && above <= 128 && below <= 128);
  CHECK(above - below == sample.excess);
}

void samples_are_complete_and_sorted(int P, double R) {
  const ril::RowSamples samples = ril::row_samples(ril::sampling(P, R));
  CHECK(samples.count == P);
  std::set<int> seen;
  for (int group = 0; group < 2; ++group) {
    const auto& range = samples.groups[group];
    CHECK(range.first == (group == 0 ? 0 : samples.groups[0].last));
    for (int s = range.first; s < range.last; ++s) {
      const ril::RowSample& sample = samples.all[s];
      seen.insert(sample.p);
      CHECK(sample.p / 16 == group);
      CHECK((sample.num_taps == 1) == (s < range.even));
      if (sample.num_taps == 1) {
        CHECK((sample.p % 16 < 8) == (s < range.upper));
      } else {
        CHECK((sample.excess == 0) == (s < range.over));
        CHECK((sample.excess == 1) == (s >= range.over && s < range.under));
        CHECK((sample.excess == -1) == (s >= range.under && s < range.far));
      }
      CHECK(sample.bit_words == static_cast<std::int32_t>(0x00010001u << sample.p % 16));
      CHECK(sample.bit_bytes == static_cast<std::int32_t>(0x01010101u << sample.p % 8));
      if (sample.num_taps > 1) {
        weights_survive(sample);
      }
    }
  }
  CHECK(static_cast<int>(seen.size()) == P && samples.groups[1].last == P);
}

// Weights as a sampling would round them, at every fraction of a pixel near the corners of a cell
// and over its inside.
void every_fraction_fits() {
  std::vector<double> fractions;
  for (int i = 0; i <= 64; ++i) {
    fractions.push_back(i / 64.0);
    fractions.push_back(i / 16384.0 / 8);
    fractions.push_back(1 - i / 16384.0 / 8);
  }
  for (const double down : fractions) {
    for (const double right : fractions) {
      const auto weight = [](double w) {
        return static_cast<std::int32_t>(__builtin_nearbyint(ril::kWeightOne * w));
      };
      const ril::Sample sample = {{{0, 0, weight((1 - down) * (1 - right))},
                                   {0, 1, weight((1 - down) * right)},
                                   {1, 0, weight(down * (1 - right))},
                                   {1, 1, weight(down * right)}}};
      const ril::RowSamples samples = ril::row_samples({sample});
      if (samples.all[0].num_taps > 1) {
        weights_survive(samples.all[0]);
      }
    }
  }
}

}  // namespace

int main() {
  every_fraction_fits();
  for (int P = 1; P <= 31; ++P) {
    for (int step = 1; step <= 400; ++step) {
      samples_are_complete_and_sorted(P, step * 0.03137);
    }
    samples_are_complete_and_sorted(P, 1);
    samples_are_complete_and_sorted(P, 2);
    samples_are_complete_and_sorted(P, 3);
  }
  return check::failures();
}
