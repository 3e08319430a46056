// The rows that equal scikit-image's, for every processor of the target.
#define RIL_ROWS_ISA baseline
#define RIL_VECTOR_BYTES 16
#include "skimage_rows_impl.hpp"
