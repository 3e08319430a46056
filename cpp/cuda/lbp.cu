// The kernels, their launch, and the tables of `rank` on each device.
#include <cuda_runtime.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "launch.hpp"
#include "ril/lbp_cuda.hpp"
#include "rotations.hpp"
#include "tile.hpp"

namespace ril::cuda {
namespace {

void check(cudaError_t error, const char* what) {
  if (error != cudaSuccess) {
    throw std::runtime_error(std::string("CUDA: ") + what + ": " + cudaGetErrorString(error));
  }
}

// One tile after the other, should there be more of them than a grid can have blocks.
template <class Pixel, bool kVariance>
__global__ void __launch_bounds__(kThreads) near_kernel(const __grid_constant__ Launch launch) {
  extern __shared__ __align__(16) unsigned char shared[];
  auto* tile = reinterpret_cast<Pixel*>(shared);
  const int thread = static_cast<int>(threadIdx.x);
  for (std::int64_t i = blockIdx.x; i < launch.num_tiles; i += gridDim.x) {
    const TilePlace place = place_of(launch, i);
    load_tile(launch, place, thread, tile);
    __syncthreads();
    values_of_tile<Pixel, kVariance>(launch, place, thread, tile);
    __syncthreads();
  }
}

template <class Pixel, bool kVariance>
__global__ void __launch_bounds__(kThreads) far_kernel(const __grid_constant__ Launch launch) {
  const int thread = static_cast<int>(threadIdx.x);
  for (std::int64_t i = blockIdx.x; i < launch.num_tiles; i += gridDim.x) {
    values_of_far_tile<Pixel, kVariance>(launch, place_of(launch, i), thread);
  }
}

template <class Pixel, bool kVariance>
void start(const Launch& launch, PixelType type, cudaStream_t stream) {
  constexpr std::int64_t kMaxBlocks = 2147483647;
  const auto blocks = static_cast<unsigned>(std::min(launch.num_tiles, kMaxBlocks));
  if (fits_shared_memory(launch, type)) {
    const std::size_t bytes = static_cast<std::size_t>(launch.tile_pixels()) * sizeof(Pixel);
    near_kernel<Pixel, kVariance><<<blocks, kThreads, bytes, stream>>>(launch);
  } else {
    far_kernel<Pixel, kVariance><<<blocks, kThreads, 0, stream>>>(launch);
  }
  check(cudaGetLastError(), "launch of the kernel");
}

template <class Pixel>
void start(const Launch& launch, PixelType type, cudaStream_t stream) {
  if (launch.method == Method::var) {
    start<Pixel, true>(launch, type, stream);
  } else {
    start<Pixel, false>(launch, type, stream);
  }
}

void start(const Launch& launch, PixelType type, cudaStream_t stream) {
  switch (type) {
    case PixelType::uint8:
      return start<std::uint8_t>(launch, type, stream);
    case PixelType::int8:
      return start<std::int8_t>(launch, type, stream);
    case PixelType::uint16:
      return start<std::uint16_t>(launch, type, stream);
    case PixelType::int16:
      return start<std::int16_t>(launch, type, stream);
    case PixelType::uint32:
      return start<std::uint32_t>(launch, type, stream);
    case PixelType::int32:
      return start<std::int32_t>(launch, type, stream);
    case PixelType::uint64:
      return start<std::uint64_t>(launch, type, stream);
    case PixelType::int64:
      return start<std::int64_t>(launch, type, stream);
    case PixelType::float32:
      return start<float>(launch, type, stream);
    case PixelType::float64:
      return start<double>(launch, type, stream);
  }
  throw std::invalid_argument("unknown pixel type");
}

// A copy on the current device, complete when this returns.
template <class Entry>
const Entry* uploaded(const Entry* entries, std::size_t count) {
  void* copy = nullptr;
  check(cudaMalloc(&copy, count * sizeof(Entry)), "memory for a table");
  check(cudaMemcpy(copy, entries, count * sizeof(Entry), cudaMemcpyHostToDevice),
        "copy of a table");
  check(cudaDeviceSynchronize(), "copy of a table");
  return static_cast<const Entry*>(copy);
}

// Kept for as long as the process lives: at most 16 KiB for each P and device.
RankTable rank_table_on_current_device(int P) {
  static std::mutex mutex;
  static std::map<std::pair<int, int>, RankTable> tables;
  int device = 0;
  check(cudaGetDevice(&device), "current device");
  const std::lock_guard<std::mutex> lock(mutex);
  const auto known = tables.find({device, P});
  if (known != tables.end()) {
    return known->second;
  }
  RankTable table;
  if (P <= 8) {
    table.labels = uploaded(label_table(Method::rank, P), std::size_t{1} << P);
  } else {
    const RankBuckets buckets = rank_buckets(P);
    table.shift = buckets.shift;
    table.buckets = uploaded(buckets.entries, std::size_t{1} << (P - buckets.shift));
  }
  tables.emplace(std::pair{device, P}, table);
  return table;
}

}  // namespace

int device_count() {
  int count = 0;
  if (cudaGetDeviceCount(&count) != cudaSuccess) {
    static_cast<void>(cudaGetLastError());  // no driver is no error of the next call
    return 0;
  }
  return count;
}

void local_binary_pattern(const Pictures& pictures, const std::vector<Scale>& scales, Method method,
                          Border border, const Values& values, void* stream) {
  if (device_count() == 0) {
    throw std::runtime_error("CUDA: no device that can be used");
  }
  for (const Launch& launch :
       launches(pictures, scales, method, border, values, rank_table_on_current_device)) {
    start(launch, pictures.type, static_cast<cudaStream_t>(stream));
  }
}

}  // namespace ril::cuda
