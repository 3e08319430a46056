// Row kernels over registers of 8-bit pixels, written once for every width of register.
//
// A Lanes type wraps the registers of an instruction set (see rows_avx2.cpp). Included after
// rows_impl.hpp, by the same rules.
//
// Everything happens in 16 bits, exactly. The weights are 128 h + l (see row_samples.hpp), where
// the h of a sample sum to 128 and its l to the excess e of its weights over 2^14. With the centre
// C,
//
//     sum_k q_k (I_k - C)  =  128 (sum_k h_k I_k - 128 C)  +  (sum_k l_k I_k - e C)
//
// is not negative exactly where the second bracket / 128, rounded down, reaches minus the first.
// Both brackets stay within 16 bits, because the l of either sign sum to at most 128 x 255.
// Neighbouring bytes of a row, multiplied as pairs, give both taps of a row at once: loaded at
// pixel i they serve the even pixels, loaded at i + 1 the odd ones.
#pragma once

#include <cstdint>

#include "rows.hpp"

namespace ril {
namespace RIL_ROWS_ISA {

// Codes of at most 16 bits of kUnroll registers of pixels, those of even and odd pixels apart.
template <class Lanes, int kUnroll>
struct SplitCodes {
  typename Lanes::Register even[kUnroll];
  typename Lanes::Register odd[kUnroll];
};

// The bits of one group of samples, lowest p as bit 0.
template <class Lanes, int kUnroll>
inline __attribute__((always_inline)) SplitCodes<Lanes, kUnroll> uint8_chunk(
    const Neighbours& neighbours, int group, const std::uint8_t* centre, std::int64_t i) {
  using Register = typename Lanes::Register;
  const RowSamples::Group& range = neighbours.samples.groups[group];
  const Register low_byte = Lanes::all16(0xFF);
  const Register high_byte = Lanes::template left16<8>(low_byte);
  Register even_centre[kUnroll];  // 128 times
  Register odd_centre[kUnroll];
  SplitCodes<Lanes, kUnroll> codes;
#pragma GCC unroll 4  // or the arrays above stay in memory
  for (int u = 0; u < kUnroll; ++u) {
    const Register both = Lanes::load_once(centre + i + u * Lanes::kBytes);
    even_centre[u] = Lanes::template left16<7>(Lanes::bits_and(both, low_byte));
    odd_centre[u] = Lanes::template left16<7>(Lanes::template right16<8>(both));
    // One tap is compared as it is, byte by byte, pixels in their order.
    const auto tap_bits = [&](int first, int last) __attribute__((always_inline)) {
      Register bits = Lanes::zero();
      for (int s = first; s < last; ++s) {
        const Register tap = Lanes::load(centre + neighbours.offsets[s] + i + u * Lanes::kBytes);
        bits = Lanes::add_bit8(bits, tap, both, Lanes::all32(neighbours.samples.all[s].bit_bytes));
      }
      return bits;
    };
    const Register lower = tap_bits(range.first, range.upper);
    const Register upper = tap_bits(range.upper, range.even);
    codes.even[u] =
        Lanes::bits_or(Lanes::bits_and(lower, low_byte), Lanes::template left16<8>(upper));
    codes.odd[u] =
        Lanes::bits_or(Lanes::template right16<8>(lower), Lanes::bits_and(upper, high_byte));
  }
  const auto add_pairs = [&](int s, auto correct) __attribute__((always_inline)) {
    const RowSample& sample = neighbours.samples.all[s];
    const Register high[2] = {Lanes::all32(sample.high_bytes[0]),
                              Lanes::all32(sample.high_bytes[1])};
    const Register low[2] = {Lanes::all32(sample.low_bytes[0]), Lanes::all32(sample.low_bytes[1])};
    const Register bit = Lanes::all32(sample.bit_words);
    const auto compare = [&](Register so_far, const std::uint8_t* first, const std::uint8_t* second,
                             Register centre128) __attribute__((always_inline)) {
      const Register top = Lanes::load_once(first);
      const Register bottom = Lanes::load_once(second);
      const Register lows = correct(
          Lanes::add16(Lanes::byte_pair_sums(top, low[0]), Lanes::byte_pair_sums(bottom, low[1])),
          centre128);
      const Register missing =
          Lanes::sub16(Lanes::sub16(centre128, Lanes::byte_pair_sums(top, high[0])),
                       Lanes::byte_pair_sums(bottom, high[1]));
      return Lanes::add_bit16(so_far, Lanes::template signed_right16<7>(lows), missing, bit);
    };
    for (int u = 0; u < kUnroll; ++u) {
      const std::uint8_t* first = centre + neighbours.offsets[s] + i + u * Lanes::kBytes;
      const std::uint8_t* second = first + neighbours.stride;
      codes.even[u] = compare(codes.even[u], first, second, even_centre[u]);
      codes.odd[u] = compare(codes.odd[u], first + 1, second + 1, odd_centre[u]);
    }
  };
  for (int s = range.even; s < range.over; ++s) {
    add_pairs(s, [](Register lows, Register) { return lows; });
  }
  for (int s = range.over; s < range.under; ++s) {
    add_pairs(s, [](Register lows, Register centre128) {
      return Lanes::sub16(lows, Lanes::template right16<7>(centre128));
    });
  }
  for (int s = range.under; s < range.far; ++s) {
    add_pairs(s, [](Register lows, Register centre128) {
      return Lanes::add16(lows, Lanes::template right16<7>(centre128));
    });
  }
  for (int s = range.far; s < range.last; ++s) {
    // The upper 16 bits of 128 C times 512 e are e C.
    const Register weight = Lanes::all32(neighbours.samples.all[s].excess_words);
    add_pairs(s, [weight](Register lows, Register centre128) {
      return Lanes::sub16(lows, Lanes::upper_product16(centre128, weight));
    });
  }
  return codes;
}

template <class Lanes, int kUnroll>
inline __attribute__((always_inline)) void uint8_codes_chunk(const Neighbours& neighbours,
                                                             const std::uint8_t* centre,
                                                             std::int64_t i, std::uint8_t* to) {
  const auto codes = uint8_chunk<Lanes, kUnroll>(neighbours, 0, centre, i);
  for (int u = 0; u < kUnroll; ++u) {
    Lanes::store(to + i + u * Lanes::kBytes,
                 Lanes::bits_or(codes.even[u], Lanes::template left16<8>(codes.odd[u])));
  }
}
template <class Lanes, int kUnroll>
inline __attribute__((always_inline)) void uint8_codes_chunk(const Neighbours& neighbours,
                                                             const std::uint8_t* centre,
                                                             std::int64_t i, std::uint16_t* to) {
  const auto codes = uint8_chunk<Lanes, kUnroll>(neighbours, 0, centre, i);
  for (int u = 0; u < kUnroll; ++u) {
    Lanes::store_interleaved16(to + i + u * Lanes::kBytes, codes.even[u], codes.odd[u]);
  }
}
template <class Lanes, int kUnroll>
inline __attribute__((always_inline)) void uint8_codes_chunk(const Neighbours& neighbours,
                                                             const std::uint8_t* centre,
                                                             std::int64_t i, std::uint32_t* to) {
  const auto lower = uint8_chunk<Lanes, kUnroll>(neighbours, 0, centre, i);
  const auto upper = uint8_chunk<Lanes, kUnroll>(neighbours, 1, centre, i);
  for (int u = 0; u < kUnroll; ++u) {
    Lanes::store_interleaved16(to + i + u * Lanes::kBytes, lower.even[u], lower.odd[u],
                               upper.even[u], upper.odd[u]);
  }
}

template <class Lanes, class Code>
void uint8_codes(const Neighbours& neighbours, const std::uint8_t* centre, std::int64_t n,
                 Code* codes) {
  constexpr std::int64_t kChunk = Lanes::kUnroll * Lanes::kBytes;
  std::int64_t i = 0;
  for (; i + kChunk - Lanes::kBytes < n; i += kChunk) {
    uint8_codes_chunk<Lanes, Lanes::kUnroll>(neighbours, centre, i, codes);
  }
  for (; i < n; i += Lanes::kBytes) {
    uint8_codes_chunk<Lanes, 1>(neighbours, centre, i, codes);
  }
}

// P = 8, R = 1. A diagonal sample lies in a cell that the centre C belongs to, and C - C = 0
// however it is weighed: with the corner at 8192 and the two other taps a, b at 3393 the bit is set
// where
//     8192 (corner - C) + 3393 (a + b - 2 C) >= 0,
// which is floor(3393 (a + b - 2 C) / 8192) + corner >= C, and 3393 / 8192 is 27144 / 2^16.
template <class Lanes, class Map>
inline __attribute__((always_inline)) void uint8_nearest(const std::uint8_t* centre,
                                                         std::int64_t stride, std::int64_t n,
                                                         Map map, std::uint8_t* codes) {
  const std::uint8_t* above = centre - stride;
  const std::uint8_t* below = centre + stride;
  using Register = typename Lanes::Register;
  const Register weight = Lanes::all16(27144);
  for (std::int64_t i = 0; i < n; i += Lanes::kBytes) {
    const Register c = Lanes::load(centre + i);
    const Register c_low = Lanes::low_bytes(c);
    const Register c_high = Lanes::high_bytes(c);
    Register code = Lanes::zero();
    struct Difference {
      Register low;
      Register high;
    };
    const auto side = [&](const std::uint8_t* from, int bit) __attribute__((always_inline)) {
      const Register tap = Lanes::load(from);
      code = Lanes::add_bit8(code, tap, c, Lanes::all8(bit));
      return Difference{Lanes::sub16(Lanes::low_bytes(tap), c_low),
                        Lanes::sub16(Lanes::high_bytes(tap), c_high)};
    };
    const auto diagonal = [&](const std::uint8_t* from, Difference a, Difference b,
                              int bit) __attribute__((always_inline)) {
      const Register corner = Lanes::load(from);
      const Register low = Lanes::upper_product16(Lanes::add16(a.low, b.low), weight);
      const Register high = Lanes::upper_product16(Lanes::add16(a.high, b.high), weight);
      // Saturation keeps the comparison: a sum below 0 needs C > 0, and one above 255 exceeds it.
      const Register sum = Lanes::saturated_bytes(Lanes::add16(low, Lanes::low_bytes(corner)),
                                                  Lanes::add16(high, Lanes::high_bytes(corner)));
      code = Lanes::add_bit8(code, sum, c, Lanes::all8(bit));
    };
    const Difference right = side(centre + i + 1, 1);
    const Difference up = side(above + i, 4);
    const Difference left = side(centre + i - 1, 16);
    const Difference down = side(below + i, 64);
    diagonal(above + i + 1, up, right, 2);
    diagonal(above + i - 1, up, left, 8);
    diagonal(below + i - 1, down, left, 32);
    diagonal(below + i + 1, down, right, 128);
    Lanes::store(codes + i, map(code));
  }
}

template <class Lanes>
void uint8_nearest_codes(const std::uint8_t* centre, std::int64_t stride, std::int64_t n,
                         const std::uint8_t* labels, std::uint8_t* codes) {
  using Register = typename Lanes::Register;
  if (labels == nullptr) {
    return uint8_nearest<Lanes>(centre, stride, n, [](Register code) { return code; }, codes);
  }
  const typename Lanes::Table256 table(labels);
  uint8_nearest<Lanes>(centre, stride, n, [&table](Register code) { return table[code]; }, codes);
}

template <class Lanes>
constexpr RowKernels<std::uint8_t> make_uint8_kernels() noexcept {
  return {uint8_codes<Lanes, std::uint8_t>, uint8_codes<Lanes, std::uint16_t>,
          uint8_codes<Lanes, std::uint32_t>, uint8_nearest_codes<Lanes>, sums_of<std::uint8_t>};
}

}  // namespace RIL_ROWS_ISA
}  // namespace ril
