// The row kernels for x86-64-v3 (AVX2).
#define RIL_ROWS_ISA avx2
#include "rows_impl.hpp"

namespace ril {
namespace avx2 {

const RowKernels<std::uint8_t> uint8_rows = make_row_kernels<std::uint8_t>();
const RowKernels<std::int8_t> int8_rows = make_row_kernels<std::int8_t>();
const RowKernels<std::uint16_t> uint16_rows = make_row_kernels<std::uint16_t>();
const RowKernels<std::int16_t> int16_rows = make_row_kernels<std::int16_t>();
const RowKernels<std::uint32_t> uint32_rows = make_row_kernels<std::uint32_t>();
const RowKernels<std::int32_t> int32_rows = make_row_kernels<std::int32_t>();
const RowKernels<std::uint64_t> uint64_rows = make_row_kernels<std::uint64_t>();
const RowKernels<std::int64_t> int64_rows = make_row_kernels<std::int64_t>();
const RowKernels<float> float32_rows = make_row_kernels<float>();
const RowKernels<double> float64_rows = make_row_kernels<double>();
const RotationKernels rotations = make_rotation_kernels();

}  // namespace avx2
}  // namespace ril
