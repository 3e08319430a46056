// The samples of one scale, in the order and in the forms that the row kernels want them.
#pragma once

#include <cstdint>
#include <vector>

#include "ril/sampling.hpp"

namespace ril {

struct RowSample {
  int p;                    // its bit is 2^p
  int num_taps;             // that have a weight
  std::int64_t row;         // offset of its only tap; if there are more, of the top left one
  std::int64_t column;      // likewise
  std::int32_t weights[4];  // top left, top right, bottom left, bottom right
  int excess;               // sum of the weights - 2^14, in -2..2

  // The weights again, of the top row and of the bottom row, left one first, for instructions that
  // multiply and add pairs: as two words of 16 bits,
  std::int32_t words[2];
  // and as 128 high + low, signed bytes, each pair twice. The high parts sum to 128, the low parts
  // above 0 to at most 128 and those below 0 to at least -128. Not filled in for one tap.
  std::int32_t high_bytes[2];
  std::int32_t low_bytes[2];

  std::int32_t bit_bytes;     // 2^(p % 8) in each byte
  std::int32_t bit_words;     // 2^(p % 16) in both halves
  std::int32_t excess_words;  // 512 times the excess, in both halves
};

// Samples of p < 16 come first. On either side of that, samples of one tap are in [first, even),
// from `upper` on those with p % 16 >= 8; of the others, those without excess are in [even, over),
// with excess 1 in [over, under), -1 in [under, far), another in [far, last).
struct RowSamples {
  struct Group {
    int first;
    int upper;
    int even;
    int over;
    int under;
    int far;
    int last;
  };
  RowSample all[kMaxP];
  int count;
  Group groups[2];
};

RowSamples row_samples(const std::vector<Sample>& samples);

}  // namespace ril
