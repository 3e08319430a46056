// Codes to values: the tables and labels behind every method but `standard` and `var`.
#pragma once

#include <cstdint>

#include "ril/lbp.hpp"

namespace ril {

inline constexpr int kMaxTableP = 16;  // labels of up to 2^16 codes come from a table of all codes

// Calls visit(necklace) for each code of P bits that is the smallest of its rotations, ascending.
//
// After Fredricksen, Kessler and Maiorana: the necklaces of length P are the repetitions of the
// Lyndon words whose length divides P, and Duval's step leads from one Lyndon word to the next:
// repeat it to P bits, drop the ones at its end, turn the last zero into a one.
template <class Visit>
void for_each_necklace(int P, Visit visit) {
  std::uint32_t word = 0;
  int length = 1;
  while (true) {
    std::uint64_t repeated = 0;
    int bits = 0;
    for (; bits < P; bits += length) {
      repeated = repeated << length | word;
    }
    const auto extended = static_cast<std::uint32_t>(repeated >> (bits - P));
    if (bits == P) {
      visit(extended);
    }
    int ones = 0;
    while (ones < P && (extended >> ones & 1u)) {
      ++ones;
    }
    if (ones == P) {
      return;
    }
    length = P - ones;
    word = extended >> ones | 1u;
  }
}

// The smallest rotation of a code of P bits.
std::uint32_t smallest_rotation(std::uint32_t code, int P);

// The label of a code under `uniform` and `nri_uniform`.
std::uint32_t uniform_label(std::uint32_t code, int P);
std::uint32_t oriented_uniform_label(std::uint32_t code, int P);

// The labels of every code under `method`, at least 256 of them, made at the first use and kept.
// Every label must fit one byte: P <= 16, and for ror P <= 8.
const std::uint8_t* label_table(Method method, int P);

// Labels of rank by smallest rotation, P <= 24, in 2^12 entries instead of 2^P: labels ascend with
// the code, and so slowly that at most one step falls into a bucket of 2^(P - 12) codes.
struct RankBuckets {
  int shift;                     // a code is in bucket code >> shift
  const std::uint32_t* entries;  // label up to the step << 24 | last code before it

  std::uint32_t label(std::uint32_t smallest_rotation) const {
    const std::uint32_t entry = entries[smallest_rotation >> shift];
    return (entry >> 24) + (smallest_rotation > (entry & kNoStep) ? 1u : 0u);
  }

  static constexpr std::uint32_t kNoStep = 0xFFFFFF;
};

// Made at the first use and kept.
RankBuckets rank_buckets(int P);

}  // namespace ril
