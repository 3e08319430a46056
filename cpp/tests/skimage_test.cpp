// The operator that equals scikit-image, against its definition one pixel at a time.
#include "ril/skimage.hpp"

#include <cmath>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <vector>

#include "check.hpp"

namespace {

using ril::Method;
using ril::Offset;

std::vector<Offset> offsets(int P, double R) {
  const auto rounded = [](double x) { return std::nearbyint(x * 1e5) / 1e5; };
  std::vector<Offset> all;
  for (int p = 0; p < P; ++p) {
    const double angle = 2 * 3.14159265358979323846 * p / P;
    all.push_back({rounded(-R * std::sin(angle)), rounded(R * std::cos(angle))});
  }
  return all;
}

template <class Pixel>
struct Naive {
  const std::vector<Pixel>& picture;
  std::int64_t height;
  std::int64_t width;

  double at(double row, double column) const {
    const bool is_inside = row >= 0 && row < static_cast<double>(height) && column >= 0 &&
                           column < static_cast<double>(width);
    if (!is_inside) return 0;
    const auto index = static_cast<std::int64_t>(row) * width + static_cast<std::int64_t>(column);
    return static_cast<double>(picture[static_cast<std::size_t>(index)]);
  }

  double sample(double row, double column) const {
    const double down = row - std::floor(row);
    const double right = column - std::floor(column);
    const auto across = [&](double r) {
      return (1 - right) * at(r, std::floor(column)) + right * at(r, std::ceil(column));
    };
    return (1 - down) * across(std::floor(row)) + down * across(std::ceil(row));
  }

  double code(const std::vector<Offset>& all, std::int64_t row, std::int64_t column) const {
    const auto r = static_cast<double>(row);
    const auto c = static_cast<double>(column);
    double code = 0;
    for (std::size_t p = 0; p < all.size(); ++p) {
      const double difference = sample(r + all[p].row, c + all[p].column) - at(r, c);
      code += difference >= 0 ? std::ldexp(1.0, static_cast<int>(p)) : 0.0;
    }
    return code;
  }

  double variance(const std::vector<Offset>& all, std::int64_t row, std::int64_t column) const {
    double sum = 0;
    double squares = 0;
    for (const Offset& offset : all) {
      const double value = sample(static_cast<double>(row) + offset.row,
                                  static_cast<double>(column) + offset.column);
      sum += value;
      squares += value * value;
    }
    const auto number = static_cast<double>(all.size());
    const double variance = (squares - (sum * sum) / number) / number;
    return variance != 0 ? variance : std::nan("");
  }
};

bool same(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

template <class Pixel>
void compare(ril::PixelType type, std::int64_t height, std::int64_t width, int levels) {
  std::mt19937 random(static_cast<unsigned>(height * 1000 + width));
  std::uniform_int_distribution<int> level(0, levels - 1);
  std::vector<Pixel> picture(static_cast<std::size_t>(height * width));
  for (Pixel& pixel : picture) {
    pixel = static_cast<Pixel>(level(random));
  }
  const Naive<Pixel> naive{picture, height, width};
  const ril::Pictures pictures{picture.data(), type, 1, height, width};
  for (const auto& [P, R] : {ril::Scale{8, 1}, {16, 2}, {12, 1.5}, {31, 2.7}, {5, 300.1}, {1, 9}}) {
    const std::vector<Offset> all = offsets(P, R);
    std::vector<double> codes(picture.size());
    std::vector<double> variances(picture.size());
    for (const int num_threads : {1, 3}) {
      ril::skimage_local_binary_pattern(pictures, all, Method::standard, num_threads, codes.data());
      ril::skimage_local_binary_pattern(pictures, all, Method::var, num_threads, variances.data());
      for (std::int64_t row = 0; row < height; ++row) {
        for (std::int64_t column = 0; column < width; ++column) {
          const auto index = static_cast<std::size_t>(row * width + column);
          CHECK(codes[index] == naive.code(all, row, column));
          CHECK(same(variances[index], naive.variance(all, row, column)));
        }
      }
    }
  }
}

void test_refusals() {
  const std::uint8_t pixel = 0;
  double value = 0;
  const auto call = [&](int height, const std::vector<Offset>& all, Method method, int threads) {
    ril::skimage_local_binary_pattern({&pixel, ril::PixelType::uint8, 1, height, 1}, all, method,
                                      threads, &value);
  };
  CHECK_THROWS(std::invalid_argument, call(1, {}, Method::ror, 1));
  CHECK_THROWS(std::invalid_argument, call(1, offsets(32, 1), Method::ror, 1));
  CHECK_THROWS(std::invalid_argument, call(1, {{std::nan(""), 0}}, Method::ror, 1));
  CHECK_THROWS(std::invalid_argument, call(1, offsets(8, 1), Method::rank, 1));
  CHECK_THROWS(std::invalid_argument, call(-1, offsets(8, 1), Method::ror, 1));
  CHECK_THROWS(std::invalid_argument, call(1, offsets(8, 1), Method::ror, -1));
  value = 7;
  call(0, offsets(8, 1), Method::ror, 1);
  CHECK(value == 7);
}

}  // namespace

int main() {
  for (const int levels : {2, 256}) {
    compare<std::uint8_t>(ril::PixelType::uint8, 1, 1, levels);
    compare<std::uint8_t>(ril::PixelType::uint8, 13, 70, levels);
    compare<std::int64_t>(ril::PixelType::int64, 9, 33, levels);
    compare<float>(ril::PixelType::float32, 21, 5, levels);
  }
  compare<std::uint16_t>(ril::PixelType::uint16, 3, 700, 65536);
  test_refusals();
  return check::failures();
}
