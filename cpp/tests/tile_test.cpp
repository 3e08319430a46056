// What a block of threads does with a tile, run here thread by thread, against the row kernels:
// pixel types, methods, borders, sizes, tiles that fit and tiles that do not.
#include "tile.hpp"

#include <limits>
#include <random>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include "check.hpp"
#include "rotations.hpp"

namespace {

using ril::Border;
using ril::Method;
using ril::PixelType;
using ril::ValueType;
using ril::cuda::Launch;

constexpr Method kMethods[] = {Method::standard, Method::ror,         Method::rank,
                               Method::uniform,  Method::nri_uniform, Method::var};

template <class Pixel>
std::vector<Pixel> noise(std::size_t size, unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<Pixel> pixels(size);
  for (Pixel& pixel : pixels) {
    const std::uint64_t bits = random();
    if constexpr (std::is_floating_point_v<Pixel>) {
      pixel = static_cast<Pixel>(static_cast<double>(bits % 1000) / 7.0 - 60.0);
      if (bits % 61 == 0) pixel = std::numeric_limits<Pixel>::infinity();
      if (bits % 67 == 0) pixel = std::numeric_limits<Pixel>::quiet_NaN();
    } else {
      pixel = bits % 2 == 0 ? static_cast<Pixel>(bits >> 7) : static_cast<Pixel>(bits >> 7 & 3);
      if (bits % 16 == 5) pixel = std::numeric_limits<Pixel>::max();
      if (bits % 16 == 7) pixel = std::numeric_limits<Pixel>::min();
    }
  }
  return pixels;
}

ril::cuda::RankTable rank_table(int P) {
  ril::cuda::RankTable table;
  if (P <= 8) {
    table.labels = ril::label_table(Method::rank, P);
  } else {
    const ril::RankBuckets buckets = ril::rank_buckets(P);
    table.buckets = buckets.entries;
    table.shift = buckets.shift;
  }
  return table;
}

// As a device would, one thread after the other up to each barrier.
template <class Pixel, bool kVariance>
void run_blocks(const Launch& launch, PixelType type, bool near) {
  std::vector<Pixel> shared;
  for (std::int64_t i = 0; i < launch.num_tiles; ++i) {
    const ril::cuda::TilePlace place = ril::cuda::place_of(launch, i);
    if (near) {
      CHECK(ril::cuda::fits_shared_memory(launch, type));
      shared.assign(static_cast<std::size_t>(launch.tile_pixels()), Pixel{});
      for (int thread = 0; thread < ril::cuda::kThreads; ++thread) {
        ril::cuda::load_tile(launch, place, thread, shared.data());
      }
    }
    for (int thread = 0; thread < ril::cuda::kThreads; ++thread) {
      if (near) {
        ril::cuda::values_of_tile<Pixel, kVariance>(launch, place, thread, shared.data());
      } else {
        ril::cuda::values_of_far_tile<Pixel, kVariance>(launch, place, thread);
      }
    }
  }
}

struct Size {
  std::int64_t count;
  std::int64_t height;
  std::int64_t width;
};

// As 32-bit patterns: a variance of NaN equals itself.
template <class Pixel>
void check_call(PixelType type, const Size& size, const std::vector<ril::Scale>& scales,
                Method method, Border border) {
  const auto num_pixels = static_cast<std::size_t>(size.count * size.height * size.width);
  const auto pixels = noise<Pixel>(num_pixels, static_cast<unsigned>(num_pixels));
  const ril::Pictures pictures{pixels.data(), type, size.count, size.height, size.width};
  const bool is_var = method == Method::var;
  const auto value_type = is_var ? ValueType::float32 : ValueType::uint32;
  std::vector<std::uint32_t> expected(num_pixels * scales.size());
  ril::local_binary_pattern(pictures, scales, method, border, 1, {expected.data(), value_type});
  for (const bool near : {true, false}) {
    std::vector<std::uint32_t> values(expected.size(), 0xABABABABu);
    for (const Launch& launch : ril::cuda::launches(pictures, scales, method, border,
                                                    {values.data(), value_type}, rank_table)) {
      const bool fits = ril::cuda::fits_shared_memory(launch, type);
      if (is_var) {
        run_blocks<Pixel, true>(launch, type, near && fits);
      } else {
        run_blocks<Pixel, false>(launch, type, near && fits);
      }
    }
    if (std::is_floating_point_v<Pixel> && is_var) {
      std::size_t different = 0;
      for (std::size_t i = 0; i < values.size(); ++i) {
        const auto is_nan = [](std::uint32_t bits) { return (bits & 0x7FFFFFFFu) > 0x7F800000u; };
        different += values[i] != expected[i] && !(is_nan(values[i]) && is_nan(expected[i]));
      }
      CHECK(different == 0);
    } else {
      CHECK(values == expected);
    }
  }
}

template <class Pixel>
void check_type(PixelType type) {
  for (const Method method : kMethods) {
    for (const Border border : {Border::edge, Border::constant, Border::reflect}) {
      check_call<Pixel>(type, {2, 19, 67}, {{8, 1}, {16, 2}, {24, 3}}, method, border);
      check_call<Pixel>(type, {1, 5, 3}, {{5, 0.3}, {12, 29.3}}, method, border);
    }
  }
}

void every_pixel_type() {
  check_type<std::uint8_t>(PixelType::uint8);
  check_type<std::int8_t>(PixelType::int8);
  check_type<std::uint16_t>(PixelType::uint16);
  check_type<std::int16_t>(PixelType::int16);
  check_type<std::uint32_t>(PixelType::uint32);
  check_type<std::int32_t>(PixelType::int32);
  check_type<std::uint64_t>(PixelType::uint64);
  check_type<std::int64_t>(PixelType::int64);
  check_type<float>(PixelType::float32);
  check_type<double>(PixelType::float64);
}

void awkward_sizes() {
  constexpr Size kSizes[] = {{1, 1, 1},   {3, 1, 7},   {1, 9, 1},    {1, 2, 2},
                             {1, 16, 64}, {1, 17, 65}, {2, 33, 129}, {0, 5, 5}};
  for (const Size& size : kSizes) {
    for (const Border border : {Border::edge, Border::constant, Border::reflect}) {
      for (const double R : {1.0, 2.5, 40.0, ril::kMaxR}) {
        check_call<std::uint8_t>(PixelType::uint8, size, {{8, R}}, Method::rank, border);
        check_call<std::uint16_t>(PixelType::uint16, size, {{24, R}}, Method::rank, border);
        if (size.height < 17) {
          check_call<float>(PixelType::float32, size, {{31, R}}, Method::ror, border);
        }
      }
    }
  }
}

void tiles_that_do_not_fit() {
  const auto is_near = [](PixelType type, double R) {
    const ril::Pictures pictures{nullptr, type, 1, 4096, 4096};
    const auto parts = ril::cuda::launches(pictures, {{8, R}}, Method::ror, Border::edge,
                                           {nullptr, ValueType::uint8}, rank_table);
    CHECK(parts.size() == 1);
    return ril::cuda::fits_shared_memory(parts.front(), type);
  };
  CHECK(is_near(PixelType::uint8, 3));
  CHECK(is_near(PixelType::float64, 3));
  CHECK(is_near(PixelType::uint8, 80));
  CHECK(!is_near(PixelType::float64, 80));
  CHECK(!is_near(PixelType::uint8, 2000));
  CHECK(!is_near(PixelType::uint8, 1e12));
}

void many_scales() {
  const std::vector<ril::Scale> scales = {{8, 1},  {8, 2},  {8, 3},  {12, 1.5}, {16, 2},
                                          {20, 1}, {24, 3}, {24, 5}, {31, 4}};
  check_call<std::uint8_t>(PixelType::uint8, {2, 20, 70}, scales, Method::ror, Border::reflect);
}

// The values' own types, the narrowest that the method allows.
template <class Value>
void check_values_type(ValueType type, int P) {
  const auto pixels = noise<std::uint8_t>(20 * 70, 3);
  const ril::Pictures pictures{pixels.data(), PixelType::uint8, 1, 20, 70};
  std::vector<Value> expected(pixels.size());
  ril::local_binary_pattern(pictures, {{P, 2}}, Method::ror, Border::edge, 1,
                            {expected.data(), type});
  std::vector<Value> values(pixels.size());
  for (const Launch& launch : ril::cuda::launches(pictures, {{P, 2}}, Method::ror, Border::edge,
                                                  {values.data(), type}, rank_table)) {
    run_blocks<std::uint8_t, false>(launch, PixelType::uint8, true);
  }
  CHECK(values == expected);
}

void labels_and_turns() {
  for (const int P : {1, 2, 3, 8, 13, 31}) {
    for (std::uint32_t i = 0; i < 5000; ++i) {
      const std::uint32_t code = (P < 13 ? i : i * 2654435761u) & ((1u << P) - 1u);
      CHECK(ril::cuda::smallest_turn(code, P) == ril::smallest_rotation(code, P));
      CHECK(ril::cuda::uniform_of(code, P) == ril::uniform_label(code, P));
      CHECK(ril::cuda::oriented_uniform_of(code, P) == ril::oriented_uniform_label(code, P));
    }
    for (int start = 0; start < P; ++start) {  // every uniform code
      std::uint32_t code = 0;
      for (int ones = 0; ones < P; ++ones) {
        code |= 1u << (start + ones) % P;
        CHECK(ril::cuda::oriented_uniform_of(code, P) == ril::oriented_uniform_label(code, P));
      }
    }
  }
}

void borders() {
  for (const Border border : {Border::edge, Border::constant, Border::reflect}) {
    for (std::int32_t size = 1; size < 9; ++size) {
      for (std::int32_t index = -40; index < 40; ++index) {
        CHECK(ril::cuda::source_of(index, size, border) == ril::source_index(index, size, border));
      }
    }
  }
}

void refusals() {
  std::uint8_t value = 0;
  const auto call = [&](std::int64_t height, int P, Method method) {
    static_cast<void>(ril::cuda::launches({&value, PixelType::uint8, 1, height, 1}, {{P, 1}},
                                          method, Border::edge, {&value, ValueType::uint8},
                                          rank_table));
  };
  CHECK_THROWS(std::invalid_argument, call(-1, 8, Method::ror));
  CHECK_THROWS(std::invalid_argument, call(ril::cuda::kMaxSize + 1, 8, Method::ror));
  CHECK_THROWS(std::invalid_argument, call(1, 16, Method::ror));
  CHECK_THROWS(std::invalid_argument, call(1, 8, Method::var));
  CHECK_THROWS(std::invalid_argument, call(1, 25, Method::rank));
  call(ril::cuda::kMaxSize, 8, Method::ror);
}

}  // namespace

int main() {
  borders();
  labels_and_turns();
  every_pixel_type();
  awkward_sizes();
  tiles_that_do_not_fit();
  many_scales();
  check_values_type<std::uint8_t>(ValueType::uint8, 8);
  check_values_type<std::uint16_t>(ValueType::uint16, 16);
  check_values_type<std::uint32_t>(ValueType::uint32, 24);
  refusals();
  return check::failures();
}
