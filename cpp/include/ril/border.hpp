// What lies outside the picture.
#pragma once

#include <cstdint>

namespace ril {

enum class Border {
  edge,      // the nearest pixel of the picture
  constant,  // 0
  reflect,   // mirrored about the edge pixels, again and again: d c b | a b c d | c b a
};

// The index in [0, size) that stands for `index`, or -1 where a constant does. size > 0.
// `reflect` on an axis of length 1 has nothing to mirror and is `edge`.
std::int64_t source_index(std::int64_t index, std::int64_t size, Border border);

// An offset within [-size - 1, size] that leads from every index of [0, size) to the same pixel as
// `offset` does, and whose successor leads where that of `offset` does; so a radius beyond the
// picture costs no more than one as large as it, and taps that are neighbours stay neighbours.
std::int64_t reduced_offset(std::int64_t offset, std::int64_t size, Border border);

}  // namespace ril
