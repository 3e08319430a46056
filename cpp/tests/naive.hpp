// The definition once more, for tests: one pixel at a time, no padding, no tables, exact in 128
// bits.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <type_traits>
#include <vector>

#include "ril/lbp.hpp"

namespace naive {

__extension__ using Wide = __int128;

inline std::int64_t inside(std::int64_t index, std::int64_t size, ril::Border border) {
  if (border == ril::Border::edge || size == 1) {
    return std::min(std::max(index, std::int64_t{0}), size - 1);
  }
  while (index < 0 || index >= size) {  // mirror until inside
    index = index < 0 ? -index : 2 * (size - 1) - index;
  }
  return index;
}

// One picture (height, width).
template <class Pixel>
struct Picture {
  const Pixel* pixels;
  std::int64_t height;
  std::int64_t width;
  ril::Border border;

  Pixel at(std::int64_t row, std::int64_t column) const {
    if (border == ril::Border::constant &&
        (row < 0 || column < 0 || row >= height || column >= width)) {
      return 0;
    }
    return pixels[inside(row, height, border) * width + inside(column, width, border)];
  }
};

template <class Pixel>
using Sum = std::conditional_t<std::is_floating_point_v<Pixel>, double, Wide>;

// Each sample minus the centre, in 2^-14 of a grey level.
template <class Pixel>
std::vector<Sum<Pixel>> sums(const Picture<Pixel>& picture, std::int64_t row, std::int64_t column,
                             const std::vector<ril::Sample>& samples) {
  const auto centre = static_cast<Sum<Pixel>>(picture.at(row, column));
  std::vector<Sum<Pixel>> found;
  for (const ril::Sample& sample : samples) {
    Sum<Pixel> sum = 0;
    for (const ril::Tap& tap : sample) {
      if (tap.weight != 0) {
        const auto pixel = static_cast<Sum<Pixel>>(picture.at(row + tap.row, column + tap.column));
        sum += static_cast<Sum<Pixel>>(tap.weight) * (pixel - centre);
      }
    }
    found.push_back(sum);
  }
  return found;
}

template <class AnySum>
std::uint32_t code(const std::vector<AnySum>& sums) {
  std::uint32_t bits = 0;
  for (std::size_t p = 0; p < sums.size(); ++p) {
    bits |= static_cast<std::uint32_t>(sums[p] >= 0) << p;
  }
  return bits;
}

template <class AnySum>
float variance(const std::vector<AnySum>& sums) {
  const auto P = static_cast<double>(sums.size());
  double total = 0;
  for (const AnySum sum : sums)
    total += static_cast<double>(sum);
  const double mean = total / P;
  double squares = 0;
  for (const AnySum sum : sums) {
    const double deviation = static_cast<double>(sum) - mean;
    squares += deviation * deviation;
  }
  return static_cast<float>(squares / P / (ril::kWeightOne * ril::kWeightOne));
}

inline std::uint32_t rotated(std::uint32_t code, int P) {
  return (code >> 1) | ((code & 1u) << (P - 1));
}

inline std::uint32_t smallest_rotation(std::uint32_t code, int P) {
  std::uint32_t smallest = code;
  for (int i = 1; i < P; ++i) {
    code = rotated(code, P);
    smallest = std::min(smallest, code);
  }
  return smallest;
}

// All smallest rotations, ascending, by trying every code: for small P.
inline const std::vector<std::uint32_t>& smallest_rotations(int P) {
  static std::map<int, std::vector<std::uint32_t>> known;
  std::vector<std::uint32_t>& found = known[P];
  if (found.empty()) {
    for (std::uint32_t code = 0; code >> P == 0; ++code) {
      if (smallest_rotation(code, P) == code) found.push_back(code);
    }
  }
  return found;
}

inline std::uint32_t rank(std::uint32_t code, int P) {
  const std::vector<std::uint32_t>& every = smallest_rotations(P);
  const auto place = std::lower_bound(every.begin(), every.end(), smallest_rotation(code, P));
  return static_cast<std::uint32_t>(255 * (place - every.begin()) /
                                    static_cast<std::ptrdiff_t>(every.size() - 1));
}

struct Bits {
  int ones = 0;
  int transitions = 0;
  int start = 0;  // of the run of ones, where there is one run
};

inline Bits bits(std::uint32_t code, int P) {
  Bits found;
  for (int p = 0; p < P; ++p) {
    const bool here = (code >> p & 1u) != 0;
    const bool before = (code >> ((p + P - 1) % P) & 1u) != 0;
    found.ones += static_cast<int>(here);
    found.transitions += static_cast<int>(here != before);
    if (here && !before) found.start = p;
  }
  return found;
}

inline std::uint32_t uniform(std::uint32_t code, int P) {
  const Bits found = bits(code, P);
  return static_cast<std::uint32_t>(found.transitions <= 2 ? found.ones : P + 1);
}

inline std::uint32_t nri_uniform(std::uint32_t code, int P) {
  const Bits found = bits(code, P);
  if (found.ones == 0) return 0;
  if (found.ones == P) return static_cast<std::uint32_t>(P * (P - 1) + 1);
  if (found.transitions > 2) return static_cast<std::uint32_t>(P * (P - 1) + 2);
  return static_cast<std::uint32_t>(1 + (found.ones - 1) * P + (P - found.start) % P);
}

// Of a code under every method but `var`.
inline std::uint32_t value(std::uint32_t code, int P, ril::Method method) {
  switch (method) {
    case ril::Method::ror:
      return smallest_rotation(code, P);
    case ril::Method::rank:
      return rank(code, P);
    case ril::Method::uniform:
      return uniform(code, P);
    case ril::Method::nri_uniform:
      return nri_uniform(code, P);
    default:
      return code;
  }
}

}  // namespace naive
