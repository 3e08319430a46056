// The rows that a strip of a picture reads, widened on both sides by what its border rule puts
// there, so that the row kernels need no test of the border.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "ril/border.hpp"

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

template <class Pixel>
class PaddedRows {
 public:
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

    // An odd number of 64-byte lines: neighbouring rows then differ in their low address bits,
    // which processors compare first.
    constexpr auto kLine = static_cast<std::int64_t>(64 / sizeof(Pixel));
    std::int64_t stride = (reach.left + width + reach.right + kLine - 1) / kLine;
    stride = (stride | 1) * kLine;
    const std::int64_t num_stored = highest - lowest + 1;
    const std::int64_t zero_row = num_stored;  // one more, for a constant border
    const auto size = static_cast<std::size_t>((num_stored + 1) * stride);
    if (storage_.size() < size) {
      storage_.resize(size);
    }
    for (std::int64_t r = 0; r < num_stored; ++r) {
      const Pixel* from = picture + (lowest + r) * width;
      Pixel* to = storage_.data() + r * stride + reach.left;
      std::copy(from, from + width, to);
      const auto outside = [&](std::int64_t column) {
        const std::int64_t source = source_index(column, width, border);
        return source < 0 ? Pixel{} : from[source];
      };
      for (std::int64_t c = -reach.left; c < 0; ++c) {
        to[c] = outside(c);
      }
      for (std::int64_t c = width; c < width + reach.right; ++c) {
        to[c] = outside(c);
      }
    }
    if (border == Border::constant) {
      Pixel* zeros = storage_.data() + zero_row * stride;
      std::fill(zeros, zeros + stride, Pixel{});
    }

    rows_.resize(static_cast<std::size_t>(num_rows));
    for (std::int64_t r = 0; r < num_rows; ++r) {
      const std::int64_t source = sources_[static_cast<std::size_t>(r)];
      const std::int64_t stored = source < 0 ? zero_row : source - lowest;
      rows_[static_cast<std::size_t>(r)] = storage_.data() + stored * stride + reach.left;
    }
  }

  // Column 0 of a row in [first - up, last + down); columns [-left, width + right) may be read.
  const Pixel* row(std::int64_t r) const { return rows_[static_cast<std::size_t>(r - top_)]; }

 private:
  std::int64_t top_ = 0;
  std::vector<std::int64_t> sources_;
  std::vector<Pixel> storage_;
  std::vector<const Pixel*> rows_;
};

}  // namespace ril
