// The row kernels for 64-bit ARM (NEON, which every such processor has).
#define RIL_ROWS_ISA neon
#include <arm_neon.h>

#include "rows_impl.hpp"
// They build on the one above.
#include "mapping_impl.hpp"
#include "rows_int16_impl.hpp"
#include "rows_uint8_impl.hpp"

namespace ril {
namespace neon {
namespace {

uint16x8_t u16(uint8x16_t x) {
  return vreinterpretq_u16_u8(x);
}
int16x8_t s16(uint8x16_t x) {
  return vreinterpretq_s16_u8(x);
}
uint32x4_t u32(uint8x16_t x) {
  return vreinterpretq_u32_u8(x);
}
int32x4_t s32(uint8x16_t x) {
  return vreinterpretq_s32_u8(x);
}
uint8x16_t bytes(uint16x8_t x) {
  return vreinterpretq_u8_u16(x);
}
uint8x16_t bytes(int16x8_t x) {
  return vreinterpretq_u8_s16(x);
}
uint8x16_t bytes(uint32x4_t x) {
  return vreinterpretq_u8_u32(x);
}
uint8x16_t bytes(int32x4_t x) {
  return vreinterpretq_u8_s32(x);
}

// Registers of 16 bytes, 8 words of 16 bits or 4 of 32 bits.
struct Lanes {
  using Register = uint8x16_t;
  static constexpr std::int64_t kBytes = 16;
  static constexpr std::int64_t kWords = 8;
  static constexpr int kUnroll = 2;  // registers of pixels at a time, for 32 registers in all

  static Register zero() { return vdupq_n_u8(0); }
  static Register all8(int x) { return vdupq_n_u8(static_cast<std::uint8_t>(x)); }
  static Register all16(int x) { return bytes(vdupq_n_s16(static_cast<std::int16_t>(x))); }
  static Register all32(int x) { return bytes(vdupq_n_s32(x)); }
  static Register load(const void* from) {
    return vld1q_u8(static_cast<const std::uint8_t*>(from));
  }
  static Register load_once(const void* from) { return load(from); }
  static void store(void* to, Register x) { vst1q_u8(static_cast<std::uint8_t*>(to), x); }

  static Register bits_or(Register a, Register b) { return vorrq_u8(a, b); }
  static Register bits_and(Register a, Register b) { return vandq_u8(a, b); }
  static Register add16(Register a, Register b) { return bytes(vaddq_u16(u16(a), u16(b))); }
  static Register add32(Register a, Register b) { return bytes(vaddq_u32(u32(a), u32(b))); }
  static Register sub16(Register a, Register b) { return bytes(vsubq_u16(u16(a), u16(b))); }
  static Register sub32(Register a, Register b) { return bytes(vsubq_u32(u32(a), u32(b))); }
  static Register min32(Register a, Register b) { return bytes(vminq_u32(u32(a), u32(b))); }
  template <int n>
  static Register left16(Register a) {
    return bytes(vshlq_n_u16(u16(a), n));
  }
  template <int n>
  static Register left32(Register a) {
    return bytes(vshlq_n_u32(u32(a), n));
  }
  template <int n>
  static Register right16(Register a) {
    return bytes(vshrq_n_u16(u16(a), n));
  }
  template <int n>
  static Register signed_right16(Register a) {
    return bytes(vshrq_n_s16(s16(a), n));
  }
  template <int n>
  static Register signed_right32(Register a) {
    return bytes(vshrq_n_s32(s32(a), n));
  }
  static Register shift_left32(Register a, int n) {
    return bytes(vshlq_u32(u32(a), vdupq_n_s32(n)));
  }
  static Register shift_right32(Register a, int n) {
    return bytes(vshlq_u32(u32(a), vdupq_n_s32(-n)));
  }

  // Of each pair of neighbours, left * weight + right * weight: unsigned bytes times signed ones in
  // 16 bits, signed words in 32.
  static Register byte_pair_sums(Register pixels, Register weights) {
    const int16x8_t left = s16(bits_and(pixels, all16(0xFF)));
    const int16x8_t right = s16(right16<8>(pixels));
    const int16x8_t left_weight = vshrq_n_s16(vshlq_n_s16(s16(weights), 8), 8);
    const int16x8_t right_weight = vshrq_n_s16(s16(weights), 8);
    return bytes(vmlaq_s16(vmulq_s16(left, left_weight), right, right_weight));
  }
  static Register word_pair_sums(Register pixels, Register weights) {
    const int32x4_t low = vmull_s16(vget_low_s16(s16(pixels)), vget_low_s16(s16(weights)));
    const int32x4_t high = vmull_high_s16(s16(pixels), s16(weights));
    return bytes(vpaddq_s32(low, high));
  }
  // The upper 16 bits of signed products.
  static Register upper_product16(Register a, Register b) {
    const int32x4_t low = vmull_s16(vget_low_s16(s16(a)), vget_low_s16(s16(b)));
    const int32x4_t high = vmull_high_s16(s16(a), s16(b));
    return bytes(vuzp2q_s16(vreinterpretq_s16_s32(low), vreinterpretq_s16_s32(high)));
  }

  // codes | (a >= b ? bit : 0); bytes are unsigned, words signed. The bit is not set yet.
  static Register add_bit8(Register codes, Register a, Register b, Register bit) {
    return bits_or(codes, bits_and(vcgeq_u8(a, b), bit));
  }
  static Register add_bit16(Register codes, Register a, Register b, Register bit) {
    return bits_or(codes, bits_and(bytes(vcgeq_s16(s16(a), s16(b))), bit));
  }
  static Register add_bit32(Register codes, Register a, Register b, Register bit) {
    return bits_or(codes, bits_and(bytes(vcgeq_s32(s32(a), s32(b))), bit));
  }

  // Halves of each 16 bytes, widened; saturated_* narrow them again, in the same order.
  static Register low_bytes(Register x) { return bytes(vmovl_u8(vget_low_u8(x))); }
  static Register high_bytes(Register x) { return bytes(vmovl_high_u8(x)); }
  static Register saturated_bytes(Register low, Register high) {
    return vcombine_u8(vqmovun_s16(s16(low)), vqmovun_s16(s16(high)));
  }
  static Register saturated_words(Register low, Register high) {
    return bytes(vcombine_s16(vqmovn_s32(s32(low)), vqmovn_s32(s32(high))));
  }

  // In each 16 bytes, words a0 a1 a2 a3 b0 b1 b2 b3 become a0 b0 a1 b1 a2 b2 a3 b3.
  static Register interleaved_fours(Register x) {
    return bytes(vzip1q_u16(u16(x), u16(vextq_u8(x, x, 8))));
  }

  // The lower byte of each word.
  static void store8(std::uint8_t* to, Register words) { vst1_u8(to, vmovn_u16(u16(words))); }
  // even[0], odd[0], even[1], odd[1], ...
  static void store_interleaved16(std::uint16_t* to, Register even, Register odd) {
    vst2q_u16(to, uint16x8x2_t{{u16(even), u16(odd)}});
  }
  static void store_interleaved32(std::uint32_t* to, Register even, Register odd) {
    vst2q_u32(to, uint32x4x2_t{{u32(even), u32(odd)}});
  }
  // The same of 32 bits given as their lower and upper halves.
  static void store_interleaved16(std::uint32_t* to, Register lower_even, Register lower_odd,
                                  Register upper_even, Register upper_odd) {
    vst4q_u16(reinterpret_cast<std::uint16_t*>(to),
              uint16x8x4_t{{u16(lower_even), u16(upper_even), u16(lower_odd), u16(upper_odd)}});
  }

  // Of 24 bits in each 32: its bytes downwards from byte 2 - first, and round to that one again.
  static Register bytes_from(Register codes, int first) {
    constexpr int kOrders[3] = {0x02010002, 0x01000201, 0x00020100};
    const std::uint32_t lanes[4] = {0, 0x04040404, 0x08080808, 0x0C0C0C0C};
    return vqtbl1q_u8(codes, add32(all32(kOrders[first]), bytes(vld1q_u32(lanes))));
  }

  // The smallest rotation of each word.
  static Register smallest_of_16(Register words) {
    uint16x8_t turned = u16(words);
    uint16x8_t smallest = turned;
    for (int step = 1; step < 16; ++step) {
      turned = vsliq_n_u16(vshrq_n_u16(turned, 15), turned, 1);
      smallest = vminq_u16(smallest, turned);
    }
    return bytes(smallest);
  }

  // 256 bytes, looked up by bytes.
  struct Table256 {
    uint8x16x4_t quarters[4];
    explicit Table256(const std::uint8_t* entries)
        : quarters{vld1q_u8_x4(entries), vld1q_u8_x4(entries + 64), vld1q_u8_x4(entries + 128),
                   vld1q_u8_x4(entries + 192)} {}
    Register operator[](Register index) const {
      // An index out of range leaves what earlier quarters have found.
      Register found = vqtbl4q_u8(quarters[0], index);
      found = vqtbx4q_u8(found, quarters[1], vsubq_u8(index, all8(64)));
      found = vqtbx4q_u8(found, quarters[2], vsubq_u8(index, all8(128)));
      return vqtbx4q_u8(found, quarters[3], vsubq_u8(index, all8(192)));
    }
  };
};

}  // namespace

const RowKernels<std::uint8_t> uint8_rows = make_uint8_kernels<Lanes>();
const RowKernels<std::int16_t> int16_rows = make_int16_kernels<Lanes>();
const RowKernels<std::uint32_t> uint32_rows = make_row_kernels<std::uint32_t>();
const RowKernels<std::int32_t> int32_rows = make_row_kernels<std::int32_t>();
const RowKernels<std::uint64_t> uint64_rows = make_row_kernels<std::uint64_t>();
const RowKernels<std::int64_t> int64_rows = make_row_kernels<std::int64_t>();
const RowKernels<float> float32_rows = make_row_kernels<float>();
const RowKernels<double> float64_rows = make_row_kernels<double>();
const MappingKernels mappings = make_wide_mapping_kernels<Lanes>();

}  // namespace neon
}  // namespace ril
