// The kernels of skimage_rows.hpp, over vectors of the compiler. Included by one file per
// instruction set, which defines RIL_ROWS_ISA, the namespace that keeps the copies apart, and
// RIL_VECTOR_BYTES. Nothing here may call an inline function of another header: the linker could
// keep the wrong copy of it.
#pragma once

#include <cstdint>
#ifdef __AVX512F__
#include <immintrin.h>
#endif

#include "skimage_rows.hpp"

#define RIL_INLINE inline __attribute__((always_inline))

namespace ril {
namespace skimage {
namespace RIL_ROWS_ISA {
namespace {

using Doubles = double __attribute__((vector_size(RIL_VECTOR_BYTES)));
using Longs = long long __attribute__((vector_size(RIL_VECTOR_BYTES)));
using HalfInts = std::int32_t __attribute__((vector_size(RIL_VECTOR_BYTES / 2)));

constexpr std::int64_t kLanes = RIL_VECTOR_BYTES / 8;
constexpr int kVectors = 4;  // at a time, for each of which a code stays in a register
static_assert(kVectors * kLanes <= kStep && kLanes <= kLine);

RIL_INLINE Doubles load(const double* from) {
  Doubles vector;
  __builtin_memcpy(&vector, from, sizeof vector);
  return vector;
}

template <class Vector>
RIL_INLINE void store(void* to, Vector vector) {
  __builtin_memcpy(to, &vector, sizeof vector);
}

void interpolate(const double* left, const double* right, double fraction, std::int64_t n,
                 double* between) {
  const double rest = 1.0 - fraction;
  for (std::int64_t i = 0; i < n; i += kLanes) {
    store(between + i, rest * load(left + i) + fraction * load(right + i));
  }
}

RIL_INLINE Doubles value_of(const Sample& sample, std::int64_t i) {
  return sample.is_top
             ? load(sample.top + i)
             : sample.upper * load(sample.top + i) + sample.lower * load(sample.bottom + i);
}

// What a sample has to reach for its difference to this centre to be at least 0. The difference of
// equal infinities is not: so nothing reaches +infinity, and -infinity is what lies below the rest.
RIL_INLINE Doubles threshold(Doubles centre) {
  const Doubles lowest = Doubles{} - __DBL_MAX__;
  centre = centre < lowest ? lowest : centre;
  return centre + (centre - centre);
}

// bits | (sample >= threshold ? bit : 0)
RIL_INLINE Longs with_bit(Longs bits, Doubles sample, Doubles threshold, Longs bit) {
#ifdef __AVX512F__
  const __mmask8 set = _mm512_cmp_pd_mask(sample, threshold, _CMP_GE_OQ);
  return _mm512_mask_or_epi64(bits, set, bits, bit);  // one instruction where g++ finds two
#else
  return bits | ((sample >= threshold) & bit);
#endif
}

void to_thresholds(const double* centre, std::int64_t n, double* thresholds) {
  for (std::int64_t i = 0; i < n; i += kLanes) {
    store(thresholds + i, threshold(load(centre + i)));
  }
}

void codes_of(const Sample* samples, int P, const double* thresholds_of_row, std::int64_t n,
              std::uint32_t* codes) {
  for (std::int64_t i = 0; i < n; i += kVectors * kLanes) {
    Doubles thresholds[kVectors];
    Longs bits[kVectors] = {};
    for (int v = 0; v < kVectors; ++v) {
      thresholds[v] = load(thresholds_of_row + i + v * kLanes);
    }
    for (int p = 0; p < P; ++p) {
      const Sample& sample = samples[p];
      const Longs bit = Longs{} + (1LL << p);
      for (int v = 0; v < kVectors; ++v) {
        bits[v] = with_bit(bits[v], value_of(sample, i + v * kLanes), thresholds[v], bit);
      }
    }
    for (int v = 0; v < kVectors; ++v) {
      store(codes + i + v * kLanes, __builtin_convertvector(bits[v], HalfInts));
    }
  }
}

void variances(const Sample* samples, int P, std::int64_t n, double* values) {
  const double number = P;
  for (std::int64_t i = 0; i < n; i += kVectors * kLanes) {
    Doubles sum[kVectors] = {};
    Doubles squares[kVectors] = {};
    for (int p = 0; p < P; ++p) {
      for (int v = 0; v < kVectors; ++v) {
        const Doubles value = value_of(samples[p], i + v * kLanes);
        sum[v] += value;
        squares[v] += value * value;
      }
    }
    for (int v = 0; v < kVectors; ++v) {
      const Doubles variance = (squares[v] - (sum[v] * sum[v]) / number) / number;
      const Doubles nan = Doubles{} + __builtin_nan("");
      store(values + i + v * kLanes, variance != 0.0 ? variance : nan);
    }
  }
}

// Plain loops over restrict pointers, never inlined: that is what lets compilers vectorise them.
template <class Pixel>
__attribute__((noinline)) void read_doubles(const Pixel* __restrict pixels, std::int64_t n,
                                            double* __restrict row) {
  for (std::int64_t i = 0; i < n; ++i) {
    row[i] = static_cast<double>(pixels[i]);
  }
}
template <class Pixel>
void read(const void* pixels, std::int64_t n, double* row) {
  read_doubles(static_cast<const Pixel*>(pixels), n, row);
}

__attribute__((noinline)) void to_doubles(const std::uint32_t* __restrict codes, std::int64_t n,
                                          double* __restrict values) {
  for (std::int64_t i = 0; i < n; ++i) {
    values[i] = static_cast<double>(static_cast<std::int32_t>(codes[i]));  // P <= 31
  }
}

__attribute__((noinline)) void bytes_to_doubles(const std::uint8_t* __restrict codes,
                                                std::int64_t n, double* __restrict values) {
  for (std::int64_t i = 0; i < n; ++i) {
    values[i] = static_cast<double>(codes[i]);
  }
}

__attribute__((noinline)) void to_bytes(const std::uint32_t* __restrict codes, std::int64_t n,
                                        std::uint8_t* __restrict bytes) {
  for (std::int64_t i = 0; i < n; ++i) {
    bytes[i] = static_cast<std::uint8_t>(codes[i]);
  }
}

constexpr Kernels make_kernels() noexcept {
  return {{read<std::uint8_t>, read<std::int8_t>, read<std::uint16_t>, read<std::int16_t>,
           read<std::uint32_t>, read<std::int32_t>, read<std::uint64_t>, read<std::int64_t>,
           read<float>, read<double>},
          interpolate,
          to_thresholds,
          codes_of,
          variances,
          to_doubles,
          bytes_to_doubles,
          to_bytes};
}

}  // namespace

extern const Kernels kernels;
const Kernels kernels = make_kernels();

}  // namespace RIL_ROWS_ISA
}  // namespace skimage
}  // namespace ril
