// Row kernels of the operator that equals scikit-image: one table per instruction set.
#pragma once

#include <cstdint>

namespace ril {
namespace skimage {

// Pixels per step of the kernels for samples: they read and write whole steps.
inline constexpr std::int64_t kStep = 32;
// And of `interpolate`, at most.
inline constexpr std::int64_t kLine = 8;

// One sample of a run of pixels: upper * top[i] + lower * bottom[i].
struct Sample {
  const double* top;
  const double* bottom;
  double upper;
  double lower;
  bool is_top;  // the sample is top[i] itself
};

struct Kernels {
  void (*read[10])(const void* pixels, std::int64_t n, double* row);  // by PixelType

  // between[i] = (1 - fraction) * left[i] + fraction * right[i].
  void (*interpolate)(const double* left, const double* right, double fraction, std::int64_t n,
                      double* between);

  // What a sample must reach for its difference to centre[i] to be at least 0: centre[i] itself,
  // unless it is infinite.
  void (*to_thresholds)(const double* centre, std::int64_t n, double* thresholds);
  // codes[i] = sum over p of 2^p [sample p >= thresholds[i]].
  void (*codes)(const Sample* samples, int P, const double* thresholds, std::int64_t n,
                std::uint32_t* codes);
  // (squares - sum^2 / P) / P over the samples, NaN where that is 0.
  void (*variances)(const Sample* samples, int P, std::int64_t n, double* values);

  // To doubles; these write no pixel more than n.
  void (*to_doubles)(const std::uint32_t* codes, std::int64_t n, double* values);
  void (*bytes_to_doubles)(const std::uint8_t* codes, std::int64_t n, double* values);
  // Of codes below 256.
  void (*to_bytes)(const std::uint32_t* codes, std::int64_t n, std::uint8_t* bytes);
};

// Those of the processor, or of the lesser set that RIL_ISA names.
const Kernels& kernels();

}  // namespace skimage
}  // namespace ril
