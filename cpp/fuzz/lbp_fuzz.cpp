// One call of the operator, made of arbitrary bytes: its values must equal the naive definition.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "naive.hpp"
#include "ril/lbp.hpp"

namespace {

constexpr int kMaxNaiveRankP = 16;         // the naive ranks try all 2^P codes
constexpr std::int64_t kMaxPixels = 1500;  // keeps the naive loops short

// Numbers from the input, zeros after its end.
class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), end_(data + size) {}

  std::uint64_t number(int num_bytes) {
    std::uint64_t value = 0;
    for (int i = 0; i < num_bytes; ++i) {
      value = value << 8 | (data_ == end_ ? 0u : *data_++);
    }
    return value;
  }
  // In [0, n).
  int below(int n) { return static_cast<int>(number(2) % static_cast<std::uint64_t>(n)); }

 private:
  const std::uint8_t* data_;
  const std::uint8_t* end_;
};

struct Call {
  std::vector<ril::Scale> scales;
  ril::Method method = ril::Method::standard;
  ril::Border border = ril::Border::edge;
  int num_threads = 1;
  std::int64_t count = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
};

double radius(Bytes& bytes) {
  constexpr double kUsual[] = {0.5, 1, 1.5, 2, 2.5, 3, 4, 7.3};
  const int choice = bytes.below(12);
  if (choice < 8) return kUsual[choice];
  if (choice == 8) return ril::kMaxR;
  // Anything from far below a pixel to far beyond the picture.
  return std::ldexp(1.0 + static_cast<double>(bytes.number(2)) / 65536.0, bytes.below(40) - 20);
}

Call read_call(Bytes& bytes) {
  Call call;
  call.method = static_cast<ril::Method>(bytes.below(6));
  call.border = static_cast<ril::Border>(bytes.below(3));
  call.num_threads = bytes.below(5);
  const int max_P = call.method == ril::Method::rank ? kMaxNaiveRankP : ril::kMaxP;
  const int num_scales = 1 + bytes.below(3);
  for (int s = 0; s < num_scales; ++s) {
    constexpr int kUsual[] = {8, 16, 24};
    const int choice = bytes.below(6);
    const int P = choice < 3 ? kUsual[choice] : 1 + bytes.below(max_P);
    call.scales.push_back({P <= max_P ? P : max_P, radius(bytes)});
  }
  call.count = bytes.below(4);
  call.width = bytes.below(bytes.below(8) == 0 ? 1400 : 80);
  const auto rows = kMaxPixels / std::max<std::int64_t>(1, call.count * call.width);
  call.height = bytes.below(static_cast<int>(std::min<std::int64_t>(rows, 70)) + 1);
  return call;
}

template <class Pixel>
std::vector<Pixel> read_pixels(Bytes& bytes, std::size_t size) {
  const int kind = bytes.below(4);
  std::uint64_t state = bytes.number(4);
  std::vector<Pixel> pixels(size);
  for (Pixel& pixel : pixels) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const std::uint64_t random = state >> 17 ^ bytes.number(kind == 0 ? 8 : 0);
    if constexpr (std::is_floating_point_v<Pixel>) {
      constexpr Pixel kSpecial[] = {std::numeric_limits<Pixel>::quiet_NaN(),
                                    std::numeric_limits<Pixel>::infinity(),
                                    -std::numeric_limits<Pixel>::infinity(),
                                    std::numeric_limits<Pixel>::denorm_min(),
                                    Pixel{0},
                                    -Pixel{0}};
      pixel = static_cast<Pixel>(static_cast<double>(random % 4096) / 7.0 - 300.0);
      if (kind == 1) pixel = static_cast<Pixel>(random % 4);
      if (kind == 2 && random % 16 < 6) pixel = kSpecial[random % 16];
    } else {
      pixel = static_cast<Pixel>(random);
      if (kind == 1) pixel = static_cast<Pixel>(random % 4);
      if (kind == 2) pixel = std::numeric_limits<Pixel>::max();
      if (kind == 2 && random % 2 == 0) pixel = std::numeric_limits<Pixel>::min();
    }
  }
  return pixels;
}

[[noreturn]] void report(const Call& call, ril::PixelType type, std::size_t s, std::size_t index,
                         double found, double expected) {
  std::fprintf(stderr,
               "%s: pixel type %d, method %d, border %d, %d threads, (%lld, %lld, %lld), "
               "P %d, R %.17g (scale %zu of %zu): value %zu is %.9g, not %.9g\n",
               ril::instruction_set(), static_cast<int>(type), static_cast<int>(call.method),
               static_cast<int>(call.border), call.num_threads, static_cast<long long>(call.count),
               static_cast<long long>(call.height), static_cast<long long>(call.width),
               call.scales[s].P, call.scales[s].R, s, call.scales.size(), index, found, expected);
  std::abort();
}

// Values of a call at every place, (N, S, H, W), from `expected_of(picture, row, column, s)`.
template <class Pixel, class Value, class Expected>
void compare(const Call& call, ril::PixelType type, const std::vector<Pixel>& pixels,
             const std::vector<Value>& values, Expected expected_of) {
  std::size_t index = 0;
  for (std::int64_t n = 0; n < call.count; ++n) {
    const naive::Picture<Pixel> picture{pixels.data() + n * call.height * call.width, call.height,
                                        call.width, call.border};
    for (std::size_t s = 0; s < call.scales.size(); ++s) {
      for (std::int64_t row = 0; row < call.height; ++row) {
        for (std::int64_t column = 0; column < call.width; ++column, ++index) {
          const auto expected = static_cast<double>(expected_of(picture, row, column, s));
          const auto found = static_cast<double>(values[index]);
          const bool both_nan = std::isnan(found) && std::isnan(expected);
          if (found != expected && !both_nan) report(call, type, s, index, found, expected);
        }
      }
    }
  }
}

template <class Pixel, class Value>
void check_circular(const Call& call, ril::PixelType type, const std::vector<Pixel>& pixels,
                    ril::ValueType value_type) {
  std::vector<Value> values(pixels.size() * call.scales.size(), Value{93});
  ril::local_binary_pattern({pixels.data(), type, call.count, call.height, call.width}, call.scales,
                            call.method, call.border, call.num_threads,
                            {values.data(), value_type});
  std::vector<std::vector<ril::Sample>> samplings;
  for (const ril::Scale& scale : call.scales) {
    std::vector<ril::Sample> samples = ril::sampling(scale.P, scale.R);
    for (ril::Sample& sample : samples) {
      for (ril::Tap& tap : sample) {  // no need to mirror a thousand times
        tap.row = ril::reduced_offset(tap.row, std::max<std::int64_t>(call.height, 1), call.border);
        tap.column =
            ril::reduced_offset(tap.column, std::max<std::int64_t>(call.width, 1), call.border);
      }
    }
    samplings.push_back(std::move(samples));
  }
  compare(call, type, pixels, values,
          [&](const naive::Picture<Pixel>& picture, std::int64_t row, std::int64_t column,
              std::size_t s) -> Value {
            const auto sums = naive::sums(picture, row, column, samplings[s]);
            if constexpr (std::is_same_v<Value, float>) {
              return naive::variance(sums);
            } else {
              const int P = call.scales[s].P;
              return static_cast<Value>(naive::value(naive::code(sums), P, call.method));
            }
          });
}

template <class Pixel>
void check_square(const Call& call, ril::PixelType type, const std::vector<Pixel>& pixels) {
  std::vector<std::uint8_t> values(pixels.size(), 93);
  ril::square_lbp({pixels.data(), type, call.count, call.height, call.width}, call.border,
                  call.num_threads, values.data());
  const std::vector<ril::Sample> samples = {{{{0, 1, 1}}},   {{{-1, 1, 1}}}, {{{-1, 0, 1}}},
                                            {{{-1, -1, 1}}}, {{{0, -1, 1}}}, {{{1, -1, 1}}},
                                            {{{1, 0, 1}}},   {{{1, 1, 1}}}};
  Call once = call;
  once.scales = {{8, 1}};
  compare(once, type, pixels, values,
          [&](const naive::Picture<Pixel>& picture, std::int64_t row, std::int64_t column,
              std::size_t) { return naive::code(naive::sums(picture, row, column, samples)); });
}

template <class Pixel>
void check(const Call& call, ril::PixelType type, Bytes& bytes) {
  const auto pixels =
      read_pixels<Pixel>(bytes, static_cast<std::size_t>(call.count * call.height * call.width));
  if (bytes.below(8) == 0) return check_square(call, type, pixels);
  if (call.method == ril::Method::var) {
    return check_circular<Pixel, float>(call, type, pixels, ril::ValueType::float32);
  }
  auto smallest = ril::ValueType::uint8;
  for (const ril::Scale& scale : call.scales) {
    smallest = std::max(smallest, ril::value_type(call.method, scale.P));
  }
  // The smallest type that holds every value, or a larger one.
  const auto chosen = std::max(smallest, static_cast<ril::ValueType>(bytes.below(3)));
  if (chosen == ril::ValueType::uint8) {
    return check_circular<Pixel, std::uint8_t>(call, type, pixels, chosen);
  }
  if (chosen == ril::ValueType::uint16) {
    return check_circular<Pixel, std::uint16_t>(call, type, pixels, chosen);
  }
  return check_circular<Pixel, std::uint32_t>(call, type, pixels, chosen);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  const Call call = read_call(bytes);
  const auto type = static_cast<ril::PixelType>(bytes.below(10));
  switch (type) {
    case ril::PixelType::uint8:
      check<std::uint8_t>(call, type, bytes);
      break;
    case ril::PixelType::int8:
      check<std::int8_t>(call, type, bytes);
      break;
    case ril::PixelType::uint16:
      check<std::uint16_t>(call, type, bytes);
      break;
    case ril::PixelType::int16:
      check<std::int16_t>(call, type, bytes);
      break;
    case ril::PixelType::uint32:
      check<std::uint32_t>(call, type, bytes);
      break;
    case ril::PixelType::int32:
      check<std::int32_t>(call, type, bytes);
      break;
    case ril::PixelType::uint64:
      check<std::uint64_t>(call, type, bytes);
      break;
    case ril::PixelType::int64:
      check<std::int64_t>(call, type, bytes);
      break;
    case ril::PixelType::float32:
      check<float>(call, type, bytes);
      break;
    case ril::PixelType::float64:
      check<double>(call, type, bytes);
      break;
  }
  return 0;
}
