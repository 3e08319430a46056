// The rows that a strip of a picture reads, lengthened on both sides by what its border rule puts
// there, so that the row kernels need no test of the border, and in the type that they work on.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "ril/border.hpp"
#include "rows.hpp"

namespace ril {

// How far the taps lead from a pixel, each at least 0.
struct Reach {
  std::int64_t up = 0;
  std::int64_t down = 0;
  std::int64_t left = 0;
  std::int64_t right = 0;

  void include(std::int64_t row, std::int64_t column) {
    up = std::max(up, -row);
    down = std::max(down, row);
    left = std::max(left, -column);
    right = std::max(right, column);
  }
};

// The type of pixel that the row kernels take for Pixel, and the way there. It keeps differences.
template <class Pixel>
struct Stored {
  using type = Pixel;
  static type of(Pixel pixel) { return pixel; }
};
template <>
struct Stored<std::int8_t> {
  using type = std::uint8_t;
  static type of(std::int8_t pixel) { return static_cast<type>(pixel + 128); }
};
template <>
struct Stored<std::uint16_t> {
  using type = std::int16_t;
  static type of(std::uint16_t pixel) { return static_cast<type>(pixel - 32768); }
};

template <class Pixel>
class PaddedRows {
 public:
  using Row = typename Stored<Pixel>::type;

  // For rows [first, last) of one picture (height, width), which must not be empty.
  void fill(const Pixel* picture, std::int64_t height, std::int64_t width, std::int64_t first,
            std::int64_t last, const Reach& reach, Border border) {
    top_ = first - reach.up;
    const std::int64_t num_rows = last + reach.down - top_;
    std::int64_t lowest = height;
    std::int64_t highest = -1;
    sources_.resize(static_cast<std::size_t>(num_rows));
    for (std::int64_t r = 0; r < num_rows; ++r) {
      const std::int64_t source = source_index(top_ + r, height, border);
      sources_[static_cast<std::size_t>(r)] = source;
      if (source >= 0) {
        lowest = std::min(lowest, source);
        highest = std::max(highest, source);
      }
    }

    // Column 0 starts a cache line, and a row is an odd number of lines: neighbouring rows then
    // differ in their low address bits, which processors compare first.
    constexpr auto kLine = static_cast<std::int64_t>(64 / sizeof(Row));
    const auto lines = [](std::int64_t pixels) { return (pixels + kLine - 1) / kLine; };
    const std::int64_t left = lines(reach.left) * kLine;
    const std::int64_t stride = (lines(left + width + reach.right + kRowSlack) | 1) * kLine;
    const std::int64_t num_stored = highest - lowest + 1;
    const std::int64_t zero_row = num_stored;  // one more, for a constant border
    const auto size = static_cast<std::size_t>((num_stored + 1) * stride + kLine);
    if (storage_.size() < size) {
      storage_.resize(size);
    }
    Row* const base = storage_.data() + to_next_line(storage_.data());
    for (std::int64_t r = 0; r < num_stored; ++r) {
      const Pixel* from = picture + (lowest + r) * width;
      Row* to = base + r * stride + left;
      if constexpr (std::is_same_v<Pixel, Row>) {
        std::copy(from, from + width, to);
      } else {
        std::transform(from, from + width, to, Stored<Pixel>::of);
      }
      const auto outside = [&](std::int64_t column) {
        const std::int64_t source = source_index(column, width, border);
        return Stored<Pixel>::of(source < 0 ? Pixel{} : from[source]);
      };
      for (std::int64_t c = -reach.left; c < 0; ++c) {
        to[c] = outside(c);
      }
      for (std::int64_t c = width; c < width + reach.right; ++c) {
        to[c] = outside(c);
      }
    }
    if (border == Border::constant) {
      Row* zeros = base + zero_row * stride;
      std::fill(zeros, zeros + stride, Stored<Pixel>::of(Pixel{}));
    }

    rows_.resize(static_cast<std::size_t>(num_rows));
    for (std::int64_t r = 0; r < num_rows; ++r) {
      const std::int64_t source = sources_[static_cast<std::size_t>(r)];
      const std::int64_t stored = source < 0 ? zero_row : source - lowest;
      rows_[static_cast<std::size_t>(r)] = base + stored * stride + left;
    }
  }

  // Column 0 of a row in [first - up, last + down); columns [-left, width + right) may be read.
  const Row* row(std::int64_t r) const { return rows_[static_cast<std::size_t>(r - top_)]; }

 private:
  static std::ptrdiff_t to_next_line(const Row* p) {
    const auto beyond = reinterpret_cast<std::uintptr_t>(p) % 64;
    return static_cast<std::ptrdiff_t>((64 - beyond) % 64 / sizeof(Row));
  }

  std::int64_t top_ = 0;
  std::vector<std::int64_t> sources_;
  std::vector<Row> storage_;
  std::vector<const Row*> rows_;
};

}  // namespace ril
