// The rows that a strip of a picture reads, lengthened on all sides by what its border rule puts
// there, so that the row kernels need no test of the border, and in the type that they work on.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

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

  // Room for strips of up to num_rows rows of `width` pixels.
  PaddedRows(std::int64_t num_rows, std::int64_t width, const Reach& reach)
      : reach_(reach), width_(width), stride_(stride(width, reach)) {
    const std::int64_t size = (reach.up + num_rows + reach.down) * stride_ + kLine;
    storage_.reset(new Row[static_cast<std::size_t>(size)]);  // slack is read, but does not count
    const auto beyond = reinterpret_cast<std::uintptr_t>(storage_.get()) % 64;
    base_ = storage_.get() + (64 - beyond) % 64 / sizeof(Row) + lines(reach.left) * kLine;
  }

  // Pixels from one row to the next. Column 0 starts a cache line, and a row is an odd number of
  // lines: neighbouring rows then differ in their low address bits, which processors compare first.
  static std::int64_t stride(std::int64_t width, const Reach& reach) {
    return (lines(lines(reach.left) * kLine + width + reach.right + kRowSlack) | 1) * kLine;
  }

  // With rows [first, last) of one picture (height, width), which must not be empty.
  void fill(const Pixel* picture, std::int64_t height, std::int64_t first, std::int64_t last,
            Border border) {
    top_ = first - reach_.up;
    for (std::int64_t r = top_; r < last + reach_.down; ++r) {
      const std::int64_t source = source_index(r, height, border);
      Row* to = base_ + (r - top_) * stride_;
      if (source < 0) {
        std::fill(to - reach_.left, to + width_ + reach_.right, Stored<Pixel>::of(Pixel{}));
      } else {
        fill_row(picture + source * width_, to, border);
      }
    }
  }

  // Column 0 of a row in [first - up, last + down); columns [-left, width + right) may be read.
  const Row* row(std::int64_t r) const { return base_ + (r - top_) * stride_; }

 private:
  static constexpr auto kLine = static_cast<std::int64_t>(64 / sizeof(Row));

  static std::int64_t lines(std::int64_t pixels) { return (pixels + kLine - 1) / kLine; }

  void fill_row(const Pixel* from, Row* to, Border border) {
    if constexpr (std::is_same_v<Pixel, Row>) {
      std::copy(from, from + width_, to);
    } else {
      std::transform(from, from + width_, to, Stored<Pixel>::of);
    }
    const auto outside = [&](std::int64_t column) {
      const std::int64_t source = source_index(column, width_, border);
      return Stored<Pixel>::of(source < 0 ? Pixel{} : from[source]);
    };
    for (std::int64_t c = -reach_.left; c < 0; ++c) {
      to[c] = outside(c);
    }
    for (std::int64_t c = width_; c < width_ + reach_.right; ++c) {
      to[c] = outside(c);
    }
  }

  Reach reach_;
  std::int64_t width_;
  std::int64_t stride_;
  std::int64_t top_ = 0;
  std::unique_ptr<Row[]> storage_;
  Row* base_;
};

}  // namespace ril
