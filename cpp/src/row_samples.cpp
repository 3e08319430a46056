#include "row_samples.hpp"

#include <algorithm>

namespace ril {
namespace {

std::int32_t pair_of_words(std::int32_t left, std::int32_t right) {
  return static_cast<std::int32_t>((static_cast<std::uint32_t>(left) & 0xFFFFu) |
                                   static_cast<std::uint32_t>(right) << 16);
}

std::int32_t pair_of_bytes_twice(int left, int right) {
  const auto pair = static_cast<std::uint32_t>((left & 0xFF) | (right & 0xFF) << 8);
  return static_cast<std::int32_t>(pair | pair << 16);
}

// The high parts, by largest remainders: weight / 128 rounded down, but up for as many of the
// largest remainders as it takes to sum to 128.
//
// With e the excess and m the number of those rounded up, the remainders sum to 128 m + e. The low
// parts above 0 are the 4 - m smallest remainders, those below 0 lack as much to 128 as the m
// largest do; either comes to 128 at most for every m and e. A high part of 128 does not fit a
// signed byte and gives 1 to another tap; the bounds hold then too.
void split(const std::int32_t* weights, int* high) {
  int missing = 128;
  for (int k = 0; k < 4; ++k) {
    high[k] = weights[k] / 128;
    missing -= high[k];
  }
  const auto raise_one_but = [&](int except) {
    int best = except == 0 ? 1 : 0;
    for (int k = 0; k < 4; ++k) {
      if (k != except && weights[k] - 128 * high[k] > weights[best] - 128 * high[best]) {
        best = k;
      }
    }
    ++high[best];
  };
  for (; missing > 0; --missing) {
    raise_one_but(-1);
  }
  int* const whole = std::find(high, high + 4, 128);
  if (whole != high + 4) {
    --*whole;
    raise_one_but(static_cast<int>(whole - high));
  }
}

RowSample row_sample(const Sample& sample, int p) {
  RowSample s{};
  s.p = p;
  s.excess = -(1 << 14);
  std::size_t last = 0;
  for (std::size_t k = 0; k < 4; ++k) {
    s.weights[k] = sample[k].weight;
    s.excess += sample[k].weight;
    if (sample[k].weight != 0) {
      ++s.num_taps;
      last = k;
    }
  }
  s.bit_bytes = static_cast<std::int32_t>(0x01010101u << p % 8);
  s.bit_words = pair_of_words(1 << p % 16, 1 << p % 16);
  s.excess_words = pair_of_words(512 * s.excess, 512 * s.excess);
  const Tap& origin = s.num_taps == 1 ? sample[last] : sample[0];
  s.row = origin.row;
  s.column = origin.column;
  if (s.num_taps == 1) {
    return s;
  }
  int high[4];
  split(s.weights, high);
  for (int r = 0; r < 2; ++r) {
    const std::int32_t left = s.weights[2 * r];
    const std::int32_t right = s.weights[2 * r + 1];
    const int left_high = high[2 * r];
    const int right_high = high[2 * r + 1];
    s.words[r] = pair_of_words(left, right);
    s.high_bytes[r] = pair_of_bytes_twice(left_high, right_high);
    s.low_bytes[r] = pair_of_bytes_twice(left - 128 * left_high, right - 128 * right_high);
  }
  return s;
}

constexpr int kNumKinds = 6;

// The place of a sample in its group, see RowSamples.
int kind(const RowSample& sample) {
  if (sample.num_taps == 1) {
    return sample.p % 16 < 8 ? 0 : 1;
  }
  switch (sample.excess) {
    case 0:
      return 2;
    case 1:
      return 3;
    case -1:
      return 4;
    default:
      return 5;
  }
}

}  // namespace

RowSamples row_samples(const std::vector<Sample>& samples) {
  const auto num_samples = static_cast<int>(samples.size());
  RowSample in_order[kMaxP];
  for (int p = 0; p < num_samples; ++p) {
    in_order[p] = row_sample(samples[static_cast<std::size_t>(p)], p);
  }
  RowSamples sorted{};
  for (int group = 0; group < 2; ++group) {
    int limits[kNumKinds + 1] = {sorted.count};
    for (int wanted = 0; wanted < kNumKinds; ++wanted) {
      for (int p = 16 * group; p < std::min(num_samples, 16 * group + 16); ++p) {
        if (kind(in_order[p]) == wanted) {
          sorted.all[sorted.count++] = in_order[p];
        }
      }
      limits[wanted + 1] = sorted.count;
    }
    sorted.groups[group] = {limits[0], limits[1], limits[2], limits[3],
                            limits[4], limits[5], limits[6]};
  }
  return sorted;
}

}  // namespace ril
