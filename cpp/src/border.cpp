#include "ril/border.hpp"

#include <algorithm>

namespace ril {

std::int64_t source_index(std::int64_t index, std::int64_t size, Border border) {
  if (index >= 0 && index < size) {
    return index;
  }
  if (border == Border::constant) {
    return -1;
  }
  if (border == Border::edge || size == 1) {
    return index < 0 ? 0 : size - 1;
  }
  const std::int64_t period = 2 * (size - 1);
  std::int64_t folded = index % period;
  if (folded < 0) {
    folded += period;
  }
  return std::min(folded, period - folded);
}

std::int64_t reduced_offset(std::int64_t offset, std::int64_t size, Border border) {
  if (border != Border::reflect || size == 1) {
    return std::clamp(offset, -size - 1, size);
  }
  const std::int64_t period = 2 * (size - 1);
  std::int64_t reduced = offset % period;  // in (-period, period)
  if (reduced >= size) {
    reduced -= period;
  } else if (reduced <= -size) {
    reduced += period;
  }
  return reduced;
}

}  // namespace ril
