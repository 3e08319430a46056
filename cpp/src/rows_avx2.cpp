// The row kernels for x86-64-v3 (AVX2).
#define RIL_ROWS_ISA avx2
#include <immintrin.h>

#include "rows_impl.hpp"
#include "rows_int16_impl.hpp"

namespace ril {
namespace avx2 {
namespace {

// Registers of 16 pixels of 16 bits.
struct Lanes {
  using Register = __m256i;
  static constexpr std::int64_t kPixels = 16;

  static Register zero() { return _mm256_setzero_si256(); }
  static Register all32(int x) { return _mm256_set1_epi32(x); }
  static Register load(const void* from) { return _mm256_loadu_si256(from_cast(from)); }
  static void store(void* to, Register x) { _mm256_storeu_si256(to_cast(to), x); }

  static Register bits_or(Register a, Register b) { return _mm256_or_si256(a, b); }
  static Register bits_and(Register a, Register b) { return _mm256_and_si256(a, b); }
  static Register add16(Register a, Register b) { return _mm256_add_epi16(a, b); }
  static Register add32(Register a, Register b) { return _mm256_add_epi32(a, b); }
  static Register min16(Register a, Register b) { return _mm256_min_epu16(a, b); }
  static Register min32(Register a, Register b) { return _mm256_min_epu32(a, b); }
  static Register left16(Register a, int n) { return _mm256_sll_epi16(a, _mm_cvtsi32_si128(n)); }
  static Register left32(Register a, int n) { return _mm256_sll_epi32(a, _mm_cvtsi32_si128(n)); }
  static Register right16(Register a, int n) { return _mm256_srl_epi16(a, _mm_cvtsi32_si128(n)); }
  static Register right32(Register a, int n) { return _mm256_srl_epi32(a, _mm_cvtsi32_si128(n)); }
  static Register signed_right32(Register a, int n) {
    return _mm256_sra_epi32(a, _mm_cvtsi32_si128(n));
  }

  // Of each pair of neighbouring pixels: left * weight + right * weight, in 32 bits.
  static Register pair_sums(Register pixels, Register weights) {
    return _mm256_madd_epi16(pixels, weights);
  }

  // codes | (a >= b ? bit : 0), signed.
  static Register add_bit16(Register codes, Register a, Register b, Register bit) {
    return bits_or(codes, _mm256_andnot_si256(_mm256_cmpgt_epi16(b, a), bit));
  }
  static Register add_bit32(Register codes, Register a, Register b, Register bit) {
    return bits_or(codes, _mm256_andnot_si256(_mm256_cmpgt_epi32(b, a), bit));
  }

  static Register load8(const std::uint8_t* from) {
    return _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
  }
  static void store8(std::uint8_t* to, Register x) {
    const Register packed = _mm256_permute4x64_epi64(_mm256_packus_epi16(x, x), 0x08);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm256_castsi256_si128(packed));
  }
  // even[0], odd[0], even[1], odd[1], ...
  static void store_interleaved32(std::uint32_t* to, Register even, Register odd) {
    const Register low = _mm256_unpacklo_epi32(even, odd);
    const Register high = _mm256_unpackhi_epi32(even, odd);
    store(to, _mm256_permute2x128_si256(low, high, 0x20));
    store(to + 8, _mm256_permute2x128_si256(low, high, 0x31));
  }

 private:
  static const Register* from_cast(const void* p) { return static_cast<const Register*>(p); }
  static Register* to_cast(void* p) { return static_cast<Register*>(p); }
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

}  // namespace avx2
}  // namespace ril
