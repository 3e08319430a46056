// Where the operator looks: P samples on a circle of radius R, in integers.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace ril {

inline constexpr int kMaxP = 31;                     // a code is at most 2^31 - 1
inline constexpr int kMaxRankP = 24;                 // the table of ranks has 2^P entries
inline constexpr double kMaxR = 4503599627370496.0;  // 2^52: beyond it a double has no fraction
inline constexpr double kWeightOne = 16384.0;        // 2^14, the weight of a whole pixel

// One of the four pixels around a sample: its offset from the centre, and its weight in 2^-14.
struct Tap {
  std::int64_t row;
  std::int64_t column;
  std::int32_t weight;
};

// The four taps of one sample: top left, top right, bottom left, bottom right.
// Sums are taken in this order, which decides the rounding on floating-point pictures.
using Sample = std::array<Tap, 4>;

// The P samples of (P, R): sample p lies at row -R sin(2 pi p / P), column +R cos(2 pi p / P).
//
// Both are rounded to twelve decimals, nearbyint(1e12 x) / 1e12, so that a last bit of the C
// library's sine does not move a sample. Bilinear weights w become rint(2^14 w), half to even, and
// are taken as they are: forcing their sum to 2^14 would break exact ties.
//
// Throws std::invalid_argument unless 1 <= P <= 31 and 0 < R <= 2^52.
std::vector<Sample> sampling(int P, double R);

}  // namespace ril
