// The row kernels for every processor of the target.
#define RIL_ROWS_ISA baseline
#include "rows_impl.hpp"

namespace ril {
namespace baseline {

const RowKernels<std::uint8_t> uint8_rows = make_row_kernels<std::uint8_t>();
const RowKernels<std::int16_t> int16_rows = make_row_kernels<std::int16_t>();
const RowKernels<std::uint32_t> uint32_rows = make_row_kernels<std::uint32_t>();
const RowKernels<std::int32_t> int32_rows = make_row_kernels<std::int32_t>();
const RowKernels<std::uint64_t> uint64_rows = make_row_kernels<std::uint64_t>();
const RowKernels<std::int64_t> int64_rows = make_row_kernels<std::int64_t>();
const RowKernels<float> float32_rows = make_row_kernels<float>();
const RowKernels<double> float64_rows = make_row_kernels<double>();
const MappingKernels mappings = make_mapping_kernels();

}  // namespace baseline
}  // namespace ril
