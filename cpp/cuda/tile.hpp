// What the threads of a block do with one tile: written once for the device and for the host, where
// the tests run it.
//
// load_tile brings a tile and what its taps reach into shared memory, the border already applied;
// values_of_tile makes values of it. Where a tile does not fit, values_of_far_tile reads the
// pictures themselves.
#pragma once

#include <cstdint>
#include <type_traits>

#include "launch.hpp"

#ifdef __CUDACC__
#define RIL_HOST_DEVICE __host__ __device__
#else
#define RIL_HOST_DEVICE
#endif

namespace ril::cuda {

// The type in which weights times pixels add up without overflow.
template <class Pixel>
struct SumOf {
  __extension__ using Wide = __int128;
  using Integer = std::conditional_t<sizeof(Pixel) <= 2, std::int32_t,
                                     std::conditional_t<sizeof(Pixel) <= 4, std::int64_t, Wide>>;
  using type = std::conditional_t<std::is_floating_point_v<Pixel>, double, Integer>;
};

// Where a tile begins.
struct TilePlace {
  std::int64_t picture;
  std::int32_t row;
  std::int32_t column;
};

RIL_HOST_DEVICE inline TilePlace place_of(const Launch& launch, std::int64_t tile) {
  const std::int64_t tile_row = tile / launch.tiles_wide;
  return {tile_row / launch.tiles_high,
          static_cast<std::int32_t>(tile_row % launch.tiles_high) * kTileHeight,
          static_cast<std::int32_t>(tile % launch.tiles_wide) * kTileWidth};
}

// ril::source_index in 32 bits.
RIL_HOST_DEVICE inline std::int32_t source_of(std::int32_t index, std::int32_t size,
                                              Border border) {
  if (index >= 0 && index < size) {
    return index;
  }
  if (border == Border::constant) {
    return -1;
  }
  if (border == Border::edge || size == 1) {
    return index < 0 ? 0 : size - 1;
  }
  const std::int32_t period = 2 * (size - 1);
  std::int32_t folded = index % period;
  if (folded < 0) {
    folded += period;
  }
  return folded < period - folded ? folded : period - folded;
}

// The pixel at a row and column that may lie outside of the picture.
template <class Pixel>
RIL_HOST_DEVICE inline Pixel pixel_at(const Launch& launch, std::int64_t picture, std::int32_t row,
                                      std::int32_t column) {
  const std::int32_t r = source_of(row, launch.height, launch.border);
  const std::int32_t c = source_of(column, launch.width, launch.border);
  if (r < 0 || c < 0) {
    return Pixel{};
  }
  return static_cast<const Pixel*>(
      launch.pictures)[(picture * launch.height + r) * launch.width + c];
}

// The taps of a pixel in a tile.
template <class Pixel>
struct NearTaps {
  const Pixel* centre;
  std::int32_t stride;

  RIL_HOST_DEVICE Pixel operator()(const Neighbour& neighbour, int k) const {
    return centre[neighbour.offset + (k >> 1) * stride + (k & 1)];
  }
};

// The taps of a pixel in the picture.
template <class Pixel>
struct FarTaps {
  const Launch* launch;
  std::int64_t picture;
  std::int32_t row;
  std::int32_t column;

  RIL_HOST_DEVICE Pixel operator()(const Neighbour& neighbour, int k) const {
    return pixel_at<Pixel>(*launch, picture, row + neighbour.row + (k >> 1),
                           column + neighbour.column + (k & 1));
  }
};

// sum_k q_k (I_k - I_centre): exact on integers; on floating point in the order of the taps,
// those of weight 0 left out.
template <class Pixel, class Taps>
RIL_HOST_DEVICE inline typename SumOf<Pixel>::type sum_of(const Neighbour& neighbour, Pixel centre,
                                                          const Taps& taps) {
  using Sum = typename SumOf<Pixel>::type;
  if constexpr (std::is_floating_point_v<Pixel>) {
    Sum sum = 0;
    for (int k = 0; k < 4; ++k) {
      if (neighbour.weights[k] != 0) {
        sum += static_cast<Sum>(neighbour.weights[k]) *
               (static_cast<Sum>(taps(neighbour, k)) - static_cast<Sum>(centre));
      }
    }
    return sum;
  } else {
    Sum sum = static_cast<Sum>(neighbour.weights[0]) * static_cast<Sum>(taps(neighbour, 0)) -
              static_cast<Sum>(neighbour.all) * static_cast<Sum>(centre);
    if (neighbour.all != neighbour.weights[0]) {  // a sample that lies between pixels
      for (int k = 1; k < 4; ++k) {
        sum += static_cast<Sum>(neighbour.weights[k]) * static_cast<Sum>(taps(neighbour, k));
      }
    }
    return sum;
  }
}

template <class Pixel, class Taps>
RIL_HOST_DEVICE inline std::uint32_t code_of(const LaunchScale& scale, Pixel centre,
                                             const Taps& taps) {
  std::uint32_t code = 0;
  for (int p = 0; p < scale.P; ++p) {
    code |= (sum_of(scale.neighbours[p], centre, taps) >= 0 ? 1u : 0u) << p;
  }
  return code;
}

template <class Pixel, class Taps>
RIL_HOST_DEVICE inline float variance_of(const LaunchScale& scale, Pixel centre, const Taps& taps) {
  double sums[kMaxP];
  double total = 0;
  for (int p = 0; p < scale.P; ++p) {
    sums[p] = static_cast<double>(sum_of(scale.neighbours[p], centre, taps));
    total += sums[p];
  }
  const double mean = total / scale.P;
  double squares = 0;
  for (int p = 0; p < scale.P; ++p) {
    const double deviation = sums[p] - mean;
    squares += deviation * deviation;
  }
  return static_cast<float>(squares / scale.P / (kWeightOne * kWeightOne));
}

RIL_HOST_DEVICE inline std::uint32_t turned_right(std::uint32_t code, int P) {
  return code >> 1 | (code & 1u) << (P - 1);
}

RIL_HOST_DEVICE inline std::uint32_t smallest_turn(std::uint32_t code, int P) {
  std::uint32_t smallest = code;
  for (int i = 1; i < P; ++i) {
    code = turned_right(code, P);
    smallest = code < smallest ? code : smallest;
  }
  return smallest;
}

RIL_HOST_DEVICE inline int ones_of(std::uint32_t bits) {
#ifdef __CUDA_ARCH__
  return __popc(bits);
#else
  return __builtin_popcount(bits);
#endif
}

RIL_HOST_DEVICE inline std::uint32_t rank_of(std::uint32_t code, const LaunchScale& scale) {
  if (scale.ranks.labels != nullptr) {
    return scale.ranks.labels[code];
  }
  const std::uint32_t smallest = smallest_turn(code, scale.P);
  const std::uint32_t entry = scale.ranks.buckets[smallest >> scale.ranks.shift];
  return (entry >> 24) + (smallest > (entry & 0xFFFFFFu) ? 1u : 0u);
}

RIL_HOST_DEVICE inline std::uint32_t uniform_of(std::uint32_t code, int P) {
  const bool is_uniform = ones_of(code ^ turned_right(code, P)) <= 2;
  return static_cast<std::uint32_t>(is_uniform ? ones_of(code) : P + 1);
}

RIL_HOST_DEVICE inline std::uint32_t oriented_uniform_of(std::uint32_t code, int P) {
  const int ones = ones_of(code);
  int label = P * (P - 1) + 2;
  if (ones == 0) {
    label = 0;
  } else if (ones == P) {
    label = P * (P - 1) + 1;
  } else if (ones_of(code ^ turned_right(code, P)) <= 2) {
    // The run of ones starts at the only one that follows a zero.
    const std::uint32_t start_bit = code & ~(code << 1 | code >> (P - 1));
    const int start = ones_of(start_bit - 1);
    label = 1 + (ones - 1) * P + (P - start) % P;
  }
  return static_cast<std::uint32_t>(label);
}

RIL_HOST_DEVICE inline std::uint32_t value_of(std::uint32_t code, Method method,
                                              const LaunchScale& scale) {
  switch (method) {
    case Method::ror:
      return smallest_turn(code, scale.P);
    case Method::rank:
      return rank_of(code, scale);
    case Method::uniform:
      return uniform_of(code, scale.P);
    case Method::nri_uniform:
      return oriented_uniform_of(code, scale.P);
    default:
      return code;
  }
}

RIL_HOST_DEVICE inline void store(const Launch& launch, std::int64_t index, std::uint32_t value) {
  switch (launch.value_type) {
    case ValueType::uint8:
      static_cast<std::uint8_t*>(launch.values)[index] = static_cast<std::uint8_t>(value);
      break;
    case ValueType::uint16:
      static_cast<std::uint16_t*>(launch.values)[index] = static_cast<std::uint16_t>(value);
      break;
    default:
      static_cast<std::uint32_t*>(launch.values)[index] = value;
  }
}

// Calls visit(row, column) for each pixel of the tile, given by its place in it, that belongs to a
// thread and lies in the picture.
template <class Visit>
RIL_HOST_DEVICE inline void for_each_pixel(const Launch& launch, const TilePlace& place, int thread,
                                           const Visit& visit) {
  for (int y = thread / kThreadsWide; y < kTileHeight; y += kThreadsHigh) {
    for (int x = thread % kThreadsWide; x < kTileWidth; x += kThreadsWide) {
      if (place.row + y < launch.height && place.column + x < launch.width) {
        visit(y, x);
      }
    }
  }
}

// One pixel at every scale of the launch.
template <class Pixel, bool kVariance, class Taps>
RIL_HOST_DEVICE inline void values_of_pixel(const Launch& launch, const TilePlace& place, int y,
                                            int x, Pixel centre, const Taps& taps) {
  for (int s = 0; s < launch.scales_here; ++s) {
    const LaunchScale& scale = launch.scales[s];
    const std::int64_t plane = place.picture * launch.num_scales + launch.first_scale + s;
    const std::int64_t index =
        (plane * launch.height + place.row + y) * launch.width + place.column + x;
    if constexpr (kVariance) {
      static_cast<float*>(launch.values)[index] = variance_of(scale, centre, taps);
    } else {
      store(launch, index, value_of(code_of(scale, centre, taps), launch.method, scale));
    }
  }
}

// A thread's part of loading a tile: launch.tile_pixels() pixels.
template <class Pixel>
RIL_HOST_DEVICE inline void load_tile(const Launch& launch, const TilePlace& place, int thread,
                                      Pixel* tile) {
  const std::int32_t rows = launch.up + kTileHeight + launch.down;
  const std::int32_t columns = launch.stride;
  for (std::int32_t r = thread / kThreadsWide; r < rows; r += kThreadsHigh) {
    for (std::int32_t c = thread % kThreadsWide; c < columns; c += kThreadsWide) {
      tile[r * columns + c] = pixel_at<Pixel>(launch, place.picture, place.row - launch.up + r,
                                              place.column - launch.left + c);
    }
  }
}

// A thread's part of the values of a tile that every thread has helped to load.
template <class Pixel, bool kVariance>
RIL_HOST_DEVICE inline void values_of_tile(const Launch& launch, const TilePlace& place, int thread,
                                           const Pixel* tile) {
  const std::int32_t stride = launch.stride;
  for_each_pixel(launch, place, thread, [&](int y, int x) {
    const Pixel* centre = tile + (launch.up + y) * stride + launch.left + x;
    values_of_pixel<Pixel, kVariance>(launch, place, y, x, *centre,
                                      NearTaps<Pixel>{centre, stride});
  });
}

// A thread's part of the values of a tile that does not fit.
template <class Pixel, bool kVariance>
RIL_HOST_DEVICE inline void values_of_far_tile(const Launch& launch, const TilePlace& place,
                                               int thread) {
  for_each_pixel(launch, place, thread, [&](int y, int x) {
    const std::int32_t row = place.row + y;
    const std::int32_t column = place.column + x;
    const auto centre = pixel_at<Pixel>(launch, place.picture, row, column);
    values_of_pixel<Pixel, kVariance>(launch, place, y, x, centre,
                                      FarTaps<Pixel>{&launch, place.picture, row, column});
  });
}

}  // namespace ril::cuda
