// The row kernels for x86-64-v3 (AVX2).
#define RIL_ROWS_ISA avx2
#include <immintrin.h>

#include "rows_impl.hpp"
// They build on the one above.
#include "mapping_impl.hpp"
#include "rows_int16_impl.hpp"
#include "rows_uint8_impl.hpp"

namespace ril {
namespace avx2 {
namespace {

// Registers of 32 bytes, 16 words of 16 bits or 8 of 32 bits.
struct Lanes {
  using Register = __m256i;
  static constexpr std::int64_t kBytes = 32;
  static constexpr std::int64_t kWords = 16;
  static constexpr int kUnroll = 2;  // registers of pixels at a time, for 16 registers in all

  static Register zero() { return _mm256_setzero_si256(); }
  static Register all8(int x) { return _mm256_set1_epi8(static_cast<char>(x)); }
  static Register all16(int x) { return _mm256_set1_epi16(static_cast<short>(x)); }
  static Register all32(int x) { return _mm256_set1_epi32(x); }
  static Register load(const void* from) {
    return _mm256_loadu_si256(static_cast<const Register*>(from));
  }
  // Loaded once, however often it is used: g++ 12 would load it for each use.
  static Register load_once(const void* from) {
    Register x = load(from);
    __asm__("" : "+x"(x));
    return x;
  }
  static void store(void* to, Register x) { _mm256_storeu_si256(static_cast<Register*>(to), x); }

  static Register bits_or(Register a, Register b) { return _mm256_or_si256(a, b); }
  static Register bits_and(Register a, Register b) { return _mm256_and_si256(a, b); }
  static Register add16(Register a, Register b) { return _mm256_add_epi16(a, b); }
  static Register add32(Register a, Register b) { return _mm256_add_epi32(a, b); }
  static Register sub16(Register a, Register b) { return _mm256_sub_epi16(a, b); }
  static Register sub32(Register a, Register b) { return _mm256_sub_epi32(a, b); }
  static Register min32(Register a, Register b) { return _mm256_min_epu32(a, b); }
  template <int n>
  static Register left16(Register a) {
    return _mm256_slli_epi16(a, n);
  }
  template <int n>
  static Register left32(Register a) {
    return _mm256_slli_epi32(a, n);
  }
  template <int n>
  static Register right16(Register a) {
    return _mm256_srli_epi16(a, n);
  }
  template <int n>
  static Register signed_right16(Register a) {
    return _mm256_srai_epi16(a, n);
  }
  template <int n>
  static Register signed_right32(Register a) {
    return _mm256_srai_epi32(a, n);
  }
  static Register shift_left32(Register a, int n) {
    return _mm256_sll_epi32(a, _mm_cvtsi32_si128(n));
  }
  static Register shift_right32(Register a, int n) {
    return _mm256_srl_epi32(a, _mm_cvtsi32_si128(n));
  }

  // Of each pair of neighbours, left * weight + right * weight: unsigned bytes times signed ones in
  // 16 bits, signed words in 32.
  static Register byte_pair_sums(Register pixels, Register weights) {
    return _mm256_maddubs_epi16(pixels, weights);
  }
  static Register word_pair_sums(Register pixels, Register weights) {
    return _mm256_madd_epi16(pixels, weights);
  }
  // The upper 16 bits of signed products.
  static Register upper_product16(Register a, Register b) { return _mm256_mulhi_epi16(a, b); }

  // codes | (a >= b ? bit : 0); bytes are unsigned, words signed. The bit is not set yet.
  static Register add_bit8(Register codes, Register a, Register b, Register bit) {
    const Register reached = _mm256_cmpeq_epi8(_mm256_max_epu8(a, b), a);
    return bits_or(codes, bits_and(reached, bit));
  }
  static Register add_bit16(Register codes, Register a, Register b, Register bit) {
    return bits_or(codes, _mm256_andnot_si256(_mm256_cmpgt_epi16(b, a), bit));
  }
  static Register add_bit32(Register codes, Register a, Register b, Register bit) {
    return bits_or(codes, _mm256_andnot_si256(_mm256_cmpgt_epi32(b, a), bit));
  }

  // Halves of each 16 bytes, widened; saturated_* narrow them again, in the same order.
  static Register low_bytes(Register x) { return _mm256_unpacklo_epi8(x, zero()); }
  static Register high_bytes(Register x) { return _mm256_unpackhi_epi8(x, zero()); }
  static Register saturated_bytes(Register low, Register high) {
    return _mm256_packus_epi16(low, high);
  }
  static Register saturated_words(Register low, Register high) {
    return _mm256_packs_epi32(low, high);
  }

  // In each 16 bytes, words a0 a1 a2 a3 b0 b1 b2 b3 become a0 b0 a1 b1 a2 b2 a3 b3.
  static Register interleaved_fours(Register x) {
    const __m128i order = _mm_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15);
    return _mm256_shuffle_epi8(x, _mm256_broadcastsi128_si256(order));
  }

  // The lower byte of each word.
  static void store8(std::uint8_t* to, Register words) {
    const Register packed = _mm256_permute4x64_epi64(_mm256_packus_epi16(words, words), 0x08);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm256_castsi256_si128(packed));
  }
  // even[0], odd[0], even[1], odd[1], ...
  static void store_interleaved16(std::uint16_t* to, Register even, Register odd) {
    store_lanes(to, _mm256_unpacklo_epi16(even, odd), _mm256_unpackhi_epi16(even, odd));
  }
  static void store_interleaved32(std::uint32_t* to, Register even, Register odd) {
    store_lanes(to, _mm256_unpacklo_epi32(even, odd), _mm256_unpackhi_epi32(even, odd));
  }
  // The same of 32 bits given as their lower and upper halves.
  static void store_interleaved16(std::uint32_t* to, Register lower_even, Register lower_odd,
                                  Register upper_even, Register upper_odd) {
    const Register even_low = _mm256_unpacklo_epi16(lower_even, upper_even);
    const Register even_high = _mm256_unpackhi_epi16(lower_even, upper_even);
    const Register odd_low = _mm256_unpacklo_epi16(lower_odd, upper_odd);
    const Register odd_high = _mm256_unpackhi_epi16(lower_odd, upper_odd);
    const Register a = _mm256_unpacklo_epi32(even_low, odd_low);
    const Register b = _mm256_unpackhi_epi32(even_low, odd_low);
    const Register c = _mm256_unpacklo_epi32(even_high, odd_high);
    const Register d = _mm256_unpackhi_epi32(even_high, odd_high);
    store(to, _mm256_permute2x128_si256(a, b, 0x20));
    store(to + 8, _mm256_permute2x128_si256(c, d, 0x20));
    store(to + 16, _mm256_permute2x128_si256(a, b, 0x31));
    store(to + 24, _mm256_permute2x128_si256(c, d, 0x31));
  }

  // Of 24 bits in each 32: its bytes downwards from byte 2 - first, and round to that one again.
  static Register bytes_from(Register codes, int first) {
    constexpr int kOrders[3] = {0x02010002, 0x01000201, 0x00020100};
    const Register lanes =
        _mm256_broadcastsi128_si256(_mm_set_epi32(0x0C0C0C0C, 0x08080808, 0x04040404, 0));
    return _mm256_shuffle_epi8(codes, add32(all32(kOrders[first]), lanes));
  }

  // The smallest rotation of each word.
  static Register smallest_of_16(Register words) {
    Register smallest = words;
    for (int step = 1; step < 16; ++step) {
      words = bits_or(add16(words, words), _mm256_srli_epi16(words, 15));
      smallest = _mm256_min_epu16(smallest, words);
    }
    return smallest;
  }

  // 256 bytes, looked up by bytes.
  struct Table256 {
    Register rows[16];
    explicit Table256(const std::uint8_t* entries) {
      for (int i = 0; i < 16; ++i) {
        const auto* row = reinterpret_cast<const __m128i*>(entries + 16 * i);
        rows[i] = _mm256_broadcastsi128_si256(_mm_loadu_si128(row));
      }
    }
    Register operator[](Register index) const {
      const Register column = bits_and(index, all8(15));
      // Bits 4 to 7 of the index choose the row, each moved to the top of its byte in turn.
      Register chosen[16];
      for (int i = 0; i < 16; ++i) {
        chosen[i] = _mm256_shuffle_epi8(rows[i], column);
      }
      const Register bits[4] = {left16<3>(index), left16<2>(index), left16<1>(index), index};
      for (int level = 0, count = 8; count > 0; ++level, count /= 2) {
        for (int i = 0; i < count; ++i) {
          chosen[i] = _mm256_blendv_epi8(chosen[2 * i], chosen[2 * i + 1], bits[level]);
        }
      }
      return chosen[0];
    }
  };

 private:
  static void store_lanes(void* to, Register low, Register high) {
    store(to, _mm256_permute2x128_si256(low, high, 0x20));
    store(static_cast<Register*>(to) + 1, _mm256_permute2x128_si256(low, high, 0x31));
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

}  // namespace avx2
}  // namespace ril
