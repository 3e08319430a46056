// The rows that equal scikit-image's, for x86-64-v4 (AVX-512).
#define RIL_ROWS_ISA avx512
#define RIL_VECTOR_BYTES 64
#include "skimage_rows_impl.hpp"
