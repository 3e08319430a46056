// The rows that equal scikit-image's, for x86-64-v3 (AVX2).
#define RIL_ROWS_ISA avx2
#define RIL_VECTOR_BYTES 32
#include "skimage_rows_impl.hpp"
