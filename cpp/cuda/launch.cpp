#include "launch.hpp"

#include <algorithm>
#include <stdexcept>

#include "plan.hpp"

namespace ril::cuda {
namespace {

std::int64_t bytes_of(PixelType type) {
  switch (type) {
    case PixelType::uint8:
    case PixelType::int8:
      return 1;
    case PixelType::uint16:
    case PixelType::int16:
      return 2;
    case PixelType::uint32:
    case PixelType::int32:
    case PixelType::float32:
      return 4;
    default:
      return 8;
  }
}

std::int32_t tiles(std::int64_t size, int tile) {
  return static_cast<std::int32_t>((size + tile - 1) / tile);
}

// Offsets are reduced to the size of the picture, so they fit 32 bits.
LaunchScale launch_scale(const Plan& plan, const RankTables& rank_tables) {
  LaunchScale scale{};
  scale.P = plan.P;
  if (plan.method == Method::rank) {
    scale.ranks = rank_tables(plan.P);
  }
  for (std::size_t p = 0; p < plan.samples.size(); ++p) {
    const Sample& sample = plan.samples[p];
    Neighbour& neighbour = scale.neighbours[p];
    neighbour.row = static_cast<std::int32_t>(sample[0].row);
    neighbour.column = static_cast<std::int32_t>(sample[0].column);
    for (std::size_t k = 0; k < 4; ++k) {
      neighbour.weights[k] = static_cast<std::uint16_t>(sample[k].weight);
      neighbour.all += sample[k].weight;
    }
  }
  return scale;
}

void include_reach(Launch& launch, const LaunchScale& scale) {
  for (int p = 0; p < scale.P; ++p) {
    const Neighbour& neighbour = scale.neighbours[p];
    launch.up = std::max(launch.up, -neighbour.row);
    launch.down = std::max(launch.down, neighbour.row + 1);
    launch.left = std::max(launch.left, -neighbour.column);
    launch.right = std::max(launch.right, neighbour.column + 1);
  }
}

}  // namespace

std::vector<Launch> launches(const Pictures& pictures, const std::vector<Scale>& scales,
                             Method method, Border border, const Values& values,
                             const RankTables& rank_tables) {
  check_call(pictures, scales, method, values.type);
  if (is_empty(pictures)) {
    return {};
  }
  if (pictures.height > kMaxSize || pictures.width > kMaxSize) {
    throw std::invalid_argument("height and width must be at most 2**29 on a device");
  }
  Launch whole{};
  whole.pictures = pictures.data;
  whole.values = values.data;
  whole.tiles_high = tiles(pictures.height, kTileHeight);
  whole.tiles_wide = tiles(pictures.width, kTileWidth);
  whole.num_tiles = pictures.count * whole.tiles_high * static_cast<std::int64_t>(whole.tiles_wide);
  whole.height = static_cast<std::int32_t>(pictures.height);
  whole.width = static_cast<std::int32_t>(pictures.width);
  whole.num_scales = static_cast<std::int32_t>(scales.size());
  whole.method = method;
  whole.border = border;
  whole.value_type = values.type;

  std::vector<Launch> parts;
  for (std::size_t first = 0; first < scales.size(); first += kScalesAtOnce) {
    Launch part = whole;
    part.first_scale = static_cast<std::int32_t>(first);
    const std::size_t end = std::min(scales.size(), first + kScalesAtOnce);
    for (std::size_t s = first; s < end; ++s) {
      const auto [P, R] = scales[s];
      const Plan plan = make_plan(P, method, sampling(P, R), pictures, border);
      part.scales[part.scales_here] = launch_scale(plan, rank_tables);
      include_reach(part, part.scales[part.scales_here]);
      ++part.scales_here;
    }
    part.stride = part.left + kTileWidth + part.right;
    if (part.tile_pixels() <= kTileBytes) {
      for (LaunchScale& scale : part.scales) {
        for (Neighbour& neighbour : scale.neighbours) {
          neighbour.offset = neighbour.row * part.stride + neighbour.column;
        }
      }
    }
    parts.push_back(part);
  }
  return parts;
}

bool fits_shared_memory(const Launch& launch, PixelType type) {
  return launch.tile_pixels() <= kTileBytes / bytes_of(type);
}

}  // namespace ril::cuda
