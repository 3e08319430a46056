// Local binary patterns on CUDA devices: the definition of ril/lbp.hpp, and the same values.
#pragma once

#include <vector>

#include "ril/lbp.hpp"

namespace ril::cuda {

// The devices that can be used; 0 without one, without a driver, or with too old a driver.
int device_count();

// `ril::local_binary_pattern` on arrays in the memory of the calling thread's current device:
// pictures (N, H, W) -> values (N, S, H, W), both C-contiguous, H and W at most 2^29.
//
// Enqueued on `stream`, a cudaStream_t of that device (null: the default stream); returns before
// the values are there. The first call of `rank` at some P on a device allocates its table there
// and waits for the copy, so that it must not be the first one inside a stream capture.
//
// Throws as `ril::local_binary_pattern`, and std::runtime_error with CUDA's own words if there is
// no device or the launch fails.
void local_binary_pattern(const Pictures& pictures, const std::vector<Scale>& scales, Method method,
                          Border border, const Values& values, void* stream);

}  // namespace ril::cuda
