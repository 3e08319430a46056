// Rotation classes, their ranks, and the uniform labels.
#include "rotations.hpp"

#include <set>
#include <stdexcept>
#include <vector>

#include "check.hpp"
#include "rows.hpp"

namespace {

void the_36_classes_of_eight_bits() {
  const std::vector<std::uint32_t> expected = {0,  1,  3,  5,  7,  9,  11, 13, 15,  17,  19,  21,
                                               23, 25, 27, 29, 31, 37, 39, 43, 45,  47,  51,  53,
                                               55, 59, 61, 63, 85, 87, 91, 95, 111, 119, 127, 255};
  std::vector<std::uint32_t> necklaces;
  ril::for_each_necklace(8, [&](std::uint32_t code) { necklaces.push_back(code); });
  CHECK(necklaces == expected);
  CHECK(ril::smallest_rotation(124, 8) == 31);
}

void numbers_of_classes() {
  CHECK(ril::num_rotation_classes(8) == 36);
  CHECK(ril::num_rotation_classes(16) == 4116);
  CHECK(ril::num_rotation_classes(24) == 699252);
  CHECK_THROWS(std::invalid_argument, ril::num_rotation_classes(0));
  for (int P = 1; P <= 20; ++P) {
    std::int64_t count = 0;
    std::uint32_t last = 0;
    ril::for_each_necklace(P, [&](std::uint32_t code) {
      CHECK(count == 0 || code > last);
      CHECK(P > 14 || ril::smallest_rotation(code, P) == code);
      last = code;
      ++count;
    });
    CHECK(count == ril::num_rotation_classes(P));
  }
}

void ranks_follow_the_classes() {
  for (const int P : {1, 2, 5, 8, 12}) {
    std::set<std::uint32_t> classes;
    for (std::uint32_t code = 0; code < 1u << P; ++code) {
      classes.insert(ril::smallest_rotation(code, P));
    }
    const std::vector<std::uint32_t> ascending(classes.begin(), classes.end());
    const auto* table = ril::label_table(ril::Method::rank, P);
    for (std::size_t i = 0; i < ascending.size(); ++i) {
      CHECK(table[ascending[i]] == 255 * i / (ascending.size() - 1));
    }
    for (std::uint32_t code = 0; code < 1u << P; ++code) {
      CHECK(table[code] == table[ril::smallest_rotation(code, P)]);
    }
  }
}

void buckets_hold_every_rank() {
  for (int P = 1; P <= 24; P += P < 20 ? 1 : 4) {
    const ril::RankBuckets buckets = ril::rank_buckets(P);
    const std::int64_t last = ril::num_rotation_classes(P) - 1;
    std::int64_t index = 0;
    ril::for_each_necklace(P, [&](std::uint32_t necklace) {
      CHECK(buckets.label(necklace) == 255 * index / last);
      ++index;
    });
  }
}

void every_uniform_code_has_its_label() {
  for (const int P : {1, 2, 3, 8, 16, 19}) {
    std::set<std::uint32_t> oriented;
    std::set<std::uint32_t> plain;
    int uniform_codes = 0;
    for (std::uint32_t code = 0; code < 1u << P; ++code) {
      const std::uint32_t label = ril::oriented_uniform_label(code, P);
      oriented.insert(label);
      plain.insert(ril::uniform_label(code, P));
      uniform_codes += label <= static_cast<std::uint32_t>(P * (P - 1) + 1) ? 1 : 0;
    }
    // Each uniform code has a label of its own; all others share one.
    CHECK(uniform_codes == P * (P - 1) + 2);
    CHECK(static_cast<int>(oriented.size()) == P * (P - 1) + (P > 3 ? 3 : 2));
    CHECK(static_cast<int>(plain.size()) == P + (P > 3 ? 2 : 1));
  }
}

template <class Code>
void kernel_agrees(void (*kernel)(Code*, int, std::int64_t), int P) {
  for (const std::int64_t n : {0, 1, 31, 64, 65, 200}) {
    std::vector<Code> codes;
    std::vector<Code> expected;
    std::uint32_t state = 12345;
    for (std::int64_t i = 0; i < n; ++i) {
      state = state * 1664525u + 1013904223u;
      const auto code = static_cast<Code>(state & ((1u << P) - 1u));
      codes.push_back(code);
      expected.push_back(static_cast<Code>(ril::smallest_rotation(code, P)));
    }
    codes.resize(codes.size() + ril::kRowSlack);
    kernel(codes.data(), P, n);
    codes.resize(expected.size());
    CHECK(codes == expected);
  }
}

void uniform_kernel_agrees() {
  for (int P = 1; P <= 31; ++P) {
    std::vector<std::uint32_t> codes;
    std::vector<std::uint32_t> expected;
    for (std::uint32_t i = 0; i < 300; ++i) {
      const std::uint32_t run = (1u << (i % 32)) - 1u;
      codes.push_back((i % 3 == 0 ? i * 2654435761u : run << (i % 7)) & ((1u << P) - 1u));
      expected.push_back(ril::uniform_label(codes.back(), P));
    }
    codes.resize(codes.size() + ril::kRowSlack);
    ril::mapping_kernels().uniform32(codes.data(), P, 300);
    codes.resize(300);
    CHECK(codes == expected);
  }
}

void kernels_agree() {
  const ril::MappingKernels& kernels = ril::mapping_kernels();
  for (int P = 1; P <= 31; ++P) {
    if (P <= 16) kernel_agrees(kernels.smallest16, P);
    kernel_agrees(kernels.smallest32, P);
  }
}

void look_up_agrees() {
  std::uint8_t labels[256];
  for (int i = 0; i < 256; ++i) {
    labels[i] = static_cast<std::uint8_t>(i * 37 + 11);  // a permutation
  }
  for (const std::size_t n : {0, 1, 63, 64, 65, 600}) {
    std::vector<std::uint8_t> codes(n + ril::kRowSlack);
    std::vector<std::uint8_t> expected(n);
    for (std::size_t i = 0; i < n; ++i) {
      codes[i] = static_cast<std::uint8_t>(i * 5 + i / 256);
      expected[i] = labels[codes[i]];
    }
    ril::mapping_kernels().look_up(labels, codes.data(), static_cast<std::int64_t>(n));
    codes.resize(n);
    CHECK(codes == expected);
  }
}

}  // namespace

int main() {
  look_up_agrees();
  the_36_classes_of_eight_bits();
  numbers_of_classes();
  ranks_follow_the_classes();
  buckets_hold_every_rank();
  every_uniform_code_has_its_label();
  kernels_agree();
  uniform_kernel_agrees();
  return check::failures();
}
