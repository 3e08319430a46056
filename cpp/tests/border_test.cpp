// Border maps: literal rows, and offsets reduced to the size of the axis.
#include "ril/border.hpp"

#include <initializer_list>

#include "check.hpp"

namespace {

using ril::Border;

void literal_rows() {
  constexpr int kEdge[] = {0, 0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2, 2};
  constexpr int kConstant[] = {-1, -1, -1, -1, -1, 0, 1, 2, -1, -1, -1, -1, -1};
  constexpr int kReflect[] = {1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1};
  for (int i = 0; i < 13; ++i) {
    CHECK(ril::source_index(i - 5, 3, Border::edge) == kEdge[i]);
    CHECK(ril::source_index(i - 5, 3, Border::constant) == kConstant[i]);
    CHECK(ril::source_index(i - 5, 3, Border::reflect) == kReflect[i]);
  }
}

void an_axis_of_length_one() {
  for (const std::int64_t index : {-9, -1, 0, 1, 9}) {
    CHECK(ril::source_index(index, 1, Border::edge) == 0);
    CHECK(ril::source_index(index, 1, Border::reflect) == 0);
    CHECK(ril::source_index(index, 1, Border::constant) == (index == 0 ? 0 : -1));
  }
}

void reduced_offsets_lead_to_the_same_pixel() {
  for (const Border border : {Border::edge, Border::constant, Border::reflect}) {
    for (std::int64_t size = 1; size <= 9; ++size) {
      for (std::int64_t offset = -50; offset <= 50; ++offset) {
        const std::int64_t reduced = ril::reduced_offset(offset, size, border);
        CHECK(reduced >= -size - 1 && reduced <= size);
        for (std::int64_t i = 0; i < size; ++i) {
          CHECK(ril::source_index(i + offset, size, border) ==
                ril::source_index(i + reduced, size, border));
          CHECK(ril::source_index(i + offset + 1, size, border) ==
                ril::source_index(i + reduced + 1, size, border));
        }
      }
    }
  }
}

}  // namespace

int main() {
  literal_rows();
  an_axis_of_length_one();
  reduced_offsets_lead_to_the_same_pixel();
  return check::failures();
}
