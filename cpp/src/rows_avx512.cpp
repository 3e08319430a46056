// The row kernels for x86-64-v4 with VBMI and VBMI2 (Ice Lake, Zen 4 and later).
#define RIL_ROWS_ISA avx512
#include <immintrin.h>

#include "rows_impl.hpp"
// They build on the one above.
#include "mapping_impl.hpp"
#include "rows_int16_impl.hpp"
#include "rows_uint8_impl.hpp"

namespace ril {
namespace avx512 {
namespace {

// Registers of 64 bytes, 32 words of 16 bits or 16 of 32 bits.
struct Lanes {
  using Register = __m512i;
  static constexpr std::int64_t kBytes = 64;
  static constexpr std::int64_t kWords = 32;
  static constexpr int kUnroll = 2;  // registers of pixels at a time, for 32 registers in all

  static Register zero() { return _mm512_setzero_si512(); }
  static Register all8(int x) { return _mm512_set1_epi8(static_cast<char>(x)); }
  static Register all16(int x) { return _mm512_set1_epi16(static_cast<short>(x)); }
  static Register all32(int x) { return _mm512_set1_epi32(x); }
  static Register load(const void* from) { return _mm512_loadu_si512(from); }
  // Loaded once, however often it is used: g++ 12 would load it for each use.
  static Register load_once(const void* from) {
    Register x = load(from);
    __asm__("" : "+v"(x));
    return x;
  }
  static void store(void* to, Register x) { _mm512_storeu_si512(to, x); }

  static Register bits_or(Register a, Register b) { return _mm512_or_si512(a, b); }
  static Register bits_and(Register a, Register b) { return _mm512_and_si512(a, b); }
  static Register add16(Register a, Register b) { return _mm512_add_epi16(a, b); }
  static Register add32(Register a, Register b) { return _mm512_add_epi32(a, b); }
  static Register sub16(Register a, Register b) { return _mm512_sub_epi16(a, b); }
  static Register sub32(Register a, Register b) { return _mm512_sub_epi32(a, b); }
  static Register min32(Register a, Register b) { return _mm512_min_epu32(a, b); }
  template <int n>
  static Register left16(Register a) {
    return _mm512_slli_epi16(a, n);
  }
  template <int n>
  static Register left32(Register a) {
    return _mm512_slli_epi32(a, n);
  }
  template <int n>
  static Register right16(Register a) {
    return _mm512_srli_epi16(a, n);
  }
  template <int n>
  static Register signed_right16(Register a) {
    return _mm512_srai_epi16(a, n);
  }
  template <int n>
  static Register signed_right32(Register a) {
    return _mm512_srai_epi32(a, n);
  }
  static Register shift_left32(Register a, int n) {
    return _mm512_sll_epi32(a, _mm_cvtsi32_si128(n));
  }
  static Register shift_right32(Register a, int n) {
    return _mm512_srl_epi32(a, _mm_cvtsi32_si128(n));
  }

  // Of each pair of neighbours, left * weight + right * weight: unsigned bytes times signed ones in
  // 16 bits, signed words in 32.
  static Register byte_pair_sums(Register pixels, Register weights) {
    return _mm512_maddubs_epi16(pixels, weights);
  }
  static Register word_pair_sums(Register pixels, Register weights) {
    return _mm512_madd_epi16(pixels, weights);
  }
  // The upper 16 bits of signed products.
  static Register upper_product16(Register a, Register b) { return _mm512_mulhi_epi16(a, b); }

  // codes | (a >= b ? bit : 0); bytes are unsigned, words signed. The bit is not set yet.
  static Register add_bit8(Register codes, Register a, Register b, Register bit) {
    return _mm512_mask_add_epi8(codes, _mm512_cmpge_epu8_mask(a, b), codes, bit);
  }
  static Register add_bit16(Register codes, Register a, Register b, Register bit) {
    return _mm512_mask_add_epi16(codes, _mm512_cmpge_epi16_mask(a, b), codes, bit);
  }
  static Register add_bit32(Register codes, Register a, Register b, Register bit) {
    return _mm512_mask_or_epi32(codes, _mm512_cmpge_epi32_mask(a, b), codes, bit);
  }

  // Halves of each 16 bytes, widened; saturated_* narrow them again, in the same order.
  static Register low_bytes(Register x) { return _mm512_unpacklo_epi8(x, zero()); }
  static Register high_bytes(Register x) { return _mm512_unpackhi_epi8(x, zero()); }
  static Register saturated_bytes(Register low, Register high) {
    return _mm512_packus_epi16(low, high);
  }
  static Register saturated_words(Register low, Register high) {
    return _mm512_packs_epi32(low, high);
  }

  // In each 16 bytes, words a0 a1 a2 a3 b0 b1 b2 b3 become a0 b0 a1 b1 a2 b2 a3 b3.
  static Register interleaved_fours(Register x) {
    const __m128i order = _mm_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15);
    return _mm512_shuffle_epi8(x, _mm512_broadcast_i32x4(order));
  }

  // The lower byte of each word.
  static void store8(std::uint8_t* to, Register words) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm512_cvtepi16_epi8(words));
  }
  // even[0], odd[0], even[1], odd[1], ...
  static void store_interleaved16(std::uint16_t* to, Register even, Register odd) {
    const Register low = _mm512_unpacklo_epi16(even, odd);
    const Register high = _mm512_unpackhi_epi16(even, odd);
    store(to, lanes_0_and_1(low, high));
    store(to + 32, lanes_2_and_3(low, high));
  }
  static void store_interleaved32(std::uint32_t* to, Register even, Register odd) {
    const Register low = _mm512_unpacklo_epi32(even, odd);
    const Register high = _mm512_unpackhi_epi32(even, odd);
    store(to, lanes_0_and_1(low, high));
    store(to + 16, lanes_2_and_3(low, high));
  }
  // The same of 32 bits given as their lower and upper halves.
  static void store_interleaved16(std::uint32_t* to, Register lower_even, Register lower_odd,
                                  Register upper_even, Register upper_odd) {
    const Register even_low = _mm512_unpacklo_epi16(lower_even, upper_even);
    const Register even_high = _mm512_unpackhi_epi16(lower_even, upper_even);
    const Register odd_low = _mm512_unpacklo_epi16(lower_odd, upper_odd);
    const Register odd_high = _mm512_unpackhi_epi16(lower_odd, upper_odd);
    const Register a = _mm512_unpacklo_epi32(even_low, odd_low);
    const Register b = _mm512_unpackhi_epi32(even_low, odd_low);
    const Register c = _mm512_unpacklo_epi32(even_high, odd_high);
    const Register d = _mm512_unpackhi_epi32(even_high, odd_high);
    const Register first = lanes_0_and_1(a, b);
    const Register second = lanes_0_and_1(c, d);
    const Register third = lanes_2_and_3(a, b);
    const Register fourth = lanes_2_and_3(c, d);
    store(to, _mm512_shuffle_i64x2(first, second, 0x44));
    store(to + 16, _mm512_shuffle_i64x2(first, second, 0xEE));
    store(to + 32, _mm512_shuffle_i64x2(third, fourth, 0x44));
    store(to + 48, _mm512_shuffle_i64x2(third, fourth, 0xEE));
  }

  // Of 24 bits in each 32: its bytes downwards from byte 2 - first, and round to that one again.
  static Register bytes_from(Register codes, int first) {
    constexpr int kOrders[3] = {0x02010002, 0x01000201, 0x00020100};
    const Register lanes =
        _mm512_broadcast_i32x4(_mm_set_epi32(0x0C0C0C0C, 0x08080808, 0x04040404, 0));
    return _mm512_shuffle_epi8(codes, add32(all32(kOrders[first]), lanes));
  }

  // The smallest rotation of each word.
  static Register smallest_of_16(Register words) {
    // Turns of the word itself and minima of pairs: nothing waits for the turn before.
    const Register a = least(turned<1>(words), turned<2>(words));
    const Register b = least(turned<3>(words), turned<4>(words));
    const Register c = least(turned<5>(words), turned<6>(words));
    const Register d = least(turned<7>(words), turned<8>(words));
    const Register e = least(turned<9>(words), turned<10>(words));
    const Register f = least(turned<11>(words), turned<12>(words));
    const Register g = least(turned<13>(words), turned<14>(words));
    const Register h = least(turned<15>(words), words);
    return least(least(least(a, b), least(c, d)), least(least(e, f), least(g, h)));
  }

  // 256 bytes, looked up by bytes.
  struct Table256 {
    Register quarters[4];
    explicit Table256(const std::uint8_t* entries)
        : quarters{load(entries), load(entries + 64), load(entries + 128), load(entries + 192)} {}
    Register operator[](Register index) const {
      const Register low = _mm512_permutex2var_epi8(quarters[0], index, quarters[1]);
      const Register high = _mm512_permutex2var_epi8(quarters[2], index, quarters[3]);
      return _mm512_mask_mov_epi8(low, _mm512_movepi8_mask(index), high);
    }
  };

 private:
  template <int n>
  static Register turned(Register words) {
    return _mm512_shldi_epi16(words, words, n);
  }
  static Register least(Register a, Register b) { return _mm512_min_epu16(a, b); }

  // Lanes of 128 bits: a0 b0 a1 b1, and a2 b2 a3 b3.
  static Register lanes_0_and_1(Register a, Register b) {
    return _mm512_permutex2var_epi64(a, _mm512_set_epi64(11, 10, 3, 2, 9, 8, 1, 0), b);
  }
  static Register lanes_2_and_3(Register a, Register b) {
    return _mm512_permutex2var_epi64(a, _mm512_set_epi64(15, 14, 7, 6, 13, 12, 5, 4), b);
  }
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

}  // namespace avx512
}  // namespace ril
