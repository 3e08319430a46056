// Row kernels over registers of 16-bit pixels, written once for every width of register.
//
// A Lanes type wraps the registers of an instruction set (see rows_avx2.cpp). Included after
// rows_impl.hpp, by the same rules.
//
// The left and right tap of a sample are neighbours in a row, so a register of pixels, read as
// pairs of 32 bits, multiplies and adds both at once: loaded at pixel i it serves the even pixels,
// loaded at i + 1 the odd ones. With sum_k q_k I_k on one side and (sum_k q_k) I_c on the other,
// both exact in 32 bits, one comparison gives the bit.
#pragma once

#include <cstdint>

#include "rows.hpp"

namespace ril {
namespace RIL_ROWS_ISA {

// Whether the excess of the weights must be taken back.
template <bool kValue>
struct Corrected {
  static constexpr bool value = kValue;
};

template <class Lanes>
inline void store_codes(std::uint8_t* to, typename Lanes::Register even,
                        typename Lanes::Register odd) {
  Lanes::store8(to, Lanes::bits_or(even, Lanes::template left32<16>(odd)));
}
template <class Lanes>
inline void store_codes(std::uint16_t* to, typename Lanes::Register even,
                        typename Lanes::Register odd) {
  Lanes::store(to, Lanes::bits_or(even, Lanes::template left32<16>(odd)));
}
template <class Lanes>
inline void store_codes(std::uint32_t* to, typename Lanes::Register even,
                        typename Lanes::Register odd) {
  Lanes::store_interleaved32(to, even, odd);
}

template <class Lanes, int kUnroll, class Code>
inline __attribute__((always_inline)) void int16_codes_chunk(const Neighbours& neighbours,
                                                             const std::int16_t* centre,
                                                             std::int64_t i, Code* to) {
  using Register = typename Lanes::Register;
  const auto times2_14 = [upper = Lanes::all32(-65536)](Register both, bool is_odd) {
    return Lanes::template signed_right32<2>(is_odd ? Lanes::bits_and(both, upper)
                                                    : Lanes::template left32<16>(both));
  };
  Register even_centre[kUnroll];
  Register odd_centre[kUnroll];
  Register even[kUnroll];  // codes of pixels i, i + 2, ...
  Register odd[kUnroll];   // and of i + 1, i + 3, ...
  for (int u = 0; u < kUnroll; ++u) {
    const Register both = Lanes::load(centre + i + u * Lanes::kWords);
    even_centre[u] = times2_14(both, false);
    odd_centre[u] = times2_14(both, true);
    even[u] = Lanes::zero();
    odd[u] = Lanes::zero();
  }
  const auto add_tap = [&](int s) __attribute__((always_inline)) {
    const Register bit = Lanes::all32(1 << neighbours.samples.all[s].p);
    for (int u = 0; u < kUnroll; ++u) {
      const Register both = Lanes::load(centre + neighbours.offsets[s] + i + u * Lanes::kWords);
      even[u] = Lanes::add_bit32(even[u], times2_14(both, false), even_centre[u], bit);
      odd[u] = Lanes::add_bit32(odd[u], times2_14(both, true), odd_centre[u], bit);
    }
  };
  const auto add_pairs = [&](int s, auto corrected) __attribute__((always_inline)) {
    const RowSample& sample = neighbours.samples.all[s];
    const Register weights[2] = {Lanes::all32(sample.words[0]), Lanes::all32(sample.words[1])};
    const Register bit = Lanes::all32(1 << sample.p);
    const auto sums = [&](const std::int16_t* first,
                          const std::int16_t* second) __attribute__((always_inline)) {
      return Lanes::add32(Lanes::word_pair_sums(Lanes::load(first), weights[0]),
                          Lanes::word_pair_sums(Lanes::load(second), weights[1]));
    };
    // Whole-pixel weights hide the other pixel of the pair.
    const Register even_excess = Lanes::all32(sample.excess & 0xFFFF);
    const Register odd_excess = Lanes::template left32<16>(even_excess);
    for (int u = 0; u < kUnroll; ++u) {
      const std::int16_t* first = centre + neighbours.offsets[s] + i + u * Lanes::kWords;
      const std::int16_t* second = first + neighbours.stride;
      Register even_sum = sums(first, second);
      Register odd_sum = sums(first + 1, second + 1);
      if constexpr (decltype(corrected)::value) {
        const Register both = Lanes::load(centre + i + u * Lanes::kWords);
        even_sum = Lanes::sub32(even_sum, Lanes::word_pair_sums(both, even_excess));
        odd_sum = Lanes::sub32(odd_sum, Lanes::word_pair_sums(both, odd_excess));
      }
      even[u] = Lanes::add_bit32(even[u], even_sum, even_centre[u], bit);
      odd[u] = Lanes::add_bit32(odd[u], odd_sum, odd_centre[u], bit);
    }
  };
  for (const RowSamples::Group& range : neighbours.samples.groups) {
    for (int s = range.first; s < range.even; ++s)
      add_tap(s);
    for (int s = range.even; s < range.over; ++s)
      add_pairs(s, Corrected<false>{});
    for (int s = range.over; s < range.last; ++s)
      add_pairs(s, Corrected<true>{});
  }
  for (int u = 0; u < kUnroll; ++u) {
    store_codes<Lanes>(to + i + u * Lanes::kWords, even[u], odd[u]);
  }
}

template <class Lanes, class Code>
void int16_codes(const Neighbours& neighbours, const std::int16_t* centre, std::int64_t n,
                 Code* codes) {
  constexpr std::int64_t kChunk = Lanes::kUnroll * Lanes::kWords;
  std::int64_t i = 0;
  for (; i + kChunk - Lanes::kWords < n; i += kChunk) {
    int16_codes_chunk<Lanes, Lanes::kUnroll>(neighbours, centre, i, codes);
  }
  for (; i < n; i += Lanes::kWords) {
    int16_codes_chunk<Lanes, 1>(neighbours, centre, i, codes);
  }
}

// P = 8, R = 1. A diagonal sample lies in a cell that the centre C belongs to, and C - C = 0
// however it is weighed, so the bit is set where 8192 (corner - C) + 3393 (a + b - 2 C) >= 0: one
// pair of pixels in the row of the corner, one in that of the centre.
template <class Lanes>
void int16_nearest_codes(const std::int16_t* centre, std::int64_t stride, std::int64_t n,
                         const std::uint8_t* labels, std::uint8_t* codes) {
  const std::int16_t* above = centre - stride;
  const std::int16_t* below = centre + stride;
  using Register = typename Lanes::Register;
  constexpr int kCorner = 8192;
  constexpr int kSide = 3393;
  constexpr int kCentre = -kCorner - 2 * kSide;
  const auto pair_weights = [](int left, int right) {
    return Lanes::all32(static_cast<int>((static_cast<unsigned>(left) & 0xFFFFu) |
                                         static_cast<unsigned>(right) << 16));
  };
  const Register side_corner = pair_weights(kSide, kCorner);
  const Register centre_side = pair_weights(kCentre, kSide);
  const Register corner_side = pair_weights(kCorner, kSide);
  const Register side_centre = pair_weights(kSide, kCentre);
  struct Row {
    Register before;  // from pixel i - 1
    Register at;      // from pixel i
    Register after;   // from pixel i + 1
  };
  for (std::int64_t i = 0; i < n; i += Lanes::kWords) {
    const auto load = [i](const std::int16_t* row) __attribute__((always_inline)) {
      return Row{Lanes::load_once(row + i - 1), Lanes::load_once(row + i),
                 Lanes::load_once(row + i + 1)};
    };
    const Row up = load(above);
    const Row same = load(centre);
    const Row down = load(below);
    Register sides = Lanes::zero();
    sides = Lanes::add_bit16(sides, same.after, same.at, Lanes::all16(1));
    sides = Lanes::add_bit16(sides, up.at, same.at, Lanes::all16(4));
    sides = Lanes::add_bit16(sides, same.before, same.at, Lanes::all16(16));
    sides = Lanes::add_bit16(sides, down.at, same.at, Lanes::all16(64));
    Register diagonals = Lanes::zero();
    // Even pixels find their pairs in the first two registers, odd ones in the others.
    const auto diagonal = [&](Register corners, Register centres, Register odd_corners,
                              Register odd_centres, Register corner_weights,
                              Register centre_weights, int bit) __attribute__((always_inline)) {
      const Register even = Lanes::add32(Lanes::word_pair_sums(corners, corner_weights),
                                         Lanes::word_pair_sums(centres, centre_weights));
      const Register odd = Lanes::add32(Lanes::word_pair_sums(odd_corners, corner_weights),
                                        Lanes::word_pair_sums(odd_centres, centre_weights));
      diagonals = Lanes::add_bit16(diagonals, Lanes::saturated_words(even, odd), Lanes::zero(),
                                   Lanes::all16(bit));
    };
    diagonal(up.at, same.at, up.after, same.after, side_corner, centre_side, 2);
    diagonal(up.before, same.before, up.at, same.at, corner_side, side_centre, 8);
    diagonal(down.before, same.before, down.at, same.at, corner_side, side_centre, 32);
    diagonal(down.at, same.at, down.after, same.after, side_corner, centre_side, 128);
    Lanes::store8(codes + i, Lanes::bits_or(sides, Lanes::interleaved_fours(diagonals)));
  }
  if (labels != nullptr) {
    look_up<Lanes>(labels, codes, n);
  }
}

template <class Lanes>
constexpr RowKernels<std::int16_t> make_int16_kernels() noexcept {
  return {int16_codes<Lanes, std::uint8_t>, int16_codes<Lanes, std::uint16_t>,
          int16_codes<Lanes, std::uint32_t>, int16_nearest_codes<Lanes>, sums_of<std::int16_t>};
}

}  // namespace RIL_ROWS_ISA
}  // namespace ril
