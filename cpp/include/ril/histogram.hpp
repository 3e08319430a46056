// Histograms of local binary patterns, of whole pictures or of the cells of a grid.
//
// The cells of a grid of G_r x G_c divide an H x W picture: cell (i, j) has rows
// [i H / G_r, (i + 1) H / G_r) and columns [j W / G_c, (j + 1) W / G_c), rounded down.
#pragma once

#include "ril/lbp.hpp"

namespace ril {

struct Grid {
  std::int64_t rows;
  std::int64_t columns;
};

// (N, H, W) values, all below num_bins, to (N, G_r, G_c, num_bins) counts, which are added to.
//
// `type` must not be float32. `mask` is (N, H, W) or null: pixels where it is 0 are not counted.
void count_values(const void* values, ValueType type, std::int64_t count, std::int64_t height,
                  std::int64_t width, const std::uint8_t* mask, const Grid& grid,
                  std::int64_t num_bins, int num_threads, std::int64_t* counts);

// The number of bins of a method: of its values, for `ror` of its rotation classes in ascending
// order. Throws std::invalid_argument for `var`, and for `default` and `ror` beyond P = 16.
std::int64_t num_labels(Method method, int P);

// The same of the pictures' patterns, with num_labels(method, P) bins, a strip of rows at a time.
void local_binary_pattern_histogram(const Pictures& pictures, const Scale& scale, Method method,
                                    Border border, const std::uint8_t* mask, const Grid& grid,
                                    int num_threads, std::int64_t* counts);

}  // namespace ril
