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

// One neighbour, as the loop over pixels wants it.
struct PairedNeighbour {
  enum class Kind { one_tap, one_row, two_rows };
  const std::int16_t* first;   // the tap itself, or the left tap of a row
  const std::int16_t* second;  // the left tap of the other row
  std::int32_t first_weights;  // left in the lower half, right in the upper
  std::int32_t second_weights;
  std::int32_t bit;   // 2^p
  std::int32_t bits;  // 2^p in either half, where it fits one
  int excess;         // sum of the weights - 2^14, in -2..2
  Kind kind;
};

inline PairedNeighbour paired(const Neighbour<std::int16_t>& neighbour, int p) {
  const std::int32_t* q = neighbour.weights;
  PairedNeighbour pair{};
  pair.bit = static_cast<std::int32_t>(1u << p);
  pair.bits = static_cast<std::int32_t>(1u << p | 1u << (p + 16) % 32);
  int num_taps = 0;
  for (int k = 0; k < 4; ++k) {
    if (q[k] != 0) {
      ++num_taps;
      pair.first = neighbour.rows[k / 2] + k % 2;
    }
  }
  if (num_taps == 1) {
    pair.kind = PairedNeighbour::Kind::one_tap;
    return pair;
  }
  const bool has_top = (q[0] | q[1]) != 0;
  const bool has_bottom = (q[2] | q[3]) != 0;
  pair.kind =
      has_top && has_bottom ? PairedNeighbour::Kind::two_rows : PairedNeighbour::Kind::one_row;
  pair.first = neighbour.rows[has_top ? 0 : 1];
  pair.first_weights = has_top ? (q[0] | q[1] << 16) : (q[2] | q[3] << 16);
  pair.second = neighbour.rows[1];
  pair.second_weights = q[2] | q[3] << 16;
  pair.excess = q[0] + q[1] + q[2] + q[3] - (1 << 14);
  return pair;
}

template <class Lanes>
inline void store_codes(std::uint8_t* to, typename Lanes::Register ordered,
                        typename Lanes::Register even, typename Lanes::Register odd) {
  Lanes::store8(to, Lanes::bits_or(ordered, Lanes::bits_or(even, Lanes::left32(odd, 16))));
}
template <class Lanes>
inline void store_codes(std::uint16_t* to, typename Lanes::Register ordered,
                        typename Lanes::Register even, typename Lanes::Register odd) {
  Lanes::store(to, Lanes::bits_or(ordered, Lanes::bits_or(even, Lanes::left32(odd, 16))));
}
template <class Lanes>
inline void store_codes(std::uint32_t* to, typename Lanes::Register, typename Lanes::Register even,
                        typename Lanes::Register odd) {
  Lanes::store_interleaved32(to, even, odd);
}

template <class Lanes, class Code>
void int16_codes(const Neighbour<std::int16_t>* neighbours, int P, const std::int16_t* centre,
                 std::int64_t n, Code* codes) {
  using Register = typename Lanes::Register;
  using Kind = PairedNeighbour::Kind;
  constexpr bool kFits16 = sizeof(Code) <= 2;
  PairedNeighbour pairs[32];
  bool occurs[5] = {};
  for (int p = 0; p < P; ++p) {
    pairs[p] = paired(neighbours[p], p);
    occurs[pairs[p].excess + 2] = true;
  }
  for (std::int64_t i = 0; i < n; i += Lanes::kPixels) {
    const Register centres = Lanes::load(centre + i);
    const Register even_centre = Lanes::left32(centres, 16);  // times 2^16
    const Register odd_centre = Lanes::left32(Lanes::load(centre + i + 1), 16);
    Register even_sums[5];  // the centre times 2^14 + excess, by excess + 2
    Register odd_sums[5];
    for (int e = 0; e < 5; ++e) {
      if (occurs[e]) {
        const Register weight = Lanes::all32(((1 << 14) + e - 2) << 16);
        even_sums[e] = Lanes::pair_sums(even_centre, weight);
        odd_sums[e] = Lanes::pair_sums(odd_centre, weight);
      }
    }
    Register ordered = Lanes::zero();  // codes of 16 bits, pixel by pixel
    Register even = Lanes::zero();     // codes of 32 bits of pixels i, i + 2, ...
    Register odd = Lanes::zero();      // and of i + 1, i + 3, ...
    for (int p = 0; p < P; ++p) {
      const PairedNeighbour& pair = pairs[p];
      const Register bit = Lanes::all32(pair.bit);
      if (pair.kind == Kind::one_tap) {
        if constexpr (kFits16) {
          ordered = Lanes::add_bit16(ordered, Lanes::load(pair.first + i), centres,
                                     Lanes::all32(pair.bits));
        } else {
          const Register even_tap = Lanes::left32(Lanes::load(pair.first + i), 16);
          const Register odd_tap = Lanes::left32(Lanes::load(pair.first + i + 1), 16);
          even = Lanes::add_bit32(even, even_tap, even_centre, bit);
          odd = Lanes::add_bit32(odd, odd_tap, odd_centre, bit);
        }
        continue;
      }
      const Register first_weights = Lanes::all32(pair.first_weights);
      Register even_sum = Lanes::pair_sums(Lanes::load(pair.first + i), first_weights);
      Register odd_sum = Lanes::pair_sums(Lanes::load(pair.first + i + 1), first_weights);
      if (pair.kind == Kind::two_rows) {
        const Register weights = Lanes::all32(pair.second_weights);
        even_sum = Lanes::add32(even_sum, Lanes::pair_sums(Lanes::load(pair.second + i), weights));
        odd_sum =
            Lanes::add32(odd_sum, Lanes::pair_sums(Lanes::load(pair.second + i + 1), weights));
      }
      even = Lanes::add_bit32(even, even_sum, even_sums[pair.excess + 2], bit);
      odd = Lanes::add_bit32(odd, odd_sum, odd_sums[pair.excess + 2], bit);
    }
    store_codes<Lanes>(codes + i, ordered, even, odd);
  }
}

// The smallest rotation of codes of P <= 8 bits in lanes of 16: two copies of the code at the top
// of the lane, doubled P - 1 times, show each rotation in the upper P bits. What lies below only
// decides between equal rotations, and is dropped.
template <class Lanes>
inline typename Lanes::Register smallest_in_16(typename Lanes::Register codes, int P) {
  auto turned = Lanes::bits_or(Lanes::left16(codes, 16 - P), Lanes::left16(codes, 16 - 2 * P));
  auto smallest = turned;
  for (int step = 1; step < P; ++step) {
    turned = Lanes::add16(turned, turned);
    smallest = Lanes::min16(smallest, turned);
  }
  return Lanes::right16(smallest, 16 - P);
}

// The same in lanes of 32. Beyond 16 bits the second copy is cut short to 32 - P bits, good for as
// many doublings; then the code is turned that far and set up again.
template <class Lanes>
inline typename Lanes::Register smallest_in_32(typename Lanes::Register codes, int P) {
  auto smallest = Lanes::all32(-1);
  const int room = P <= 16 ? P - 1 : 32 - P;
  for (int done = 0; done < P; done += room + 1) {
    auto turned = Lanes::left32(codes, 32 - P);
    turned = Lanes::bits_or(
        turned, P <= 16 ? Lanes::left32(codes, 32 - 2 * P) : Lanes::right32(codes, 2 * P - 32));
    smallest = Lanes::min32(smallest, turned);
    const int last = P - 1 - done;
    for (int step = 1; step <= (last < room ? last : room); ++step) {
      turned = Lanes::add32(turned, turned);
      smallest = Lanes::min32(smallest, turned);
    }
    const auto mask = Lanes::all32(static_cast<std::int32_t>((1u << P) - 1u));
    codes = Lanes::bits_and(
        mask, Lanes::bits_or(Lanes::left32(codes, room + 1), Lanes::right32(codes, P - room - 1)));
  }
  return Lanes::right32(smallest, 32 - P);
}

template <class Lanes>
void smallest_rotations8(std::uint8_t* codes, int P, std::int64_t n) {
  for (std::int64_t i = 0; i < n; i += Lanes::kPixels) {
    Lanes::store8(codes + i, smallest_in_16<Lanes>(Lanes::load8(codes + i), P));
  }
}

template <class Lanes>
void smallest_rotations16(std::uint16_t* codes, int P, std::int64_t n) {
  const auto low = Lanes::all32(0xFFFF);
  for (std::int64_t i = 0; i < n; i += Lanes::kPixels) {
    const auto both = Lanes::load(codes + i);
    if (P <= 8) {
      Lanes::store(codes + i, smallest_in_16<Lanes>(both, P));
    } else {
      const auto even = smallest_in_32<Lanes>(Lanes::bits_and(both, low), P);
      const auto odd = smallest_in_32<Lanes>(Lanes::right32(both, 16), P);
      Lanes::store(codes + i, Lanes::bits_or(even, Lanes::left32(odd, 16)));
    }
  }
}

template <class Lanes>
void smallest_rotations32(std::uint32_t* codes, int P, std::int64_t n) {
  for (std::int64_t i = 0; i < n; i += Lanes::kPixels / 2) {
    Lanes::store(codes + i, smallest_in_32<Lanes>(Lanes::load(codes + i), P));
  }
}

template <class Lanes>
constexpr RowKernels<std::int16_t> make_int16_kernels() noexcept {
  return {int16_codes<Lanes, std::uint8_t>, int16_codes<Lanes, std::uint16_t>,
          int16_codes<Lanes, std::uint32_t>, sums_of<std::int16_t>};
}

template <class Lanes>
constexpr RotationKernels make_wide_rotation_kernels() noexcept {
  return {smallest_rotations8<Lanes>, smallest_rotations16<Lanes>, smallest_rotations32<Lanes>,
          uniform_labels};
}

}  // namespace RIL_ROWS_ISA
}  // namespace ril
