// Counting: cells of rows over threads, strips of rows through the operator, values into bins.
#include "ril/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <type_traits>

#include "parallel.hpp"
#include "rotations.hpp"
#include "rows.hpp"

namespace ril {
namespace {

constexpr std::int64_t kStripBytes = 1 << 18;  // of values at a time: they stay in L2
constexpr int kTables = 4;                     // so that runs of one value do not wait for a count

// The end of the i-th of `parts` parts of `size`, and the beginning of the next.
std::int64_t end_of(std::int64_t i, std::int64_t size, std::int64_t parts) {
  return (i + 1) * size / parts;
}

// Rows x columns of values, and what of them counts.
template <class Value>
struct Block {
  const Value* values;
  const std::uint8_t* mask;  // or null
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t stride;
};

// Calls count(value, table) for every value that counts, with neighbours in different tables.
template <class Value, class Count>
void for_each_value(const Block<Value>& block, Count count) {
  for (std::int64_t row = 0; row < block.rows; ++row) {
    const Value* values = block.values + row * block.stride;
    std::int64_t i = 0;
    if (block.mask == nullptr) {
      for (; i + kTables <= block.columns; i += kTables) {
        for (int table = 0; table < kTables; ++table) {
          count(values[i + table], table);
        }
      }
    }
    for (; i < block.columns; ++i) {
      if (block.mask == nullptr || block.mask[row * block.stride + i] != 0) {
        count(values[i], static_cast<int>(i % kTables));
      }
    }
  }
}

template <class Value>
void count_block(const Block<Value>& block, std::int64_t num_bins, std::int64_t* counts) {
  if constexpr (sizeof(Value) == 1) {
    std::int64_t tables[kTables][256] = {};
    for_each_value(block, [&](Value value, int table) { ++tables[table][value]; });
    for (std::int64_t bin = 0; bin < std::min(num_bins, std::int64_t{256}); ++bin) {
      for (const auto& table : tables) {
        counts[bin] += table[bin];
      }
    }
  } else {
    for_each_value(block, [&](Value value, int) { ++counts[value]; });
  }
}

// Rows of a picture into the counts of a row of cells.
template <class Value>
void count_rows(const Value* values, const std::uint8_t* mask, std::int64_t rows,
                std::int64_t width, std::int64_t cells, std::int64_t num_bins,
                std::int64_t* counts) {
  std::int64_t begin = 0;
  for (std::int64_t cell = 0; cell < cells; ++cell) {
    const std::int64_t end = end_of(cell, width, cells);
    const std::uint8_t* counted = mask == nullptr ? nullptr : mask + begin;
    count_block(Block<Value>{values + begin, counted, rows, end - begin, width}, num_bins,
                counts + cell * num_bins);
    begin = end;
  }
}

// Calls run(pointer) with the values' own type.
template <class Run>
void with_values(const void* values, ValueType type, Run run) {
  switch (type) {
    case ValueType::uint8:
      return run(static_cast<const std::uint8_t*>(values));
    case ValueType::uint16:
      return run(static_cast<const std::uint16_t*>(values));
    case ValueType::uint32:
      return run(static_cast<const std::uint32_t*>(values));
    default:
      throw std::invalid_argument("values that are counted must be integers");
  }
}

void check(std::int64_t count, std::int64_t height, std::int64_t width, const Grid& grid,
           int num_threads) {
  if (count < 0 || height < 0 || width < 0 || num_threads < 0) {
    throw std::invalid_argument("sizes and num_threads must not be negative");
  }
  if (grid.rows < 1 || grid.columns < 1) {
    throw std::invalid_argument("a grid must have at least one cell");
  }
}

std::int64_t item_size(PixelType type) {
  constexpr std::int64_t kSizes[] = {1, 1, 2, 2, 4, 4, 8, 8, 4, 8};
  return kSizes[static_cast<std::size_t>(type)];
}

// The index of each smallest rotation among those of P <= 16 bits, for 256 codes at least.
template <class Value>
std::vector<Value> rotation_indices(int P) {
  std::vector<Value> indices(std::max(std::size_t{256}, std::size_t{1} << P));
  Value index = 0;
  for_each_necklace(P, [&](std::uint32_t necklace) { indices[necklace] = index++; });
  return indices;
}

// In place; may write up to kRowSlack values more.
void look_up(const std::vector<std::uint8_t>& labels, std::uint8_t* codes, std::int64_t n) {
  mapping_kernels().look_up(labels.data(), codes, n);
}
template <class Value>
void look_up(const std::vector<Value>& labels, Value* codes, std::int64_t n) {
  std::transform(codes, codes + n, codes, [&](Value code) { return labels[code]; });
}

// One call: the operator on strips of one scale, and the counting of what it makes.
template <class Value>
class Counter {
 public:
  Counter(const Pictures& pictures, const Scale& scale, Method method, Border border,
          const std::uint8_t* mask, const Grid& grid, std::int64_t* counts)
      : pictures_(pictures),
        scale_(scale),
        method_(method),
        border_(border),
        mask_(mask),
        grid_(grid),
        counts_(counts),
        num_bins_(num_labels(method, scale.P)),
        reach_(static_cast<std::int64_t>(
            std::ceil(std::min(scale.R, static_cast<double>(pictures.height))))) {
    if (method == Method::ror) {
      indices_ = rotation_indices<Value>(scale.P);
    }
    const std::int64_t row_bytes = pictures.width * static_cast<std::int64_t>(sizeof(Value));
    strip_ = std::max(kStripBytes / row_bytes, 8 * reach_ + 1);
  }

  // One row of cells of one picture.
  void run(std::int64_t n, std::int64_t cell_row, int num_threads,
           std::vector<Value>& values) const {
    const std::int64_t height = pictures_.height;
    const std::int64_t width = pictures_.width;
    const std::int64_t last = end_of(cell_row, height, grid_.rows);
    std::int64_t* counts = counts_ + (n * grid_.rows + cell_row) * grid_.columns * num_bins_;
    for (std::int64_t row = end_of(cell_row - 1, height, grid_.rows); row < last; row += strip_) {
      const std::int64_t rows = std::min(strip_, last - row);
      const Value* made = make_values(n, row, rows, num_threads, values);
      const std::uint8_t* mask = mask_ == nullptr ? nullptr : mask_ + (n * height + row) * width;
      count_rows(made, mask, rows, width, grid_.columns, num_bins_, counts);
    }
  }

 private:
  // Of `rows` rows from `row` on. The operator gets, as a picture, these rows and those that their
  // samples reach: its values are right where no sample leaves it except where the picture ends.
  const Value* make_values(std::int64_t n, std::int64_t row, std::int64_t rows, int num_threads,
                           std::vector<Value>& values) const {
    const std::int64_t width = pictures_.width;
    const std::int64_t top = std::max(std::int64_t{0}, row - reach_);
    const std::int64_t bottom = std::min(pictures_.height, row + rows + reach_);
    values.resize(static_cast<std::size_t>((bottom - top) * width + kRowSlack));
    const auto* pixels = static_cast<const char*>(pictures_.data) +
                         (n * pictures_.height + top) * width * item_size(pictures_.type);
    const Pictures part{pixels, pictures_.type, 1, bottom - top, width};
    local_binary_pattern(part, {scale_}, method_, border_, num_threads,
                         {values.data(), value_type(method_, scale_.P)});
    Value* made = values.data() + (row - top) * width;
    if (!indices_.empty()) {
      look_up(indices_, made, rows * width);
    }
    return made;
  }

  const Pictures& pictures_;
  Scale scale_;
  Method method_;
  Border border_;
  const std::uint8_t* mask_;
  Grid grid_;
  std::int64_t* counts_;
  std::int64_t num_bins_;
  std::int64_t reach_;
  std::int64_t strip_;
  std::vector<Value> indices_;  // of rotation classes, or empty
};

template <class Value>
void run_cells(const Counter<Value>& counter, std::int64_t count, std::int64_t cell_rows,
               int threads) {
  // Fewer cells than threads: one after the other, each with all threads on its rows.
  const bool is_wide = count * cell_rows >= threads;
  const int outer = is_wide ? threads : 1;
  const int inner = is_wide ? 1 : threads;
  std::vector<std::vector<Value>> values(static_cast<std::size_t>(outer));
  parallel_for(count * cell_rows, outer, [&](std::int64_t task, int worker) {
    counter.run(task / cell_rows, task % cell_rows, inner,
                values[static_cast<std::size_t>(worker)]);
  });
}

}  // namespace

std::int64_t num_labels(Method method, int P) {
  static_cast<void>(value_type(method, P));  // checks P
  if ((method == Method::standard || method == Method::ror) && P > 16) {
    throw std::invalid_argument("a histogram of codes needs P of at most 16");
  }
  switch (method) {
    case Method::standard:
      return std::int64_t{1} << P;
    case Method::ror:
      return num_rotation_classes(P);
    case Method::rank:
      return 256;
    case Method::uniform:
      return P + 2;
    case Method::nri_uniform:
      return P * (P - 1) + 3;
    case Method::var:
      break;
  }
  throw std::invalid_argument("var has no bins");
}

void count_values(const void* values, ValueType type, std::int64_t count, std::int64_t height,
                  std::int64_t width, const std::uint8_t* mask, const Grid& grid,
                  std::int64_t num_bins, int num_threads, std::int64_t* counts) {
  check(count, height, width, grid, num_threads);
  with_values(values, type, [&](const auto* from) {
    const int threads = resolved_threads(num_threads);
    parallel_for(count * grid.rows, threads, [&](std::int64_t task, int) {
      const std::int64_t cell_row = task % grid.rows;
      const std::int64_t first = end_of(cell_row - 1, height, grid.rows);
      const std::int64_t rows = end_of(cell_row, height, grid.rows) - first;
      const std::int64_t start = (task / grid.rows * height + first) * width;
      count_rows(from + start, mask == nullptr ? nullptr : mask + start, rows, width, grid.columns,
                 num_bins, counts + task * grid.columns * num_bins);
    });
  });
}

void local_binary_pattern_histogram(const Pictures& pictures, const Scale& scale, Method method,
                                    Border border, const std::uint8_t* mask, const Grid& grid,
                                    int num_threads, std::int64_t* counts) {
  check(pictures.count, pictures.height, pictures.width, grid, num_threads);
  static_cast<void>(num_labels(method, scale.P));
  if (pictures.count == 0 || pictures.height == 0 || pictures.width == 0) {
    return;
  }
  const int threads = resolved_threads(num_threads);
  with_values(nullptr, value_type(method, scale.P), [&](const auto* none) {
    using Value = std::remove_cv_t<std::remove_pointer_t<decltype(none)>>;
    const Counter<Value> counter(pictures, scale, method, border, mask, grid, counts);
    run_cells(counter, pictures.count, grid.rows, threads);
  });
}

}  // namespace ril
