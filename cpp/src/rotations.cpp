#include "rotations.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <stdexcept>

namespace ril {
namespace {

constexpr int kBucketBits = 12;

std::uint32_t rotated_right(std::uint32_t code, int P) {
  return code >> 1 | (code & 1u) << (P - 1);
}

// The number of places where neighbouring bits differ, around the circle.
int transitions(std::uint32_t code, int P) {
  return __builtin_popcount(code ^ rotated_right(code, P));
}

std::unique_ptr<std::uint8_t[]> rank_table(int P) {
  auto table = std::make_unique<std::uint8_t[]>(std::size_t{1} << std::max(P, 8));
  const std::int64_t last = num_rotation_classes(P) - 1;
  std::int64_t index = 0;
  for_each_necklace(P, [&](std::uint32_t necklace) {
    const auto label = static_cast<std::uint8_t>(255 * index++ / last);
    std::uint32_t code = necklace;
    do {
      table[code] = label;
      code = rotated_right(code, P);
    } while (code != necklace);
  });
  return table;
}

std::unique_ptr<std::uint32_t[]> rank_entries(int P, int shift) {
  auto entries = std::make_unique<std::uint32_t[]>(std::size_t{1} << (P - shift));
  const std::int64_t last = num_rotation_classes(P) - 1;
  std::int64_t index = 0;
  std::int64_t bucket = -1;
  for_each_necklace(P, [&](std::uint32_t necklace) {
    const auto label = static_cast<std::uint32_t>(255 * index++ / last);
    std::uint32_t& entry = entries[necklace >> shift];
    if (static_cast<std::int64_t>(necklace >> shift) != bucket) {
      bucket = necklace >> shift;
      entry = label << 24 | RankBuckets::kNoStep;
    } else if (label != entry >> 24 && (entry & RankBuckets::kNoStep) == RankBuckets::kNoStep) {
      entry = (entry & ~RankBuckets::kNoStep) | (necklace - 1);
    }
  });
  return entries;
}

// A table that is made once, by whoever needs it first.
//
// No lock: a thread that forks while another holds one would leave the child waiting for ever.
// Threads that meet here each make the table, and all but one drop theirs.
template <class Entry>
class Kept {
 public:
  template <class Make>
  const Entry* get(Make make) {
    const Entry* table = table_.load(std::memory_order_acquire);
    if (table == nullptr) {
      auto made = make();
      if (table_.compare_exchange_strong(table, made.get(), std::memory_order_acq_rel)) {
        table = made.release();
      }
    }
    return table;
  }

 private:
  std::atomic<const Entry*> table_{nullptr};
};

// At least 256 entries: P = 8 is looked up by whole bytes.
std::unique_ptr<std::uint8_t[]> label_table_of(std::uint32_t (*label)(std::uint32_t, int), int P) {
  auto table = std::make_unique<std::uint8_t[]>(std::size_t{1} << std::max(P, 8));
  for (std::uint32_t code = 0; code < std::uint32_t{1} << P; ++code) {
    table[code] = static_cast<std::uint8_t>(label(code, P));
  }
  return table;
}

}  // namespace

std::int64_t num_rotation_classes(int P) {
  if (P < 1 || P > kMaxP) {
    throw std::invalid_argument("P must be in 1..31");
  }
  // Burnside: the mean, over the P rotations, of the number of codes that each leaves as they are.
  std::int64_t fixed_codes = 0;
  for (int shift = 0; shift < P; ++shift) {
    int cycles = P;
    int rest = shift;
    while (rest != 0) {
      const int remainder = cycles % rest;
      cycles = rest;
      rest = remainder;
    }
    fixed_codes += std::int64_t{1} << cycles;
  }
  return fixed_codes / P;
}

std::uint32_t smallest_rotation(std::uint32_t code, int P) {
  std::uint32_t smallest = code;
  for (int i = 1; i < P; ++i) {
    code = rotated_right(code, P);
    smallest = std::min(smallest, code);
  }
  return smallest;
}

std::uint32_t uniform_label(std::uint32_t code, int P) {
  const int label = transitions(code, P) <= 2 ? __builtin_popcount(code) : P + 1;
  return static_cast<std::uint32_t>(label);
}

std::uint32_t oriented_uniform_label(std::uint32_t code, int P) {
  const int ones = __builtin_popcount(code);
  if (ones == 0) {
    return 0;
  }
  int label = P * (P - 1) + 2;
  if (ones == P) {
    label = P * (P - 1) + 1;
  } else if (transitions(code, P) <= 2) {
    // The run of ones starts where a one follows a zero.
    const std::uint32_t before = code << 1 | code >> (P - 1);
    const int start = __builtin_ctz(code & ~before);
    label = 1 + (ones - 1) * P + (P - start) % P;
  }
  return static_cast<std::uint32_t>(label);
}

const std::uint8_t* label_table(Method method, int P) {
  static Kept<std::uint8_t> smallest[kMaxTableP + 1];
  static Kept<std::uint8_t> ranks[kMaxTableP + 1];
  static Kept<std::uint8_t> uniform[kMaxTableP + 1];
  static Kept<std::uint8_t> oriented[kMaxTableP + 1];
  switch (method) {
    case Method::ror:
      return smallest[P].get([P] { return label_table_of(smallest_rotation, P); });
    case Method::rank:
      return ranks[P].get([P] { return rank_table(P); });
    case Method::uniform:
      return uniform[P].get([P] { return label_table_of(uniform_label, P); });
    default:
      return oriented[P].get([P] { return label_table_of(oriented_uniform_label, P); });
  }
}

RankBuckets rank_buckets(int P) {
  static Kept<std::uint32_t> buckets[kMaxRankP + 1];
  const int shift = std::max(0, P - kBucketBits);
  return {shift, buckets[P].get([P, shift] { return rank_entries(P, shift); })};
}

}  // namespace ril
