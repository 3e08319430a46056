// Histograms against counting the values of the operator one by one.
#include "ril/histogram.hpp"

#include <algorithm>
#include <random>
#include <stdexcept>
#include <vector>

#include "check.hpp"
#include "rotations.hpp"

namespace {

using ril::Border;
using ril::Method;

struct Picture {
  std::int64_t height;
  std::int64_t width;
  std::vector<std::uint8_t> pixels;
  std::vector<std::uint8_t> mask;

  Picture(std::int64_t rows, std::int64_t columns) : height(rows), width(columns) {
    std::mt19937 random(static_cast<unsigned>(rows + columns));
    for (std::int64_t i = 0; i < rows * columns; ++i) {
      pixels.push_back(static_cast<std::uint8_t>(random() % 5));
      mask.push_back(static_cast<std::uint8_t>(random() % 3));
    }
  }
};

std::vector<std::int64_t> counted_one_by_one(const Picture& picture,
                                             const std::vector<std::uint8_t>& labels,
                                             const std::uint8_t* mask, const ril::Grid& grid,
                                             std::int64_t num_bins) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(grid.rows * grid.columns * num_bins));
  for (std::int64_t i = 0; i < picture.height * picture.width; ++i) {
    std::int64_t cell[2] = {0, 0};
    while ((cell[0] + 1) * picture.height / grid.rows <= i / picture.width)
      ++cell[0];
    while ((cell[1] + 1) * picture.width / grid.columns <= i % picture.width)
      ++cell[1];
    if (mask == nullptr || mask[i] != 0) {
      const std::int64_t bin = labels[static_cast<std::size_t>(i)];
      ++counts[static_cast<std::size_t>((cell[0] * grid.columns + cell[1]) * num_bins + bin)];
    }
  }
  return counts;
}

void compare(const Picture& picture, const ril::Scale& scale, Method method, Border border,
             const ril::Grid& grid, bool is_masked, int num_threads) {
  const ril::Pictures pictures{picture.pixels.data(), ril::PixelType::uint8, 1, picture.height,
                               picture.width};
  std::vector<std::uint8_t> labels(picture.pixels.size());
  ril::local_binary_pattern(pictures, {scale}, method, border, 1,
                            {labels.data(), ril::ValueType::uint8});
  const std::int64_t num_bins = ril::num_labels(method, scale.P);
  if (method == Method::ror) {
    std::vector<std::uint8_t> classes;
    ril::for_each_necklace(scale.P, [&](std::uint32_t necklace) {
      classes.push_back(static_cast<std::uint8_t>(necklace));
    });
    for (std::uint8_t& label : labels) {
      const auto found = std::lower_bound(classes.begin(), classes.end(), label);
      label = static_cast<std::uint8_t>(found - classes.begin());
    }
  }
  const std::uint8_t* mask = is_masked ? picture.mask.data() : nullptr;
  const auto expected = counted_one_by_one(picture, labels, mask, grid, num_bins);
  std::vector<std::int64_t> counts(expected.size());
  ril::local_binary_pattern_histogram(pictures, scale, method, border, mask, grid, num_threads,
                                      counts.data());
  CHECK(counts == expected);
  std::fill(counts.begin(), counts.end(), 0);
  ril::count_values(labels.data(), ril::ValueType::uint8, 1, picture.height, picture.width, mask,
                    grid, num_bins, num_threads, counts.data());
  CHECK(counts == expected);
}

void test_refusals() {
  CHECK_THROWS(std::invalid_argument, ril::num_labels(Method::var, 8));
  CHECK_THROWS(std::invalid_argument, ril::num_labels(Method::ror, 17));
  CHECK_THROWS(std::invalid_argument, ril::num_labels(Method::uniform, 32));
  std::int64_t count = 0;
  const float value = 0;
  CHECK_THROWS(std::invalid_argument, ril::count_values(&value, ril::ValueType::float32, 1, 1, 1,
                                                        nullptr, {1, 1}, 1, 1, &count));
  CHECK_THROWS(std::invalid_argument, ril::count_values(&value, ril::ValueType::uint8, 1, 1, 1,
                                                        nullptr, {0, 1}, 1, 1, &count));
}

}  // namespace

int main() {
  for (const auto& [height, width] : {ril::Grid{1, 1}, {9, 13}, {900, 700}}) {
    const Picture picture(height, width);
    for (const Border border : {Border::edge, Border::constant, Border::reflect}) {
      for (const int num_threads : {1, 3}) {
        compare(picture, {8, 1}, Method::ror, border, {1, 1}, false, num_threads);
        compare(picture, {8, 40.5}, Method::standard, border, {1, 1}, true, num_threads);
        compare(picture, {24, 3}, Method::uniform, border, {std::min<std::int64_t>(height, 4), 1},
                true, num_threads);
        compare(picture, {12, 2}, Method::nri_uniform, border,
                {1, std::min<std::int64_t>(width, 5)}, false, num_threads);
      }
    }
  }
  test_refusals();
  return check::failures();
}
