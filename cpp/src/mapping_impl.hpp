// Mapping kernels over registers, written once for every width of register. Included after
// rows_impl.hpp, by the same rules.
#pragma once

#include <cstdint>

#include "rows.hpp"

namespace ril {
namespace RIL_ROWS_ISA {

// The smallest rotation of codes of P bits in lanes of 32: two copies of the code at the top of the
// lane, doubled P - 1 times, show each rotation in the upper P bits. What lies below only decides
// between equal rotations, and is dropped. Beyond 16 bits the second copy is cut short to 32 - P
// bits, good for as many doublings; then the code is turned that far and set up again.
template <class Lanes>
inline __attribute__((always_inline)) typename Lanes::Register smallest_in_32(
    typename Lanes::Register codes, int P) {
  auto smallest = Lanes::all32(-1);
  const int room = P <= 16 ? P - 1 : 32 - P;
  for (int done = 0; done < P; done += room + 1) {
    auto turned = Lanes::bits_or(
        Lanes::shift_left32(codes, 32 - P),
        P <= 16 ? Lanes::shift_left32(codes, 32 - 2 * P) : Lanes::shift_right32(codes, 2 * P - 32));
    smallest = Lanes::min32(smallest, turned);
    const int last = P - 1 - done;
    for (int step = 1; step <= (last < room ? last : room); ++step) {
      turned = Lanes::add32(turned, turned);
      smallest = Lanes::min32(smallest, turned);
    }
    codes = Lanes::bits_and(Lanes::bits_or(Lanes::shift_left32(codes, room + 1),
                                           Lanes::shift_right32(codes, P - room - 1)),
                            Lanes::all32(static_cast<std::int32_t>((1u << P) - 1u)));
  }
  return Lanes::shift_right32(smallest, 32 - P);
}

template <class Lanes>
inline __attribute__((always_inline)) typename Lanes::Register smallest_in_16(
    typename Lanes::Register codes, int P) {
  const auto even = smallest_in_32<Lanes>(Lanes::bits_and(codes, Lanes::all32(0xFFFF)), P);
  const auto odd = smallest_in_32<Lanes>(Lanes::shift_right32(codes, 16), P);
  return Lanes::bits_or(even, Lanes::shift_left32(odd, 16));
}

// The same of 24 bits: the code begun at each of its three bytes, followed by the byte before it,
// is good for seven doublings.
template <class Lanes>
inline __attribute__((always_inline)) typename Lanes::Register smallest_of_24(
    typename Lanes::Register codes) {
  auto smallest = Lanes::all32(-1);
  for (int first = 0; first < 3; ++first) {
    auto turned = Lanes::bytes_from(codes, first);
    auto least = turned;
    for (int step = 1; step < 8; ++step) {
      turned = Lanes::add32(turned, turned);
      least = Lanes::min32(least, turned);
    }
    smallest = Lanes::min32(smallest, least);  // three chains side by side
  }
  return Lanes::shift_right32(smallest, 8);
}

template <class Lanes>
void smallest_rotations16(std::uint16_t* codes, int P, std::int64_t n) {
  if (P == 16) {
    for (std::int64_t i = 0; i < n; i += Lanes::kWords) {
      Lanes::store(codes + i, Lanes::smallest_of_16(Lanes::load(codes + i)));
    }
    return;
  }
  for (std::int64_t i = 0; i < n; i += Lanes::kWords) {
    Lanes::store(codes + i, smallest_in_16<Lanes>(Lanes::load(codes + i), P));
  }
}

template <class Lanes>
void smallest_rotations32(std::uint32_t* codes, int P, std::int64_t n) {
  if (P == 24) {
    for (std::int64_t i = 0; i < n; i += Lanes::kWords / 2) {
      Lanes::store(codes + i, smallest_of_24<Lanes>(Lanes::load(codes + i)));
    }
    return;
  }
  for (std::int64_t i = 0; i < n; i += Lanes::kWords / 2) {
    Lanes::store(codes + i, smallest_in_32<Lanes>(Lanes::load(codes + i), P));
  }
}

template <class Lanes>
void look_up(const std::uint8_t* labels, std::uint8_t* codes, std::int64_t n) {
  const typename Lanes::Table256 table(labels);
  for (std::int64_t i = 0; i < n; i += Lanes::kBytes) {
    Lanes::store(codes + i, table[Lanes::load(codes + i)]);
  }
}

template <class Lanes>
constexpr MappingKernels make_wide_mapping_kernels() noexcept {
  return {look_up<Lanes>, smallest_rotations16<Lanes>, smallest_rotations32<Lanes>, uniform_labels};
}

}  // namespace RIL_ROWS_ISA
}  // namespace ril
