// The portable row kernels. Included by one file per instruction set, which defines RIL_ROWS_ISA,
// the namespace that keeps the copies apart, and is compiled with the flags of that set. So nothing
// here may call an inline function of another header: the linker could keep the wrong copy of it.
//
// Each loop over pixels is a function of its own over restrict pointers that is never inlined:
// that is what lets compilers vectorise it.
#pragma once

#include <cstdint>

#include "rows.hpp"

#define RIL_OWN_LOOP __attribute__((noinline))

namespace ril {
namespace RIL_ROWS_ISA {

// The type in which weights times differences add up without overflow: |difference| < 2^bits and
// the weights sum to at most 2^14 + 2.
template <class Pixel>
struct SumOf;
template <>
struct SumOf<std::uint8_t> {
  using type = std::int32_t;
};
template <>
struct SumOf<std::int16_t> {
  using type = std::int32_t;
};
template <>
struct SumOf<std::uint32_t> {
  using type = std::int64_t;
};
template <>
struct SumOf<std::int32_t> {
  using type = std::int64_t;
};
template <>
struct SumOf<std::uint64_t> {
  __extension__ using type = __int128;
};
template <>
struct SumOf<std::int64_t> {
  __extension__ using type = __int128;
};
template <>
struct SumOf<float> {
  using type = double;
};
template <>
struct SumOf<double> {
  using type = double;
};

// The same sum on 16-bit pixels, as products of 16 by 16 bits, for which every instruction set has
// vector instructions: sum_k q_k I_k less (sum_k q_k) I_c.
template <int kTaps>
inline __attribute__((always_inline)) std::int32_t weighted_sum(std::int16_t t0, std::int16_t t1,
                                                                std::int16_t t2, std::int16_t t3,
                                                                std::int16_t centre,
                                                                std::int32_t q0, std::int32_t q1,
                                                                std::int32_t q2, std::int32_t q3) {
  const auto all = static_cast<std::int16_t>(q0 + q1 + q2 + q3);
  std::int32_t sum = static_cast<std::int16_t>(q0) * t0 - all * centre;
  if constexpr (kTaps > 1) sum += static_cast<std::int16_t>(q1) * t1;
  if constexpr (kTaps > 2) sum += static_cast<std::int16_t>(q2) * t2;
  if constexpr (kTaps > 3) sum += static_cast<std::int16_t>(q3) * t3;
  return sum;
}

template <int kTaps>
inline __attribute__((always_inline)) std::int32_t weighted_sum(std::uint8_t t0, std::uint8_t t1,
                                                                std::uint8_t t2, std::uint8_t t3,
                                                                std::uint8_t centre,
                                                                std::int32_t q0, std::int32_t q1,
                                                                std::int32_t q2, std::int32_t q3) {
  return weighted_sum<kTaps>(std::int16_t{t0}, std::int16_t{t1}, std::int16_t{t2}, std::int16_t{t3},
                             std::int16_t{centre}, q0, q1, q2, q3);
}

// ((q0 d0 + q1 d1) + q2 d2) + q3 d3, of the first kTaps taps, in this order.
template <int kTaps, class Sum, class Pixel>
inline __attribute__((always_inline)) Sum weighted_sum(Pixel t0, Pixel t1, Pixel t2, Pixel t3,
                                                       Pixel centre, Sum q0, Sum q1, Sum q2,
                                                       Sum q3) {
  const Sum c = static_cast<Sum>(centre);
  Sum sum = q0 * (static_cast<Sum>(t0) - c);
  if constexpr (kTaps > 1) sum = sum + q1 * (static_cast<Sum>(t1) - c);
  if constexpr (kTaps > 2) sum = sum + q2 * (static_cast<Sum>(t2) - c);
  if constexpr (kTaps > 3) sum = sum + q3 * (static_cast<Sum>(t3) - c);
  return sum;
}

template <int kTaps, class Pixel, class Code>
RIL_OWN_LOOP void add_bit(const Pixel* __restrict t0, const Pixel* __restrict t1,
                          const Pixel* __restrict t2, const Pixel* __restrict t3,
                          const std::int32_t* weights, const Pixel* __restrict centre, Code bit,
                          std::int64_t n, Code* __restrict codes) {
  using Sum = typename SumOf<Pixel>::type;
  const Sum q0 = static_cast<Sum>(weights[0]);
  const Sum q1 = kTaps > 1 ? static_cast<Sum>(weights[1]) : Sum{};
  const Sum q2 = kTaps > 2 ? static_cast<Sum>(weights[2]) : Sum{};
  const Sum q3 = kTaps > 3 ? static_cast<Sum>(weights[3]) : Sum{};
  for (std::int64_t i = 0; i < n; ++i) {
    const Sum sum = weighted_sum<kTaps>(t0[i], t1[i], t2[i], t3[i], centre[i], q0, q1, q2, q3);
    codes[i] = static_cast<Code>(codes[i] | (sum >= Sum{} ? bit : Code{}));
  }
}

template <int kTaps, class Pixel>
RIL_OWN_LOOP void sums_of(const Pixel* __restrict t0, const Pixel* __restrict t1,
                          const Pixel* __restrict t2, const Pixel* __restrict t3,
                          const std::int32_t* weights, const Pixel* __restrict centre,
                          std::int64_t n, double* __restrict sums) {
  using Sum = typename SumOf<Pixel>::type;
  const Sum q0 = static_cast<Sum>(weights[0]);
  const Sum q1 = kTaps > 1 ? static_cast<Sum>(weights[1]) : Sum{};
  const Sum q2 = kTaps > 2 ? static_cast<Sum>(weights[2]) : Sum{};
  const Sum q3 = kTaps > 3 ? static_cast<Sum>(weights[3]) : Sum{};
  for (std::int64_t i = 0; i < n; ++i) {
    sums[i] = static_cast<double>(
        weighted_sum<kTaps>(t0[i], t1[i], t2[i], t3[i], centre[i], q0, q1, q2, q3));
  }
}

template <class Code>
RIL_OWN_LOOP void clear(std::int64_t n, Code* __restrict codes) {
  for (std::int64_t i = 0; i < n; ++i) {
    codes[i] = 0;
  }
}

// The taps of a sample that have a weight, first to last. Those beyond num_taps repeat the first.
template <class Pixel>
struct WeightedTaps {
  const Pixel* taps[4] = {};
  std::int32_t weights[4] = {};

  WeightedTaps(const Neighbours& neighbours, int s, const Pixel* pixels) {
    const RowSample& sample = neighbours.samples.all[s];
    const Pixel* origin = pixels + neighbours.offsets[s];
    int count = 0;
    for (int k = 0; k < 4; ++k) {
      if (sample.weights[k] != 0) {
        const std::int64_t step = sample.num_taps == 1 ? 0 : k / 2 * neighbours.stride + k % 2;
        taps[count] = origin + step;
        weights[count] = sample.weights[k];
        ++count;
      }
    }
    for (; count < 4; ++count) {
      taps[count] = taps[0];
    }
  }
};

template <class Pixel, class Code>
void codes_of(const Neighbours& neighbours, const Pixel* pixels, std::int64_t n, Code* codes) {
  clear(n, codes);
  for (int s = 0; s < neighbours.samples.count; ++s) {
    const RowSample& sample = neighbours.samples.all[s];
    const WeightedTaps<Pixel> w(neighbours, s, pixels);
    const Pixel* const* t = w.taps;
    const Code bit = static_cast<Code>(Code{1} << sample.p);
    switch (sample.num_taps) {
      case 1:
        add_bit<1>(t[0], t[1], t[2], t[3], w.weights, pixels, bit, n, codes);
        break;
      case 2:
        add_bit<2>(t[0], t[1], t[2], t[3], w.weights, pixels, bit, n, codes);
        break;
      case 3:
        add_bit<3>(t[0], t[1], t[2], t[3], w.weights, pixels, bit, n, codes);
        break;
      default:
        add_bit<4>(t[0], t[1], t[2], t[3], w.weights, pixels, bit, n, codes);
    }
  }
}

template <class Pixel>
void sums_of(const Neighbours& neighbours, int s, const Pixel* pixels, std::int64_t n,
             double* sums) {
  const WeightedTaps<Pixel> w(neighbours, s, pixels);
  const Pixel* const* t = w.taps;
  switch (neighbours.samples.all[s].num_taps) {
    case 1:
      return sums_of<1>(t[0], t[1], t[2], t[3], w.weights, pixels, n, sums);
    case 2:
      return sums_of<2>(t[0], t[1], t[2], t[3], w.weights, pixels, n, sums);
    case 3:
      return sums_of<3>(t[0], t[1], t[2], t[3], w.weights, pixels, n, sums);
    default:
      return sums_of<4>(t[0], t[1], t[2], t[3], w.weights, pixels, n, sums);
  }
}

// Pixels per pass over the rotations: a block stays in registers or the nearest cache.
template <class Code>
RIL_OWN_LOOP void smallest_rotations(Code* __restrict codes, int P, std::int64_t n) {
  constexpr std::int64_t kBlock = 64;
  const auto top = static_cast<unsigned>(P - 1);
  for (std::int64_t start = 0; start < n; start += kBlock) {
    const std::int64_t size = n - start < kBlock ? n - start : kBlock;
    Code turned[kBlock];
    Code smallest[kBlock];
    for (std::int64_t i = 0; i < size; ++i) {
      turned[i] = codes[start + i];
      smallest[i] = codes[start + i];
    }
    for (int step = 1; step < P; ++step) {
      for (std::int64_t i = 0; i < kBlock; ++i) {
        const Code code = turned[i];
        turned[i] = static_cast<Code>(code >> 1 | static_cast<Code>(code & 1) << top);
        smallest[i] = turned[i] < smallest[i] ? turned[i] : smallest[i];
      }
    }
    for (std::int64_t i = 0; i < size; ++i) {
      codes[start + i] = smallest[i];
    }
  }
}

inline void look_up_each(const std::uint8_t* labels, std::uint8_t* codes, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) {
    codes[i] = labels[codes[i]];
  }
}

// Population counts in plain arithmetic, which vectorises on every instruction set.
inline __attribute__((always_inline)) std::uint32_t ones_of(std::uint32_t bits) {
  bits = bits - (bits >> 1 & 0x55555555u);
  bits = (bits & 0x33333333u) + (bits >> 2 & 0x33333333u);
  bits = (bits + (bits >> 4)) & 0x0F0F0F0Fu;
  bits = bits + (bits >> 8);
  return (bits + (bits >> 16)) & 0x3Fu;
}

RIL_OWN_LOOP inline void uniform_labels(std::uint32_t* __restrict codes, int P, std::int64_t n) {
  const auto top = static_cast<unsigned>(P - 1);
  const auto other = static_cast<std::uint32_t>(P + 1);
  for (std::int64_t i = 0; i < n; ++i) {
    const std::uint32_t code = codes[i];
    const std::uint32_t changes = ones_of(code ^ (code >> 1 | (code & 1u) << top));
    codes[i] = changes <= 2 ? ones_of(code) : other;
  }
}

template <class Pixel>
constexpr RowKernels<Pixel> make_row_kernels() noexcept {
  return {codes_of<Pixel, std::uint8_t>, codes_of<Pixel, std::uint16_t>,
          codes_of<Pixel, std::uint32_t>, nullptr, sums_of<Pixel>};
}

constexpr MappingKernels make_mapping_kernels() noexcept {
  return {look_up_each, smallest_rotations<std::uint16_t>, smallest_rotations<std::uint32_t>,
          uniform_labels};
}

extern const RowKernels<std::uint8_t> uint8_rows;
extern const RowKernels<std::int16_t> int16_rows;
extern const RowKernels<std::uint32_t> uint32_rows;
extern const RowKernels<std::int32_t> int32_rows;
extern const RowKernels<std::uint64_t> uint64_rows;
extern const RowKernels<std::int64_t> int64_rows;
extern const RowKernels<float> float32_rows;
extern const RowKernels<double> float64_rows;
extern const MappingKernels mappings;

}  // namespace RIL_ROWS_ISA
}  // namespace ril
