// The arguments of one kernel launch: plain numbers and pointers, small enough to be passed by
// value.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "ril/lbp.hpp"

namespace ril::cuda {

inline constexpr int kTileWidth = 64;
inline constexpr int kTileHeight = 16;
inline constexpr int kThreadsWide = 32;
inline constexpr int kThreadsHigh = 8;
inline constexpr int kThreads = kThreadsWide * kThreadsHigh;  // of a block, for one tile
inline constexpr int kScalesAtOnce = 4;                       // in one launch
inline constexpr std::int64_t kMaxSize = std::int64_t{1} << 29;
inline constexpr std::int64_t kTileBytes = 48 * 1024;  // of shared memory, without opting in

// One sample: the offset of its top left tap, and the weights of its four taps.
struct Neighbour {
  std::int32_t row;
  std::int32_t column;
  std::int32_t offset;  // row and column as one, in a tile
  std::int32_t all;     // the sum of the weights
  std::uint16_t weights[4];
};

// What `rank` looks up, in the memory of the device. One of the two is null.
struct RankTable {
  const std::uint8_t* labels = nullptr;    // by code
  const std::uint32_t* buckets = nullptr;  // by smallest rotation: see RankBuckets
  std::int32_t shift = 0;
};

struct LaunchScale {
  std::int32_t P;
  RankTable ranks;
  Neighbour neighbours[kMaxP];
};

// Some scales of all pictures. A tile is kTileHeight x kTileWidth pixels and what their taps reach.
struct Launch {
  const void* pictures;  // (N, H, W)
  void* values;          // (N, S, H, W)
  std::int64_t num_tiles;
  std::int32_t tiles_high;
  std::int32_t tiles_wide;
  std::int32_t height;
  std::int32_t width;
  std::int32_t up;  // how far taps lead from a pixel
  std::int32_t down;
  std::int32_t left;
  std::int32_t right;
  std::int32_t stride;       // pixels from one row of a tile to the next
  std::int32_t num_scales;   // S
  std::int32_t first_scale;  // of this launch
  std::int32_t scales_here;
  Method method;
  Border border;
  ValueType value_type;
  LaunchScale scales[kScalesAtOnce];

  // With what its taps reach.
  std::int64_t tile_pixels() const {
    return static_cast<std::int64_t>(stride) * (up + kTileHeight + down);
  }
};
static_assert(sizeof(Launch) <= 4096, "the arguments of a kernel");

// The table of `rank` at P, in the memory that the kernel reads.
using RankTables = std::function<RankTable(int P)>;

// A call as launches, a few scales in each; none if there is nothing to do.
// Throws as ril::local_binary_pattern.
std::vector<Launch> launches(const Pictures& pictures, const std::vector<Scale>& scales,
                             Method method, Border border, const Values& values,
                             const RankTables& rank_tables);

// Whether a tile fits the shared memory of a block.
bool fits_shared_memory(const Launch& launch, PixelType type);

}  // namespace ril::cuda
