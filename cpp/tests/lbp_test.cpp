// The operator against naive loops, over pixel types, borders, methods and awkward sizes.
#include "ril/lbp.hpp"

#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

#include "check.hpp"
#include "naive.hpp"

namespace {

using ril::Border;
using ril::Method;
template <class Pixel>
std::uint32_t naive_code(const std::vector<Pixel>& pixels, int height, int width, int P, double R,
                         Border border, int row, int column) {
  const naive::Picture<Pixel> picture{pixels.data(), height, width, border};
  return naive::code(naive::sums(picture, row, column, ril::sampling(P, R)));
}

template <class Pixel>
std::vector<Pixel> noise(std::size_t size, unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<Pixel> pixels(size);
  for (Pixel& pixel : pixels) {
    if constexpr (std::is_floating_point_v<Pixel>) {
      pixel = static_cast<Pixel>(static_cast<double>(random() % 1000) / 7.0 - 60.0);
    } else {
      // Full range on one half, few levels with many ties on the other, and the extremes.
      const std::uint64_t bits = random();
      pixel = bits % 2 == 0 ? static_cast<Pixel>(bits >> 7) : static_cast<Pixel>(bits >> 7 & 3);
      if (bits % 16 == 5) pixel = std::numeric_limits<Pixel>::max();
      if (bits % 16 == 7) pixel = std::numeric_limits<Pixel>::min();
    }
  }
  return pixels;
}

template <class Value>
constexpr ril::ValueType kValueType = sizeof(Value) == 1   ? ril::ValueType::uint8
                                      : sizeof(Value) == 2 ? ril::ValueType::uint16
                                                           : ril::ValueType::uint32;

template <class Value, class Pixel>
std::vector<std::uint32_t> codes(const std::vector<Pixel>& pixels, ril::PixelType type, int count,
                                 int height, int width, int P, double R, Border border,
                                 int num_threads = 1, Method method = Method::standard) {
  std::vector<Value> values(pixels.size());
  ril::local_binary_pattern({pixels.data(), type, count, height, width}, {{P, R}}, method, border,
                            num_threads, {values.data(), kValueType<Value>});
  return {values.begin(), values.end()};
}

template <class Pixel>
void check_picture(ril::PixelType type, int height, int width, int P, double R, Border border) {
  const auto pixels =
      noise<Pixel>(static_cast<std::size_t>(height) * static_cast<std::size_t>(width),
                   static_cast<unsigned>(height * 131 + width * 7 + P));
  std::vector<std::uint32_t> expected;
  for (int i = 0; i < height; ++i) {
    for (int j = 0; j < width; ++j) {
      expected.push_back(naive_code(pixels, height, width, P, R, border, i, j));
    }
  }
  CHECK((codes<std::uint32_t>(pixels, type, 1, height, width, P, R, border) == expected));
  if (P <= 16) {
    CHECK((codes<std::uint16_t>(pixels, type, 1, height, width, P, R, border) == expected));
  }
  if (P <= 8) {
    CHECK((codes<std::uint8_t>(pixels, type, 1, height, width, P, R, border) == expected));
  }
}

template <class Pixel>
void check_type(ril::PixelType type) {
  constexpr int kSizes[][2] = {{1, 1},  {1, 7},  {9, 1},  {2, 2},  {5, 15},  {4, 16},
                               {3, 17}, {2, 33}, {33, 3}, {3, 65}, {7, 130}, {2, 1100}};
  for (const auto& [height, width] : kSizes) {
    for (const Border border : {Border::edge, Border::constant, Border::reflect}) {
      check_picture<Pixel>(type, height, width, 8, 1, border);
      check_picture<Pixel>(type, height, width, 16, 2, border);
      check_picture<Pixel>(type, height, width, 24, 3, border);
      check_picture<Pixel>(type, height, width, 5, 0.3, border);
      check_picture<Pixel>(type, height, width, 31, 11.7, border);
    }
  }
}

void every_pixel_type() {
  check_type<std::uint8_t>(ril::PixelType::uint8);
  check_type<std::int8_t>(ril::PixelType::int8);
  check_type<std::uint16_t>(ril::PixelType::uint16);
  check_type<std::int16_t>(ril::PixelType::int16);
  check_type<std::uint32_t>(ril::PixelType::uint32);
  check_type<std::int32_t>(ril::PixelType::int32);
  check_type<std::uint64_t>(ril::PixelType::uint64);
  check_type<std::int64_t>(ril::PixelType::int64);
  check_type<float>(ril::PixelType::float32);
  check_type<double>(ril::PixelType::float64);
}

void huge_radius() {
  check_picture<std::uint8_t>(ril::PixelType::uint8, 4, 5, 24, ril::kMaxR, Border::edge);
  check_picture<std::uint8_t>(ril::PixelType::uint8, 4, 5, 24, ril::kMaxR, Border::constant);
  for (const double R : {1e3, 1e6, 1e9}) {
    const std::vector<std::uint8_t> pixels = {1, 2, 3, 4, 5, 6};
    const auto found =
        codes<std::uint8_t>(pixels, ril::PixelType::uint8, 1, 2, 3, 4, R, Border::edge);
    // Every sample is the border pixel at the end of its row or column.
    for (std::size_t i = 0; i < found.size(); ++i) {
      const std::size_t row = i / 3;
      const std::size_t column = i % 3;
      const std::uint8_t sides[] = {pixels[row * 3 + 2], pixels[column], pixels[row * 3],
                                    pixels[3 + column]};
      std::uint32_t code = 0;
      for (unsigned p = 0; p < 4; ++p) {
        code |= static_cast<std::uint32_t>(sides[p] >= pixels[i]) << p;
      }
      CHECK(found[i] == code);
    }
  }
}

void batches_threads_and_scales_change_nothing() {
  constexpr int kCount = 3;
  constexpr int kHeight = 61;
  constexpr int kWidth = 37;
  constexpr std::size_t kPixels = kHeight * kWidth;
  const auto pixels = noise<std::uint8_t>(kCount * kPixels, 5);
  const std::vector<ril::Scale> scales = {{8, 1}, {16, 2}, {24, 3}};
  for (const Method method : {Method::standard, Method::ror, Method::nri_uniform}) {
    std::vector<std::uint32_t> expected;
    for (int n = 0; n < kCount; ++n) {
      const auto first = pixels.begin() + static_cast<std::ptrdiff_t>(kPixels) * n;
      const std::vector<std::uint8_t> one(first, first + kPixels);
      for (const ril::Scale& scale : scales) {
        const auto part = codes<std::uint32_t>(one, ril::PixelType::uint8, 1, kHeight, kWidth,
                                               scale.P, scale.R, Border::reflect, 1, method);
        expected.insert(expected.end(), part.begin(), part.end());
      }
    }
    for (const int num_threads : {0, 1, 2, 3, 7, 64}) {
      std::vector<std::uint32_t> values(expected.size());
      ril::local_binary_pattern({pixels.data(), ril::PixelType::uint8, kCount, kHeight, kWidth},
                                scales, method, Border::reflect, num_threads,
                                {values.data(), ril::ValueType::uint32});
      CHECK(values == expected);
    }
  }
}

void strips_of_a_large_picture_meet() {
  constexpr int kHeight = 700;
  constexpr int kWidth = 900;  // padded, more than one strip
  const auto pixels = noise<std::uint16_t>(kHeight * kWidth, 9);
  const auto found =
      codes<std::uint16_t>(pixels, ril::PixelType::uint16, 1, kHeight, kWidth, 16, 2, Border::edge);
  for (int i = 0; i < kHeight; i += 1) {
    for (int j = i % 97; j < kWidth; j += 97) {
      CHECK(found[static_cast<std::size_t>(i * kWidth + j)] ==
            naive_code(pixels, kHeight, kWidth, 16, 2, Border::edge, i, j));
    }
  }
}

void variance() {
  const std::vector<double> pixels = {0, 4, 0, 8, 100, 2, 0, 6, 0};
  float values[9];
  ril::local_binary_pattern({pixels.data(), ril::PixelType::float64, 1, 3, 3}, {{4, 1}},
                            Method::var, Border::edge, 1, {values, ril::ValueType::float32});
  CHECK(values[4] == 5.0f);  // of 2, 4, 8, 6
  const std::vector<std::uint16_t> flat(50, 777);
  std::vector<float> zeros(50, 1.0f);
  ril::local_binary_pattern({flat.data(), ril::PixelType::uint16, 1, 5, 10}, {{24, 3}}, Method::var,
                            Border::reflect, 1, {zeros.data(), ril::ValueType::float32});
  CHECK(zeros == std::vector<float>(50, 0.0f));
}

void square() {
  // Bits 2 to 6: above, upper left, left, lower left, below.
  const std::vector<std::uint8_t> pixels = {9, 9, 1,  //
                                            9, 5, 1,  //
                                            9, 9, 1};
  std::uint8_t values[9];
  ril::square_lbp({pixels.data(), ril::PixelType::uint8, 1, 3, 3}, Border::edge, 1, values);
  CHECK(values[4] == 0x7C);
}

void refusals() {
  const std::uint8_t pixel = 1;
  std::uint8_t value = 0;
  const ril::Pictures one{&pixel, ril::PixelType::uint8, 1, 1, 1};
  const ril::Values small{&value, ril::ValueType::uint8};
  const auto call = [&](int P, double R, Method method, int num_threads) {
    ril::local_binary_pattern(one, {{P, R}}, method, Border::edge, num_threads, small);
  };
  CHECK_THROWS(std::invalid_argument, call(0, 1, Method::ror, 1));
  CHECK_THROWS(std::invalid_argument, call(32, 1, Method::ror, 1));
  CHECK_THROWS(std::invalid_argument, call(16, 1, Method::ror, 1));
  CHECK_THROWS(std::invalid_argument, call(8, 1, Method::var, 1));
  CHECK_THROWS(std::invalid_argument, call(25, 1, Method::rank, 1));
  CHECK_THROWS(std::invalid_argument, call(8, 0, Method::ror, 1));
  CHECK_THROWS(std::invalid_argument, call(8, 1, Method::ror, -1));
  ril::local_binary_pattern({nullptr, ril::PixelType::uint8, 0, 5, 5}, {{8, 1}}, Method::ror,
                            Border::edge, 2, {nullptr, ril::ValueType::uint8});
  call(8, 1, Method::ror, 1);
  CHECK(value == 255);
}

void forced_instruction_set() {
  const char* wish = std::getenv("RIL_ISA");
  if (wish != nullptr && std::strcmp(wish, "baseline") == 0) {
    CHECK(std::strcmp(ril::instruction_set(), "baseline") == 0);
  }
  if (wish != nullptr && std::strcmp(wish, "avx2") == 0) {
    CHECK(std::strcmp(ril::instruction_set(), "avx512") != 0);
  }
}

}  // namespace

int main() {
  forced_instruction_set();
  every_pixel_type();
  huge_radius();
  batches_threads_and_scales_change_nothing();
  strips_of_a_large_picture_meet();
  variance();
  square();
  refusals();
  return check::failures();
}
