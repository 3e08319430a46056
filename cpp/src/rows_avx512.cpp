// The row kernels for x86-64-v4 (AVX-512).
#define RIL_ROWS_ISA avx512
#include <immintrin.h>

#include "rows_impl.hpp"
#include "rows_int16_impl.hpp"

namespace ril {
namespace avx512 {
namespace {

// Registers of 32 pixels of 16 bits.
struct Lanes {
  using Register = __m512i;
  static constexpr std::int64_t kPixels = 32;

  static Register zero() { return _mm512_setzero_si512(); }
  static Register all32(int x) { return _mm512_set1_epi32(x); }
  static Register load(const void* from) { return _mm512_loadu_si512(from); }
  static void store(void* to, Register x) { _mm512_storeu_si512(to, x); }

  static Register bits_or(Register a, Register b) { return _mm512_or_si512(a, b); }
  static Register bits_and(Register a, Register b) { return _mm512_and_si512(a, b); }
  static Register add16(Register a, Register b) { return _mm512_add_epi16(a, b); }
  static Register add32(Register a, Register b) { return _mm512_add_epi32(a, b); }
  static Register min16(Register a, Register b) { return _mm512_min_epu16(a, b); }
  static Register min32(Register a, Register b) { return _mm512_min_epu32(a, b); }
  static Register left16(Register a, int n) { return _mm512_sll_epi16(a, _mm_cvtsi32_si128(n)); }
  static Register left32(Register a, int n) { return _mm512_sll_epi32(a, _mm_cvtsi32_si128(n)); }
  static Register right16(Register a, int n) { return _mm512_srl_epi16(a, _mm_cvtsi32_si128(n)); }
  static Register right32(Register a, int n) { return _mm512_srl_epi32(a, _mm_cvtsi32_si128(n)); }
  static Register signed_right32(Register a, int n) {
    return _mm512_sra_epi32(a, _mm_cvtsi32_si128(n));
  }

  // Of each pair of neighbouring pixels: left * weight + right * weight, in 32 bits.
  static Register pair_sums(Register pixels, Register weights) {
    return _mm512_madd_epi16(pixels, weights);
  }

  // codes | (a >= b ? bit : 0), signed.
  static Register add_bit16(Register codes, Register a, Register b, Register bit) {
    const __mmask32 set = _mm512_cmpge_epi16_mask(a, b);
    return bits_or(codes, _mm512_maskz_mov_epi16(set, bit));
  }
  static Register add_bit32(Register codes, Register a, Register b, Register bit) {
    return _mm512_mask_or_epi32(codes, _mm512_cmpge_epi32_mask(a, b), codes, bit);
  }

  static Register load8(const std::uint8_t* from) {
    return _mm512_cvtepu8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
  }
  static void store8(std::uint8_t* to, Register x) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm512_cvtepi16_epi8(x));
  }
  // even[0], odd[0], even[1], odd[1], ...
  static void store_interleaved32(std::uint32_t* to, Register even, Register odd) {
    const Register low = _mm512_set_epi32(23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    const Register high = _mm512_add_epi32(low, _mm512_set1_epi32(8));
    store(to, _mm512_permutex2var_epi32(even, low, odd));
    store(to + 16, _mm512_permutex2var_epi32(even, high, odd));
  }
};

}  // namespace

const RowKernels<std::int16_t> int16_rows = make_int16_kernels<Lanes>();
const RowKernels<std::uint32_t> uint32_rows = make_row_kernels<std::uint32_t>();
const RowKernels<std::int32_t> int32_rows = make_row_kernels<std::int32_t>();
const RowKernels<std::uint64_t> uint64_rows = make_row_kernels<std::uint64_t>();
const RowKernels<std::int64_t> int64_rows = make_row_kernels<std::int64_t>();
const RowKernels<float> float32_rows = make_row_kernels<float>();
const RowKernels<double> float64_rows = make_row_kernels<double>();
const RotationKernels rotations = make_wide_rotation_kernels<Lanes>();

}  // namespace avx512
}  // namespace ril
