// Row kernels: the inner loops, one table per pixel type and instruction set.
//
// Everything above this interface (borders, strips, threads, methods) is written once; a faster
// kernel for an instruction set replaces a pointer in a table and nothing else.
#pragma once

#include <cstdint>

#include "row_samples.hpp"

namespace ril {

// Kernels may read this many pixels past the last one that they need, and write this many codes
// past the last one that they were asked for.
inline constexpr std::int64_t kRowSlack = 128;

// Where the samples lie in rows that are `stride` pixels apart. Tap k of sample s of a pixel is at
// pixel + offsets[s] + (k / 2) * stride + k % 2, or at pixel + offsets[s] if it is the only one.
// Taps of weight 0 do not count, whatever is there.
struct Neighbours {
  RowSamples samples;
  std::int64_t stride;
  std::int64_t offsets[kMaxP];
};

// Pixels are uint8, int16, int32, uint32, int64, uint64, float or double. Pictures of int8 come as
// uint8 and of uint16 as int16, moved by half the range: only differences matter.
template <class Pixel>
struct RowKernels {
  // codes[i] = sum over p of 2^p [sample p of pixel i >= pixels[i]], for i in [0, n).
  using Codes8 = void (*)(const Neighbours& neighbours, const Pixel* pixels, std::int64_t n,
                          std::uint8_t* codes);  // P <= 8
  using Codes16 = void (*)(const Neighbours& neighbours, const Pixel* pixels, std::int64_t n,
                           std::uint16_t* codes);  // P <= 16
  using Codes32 = void (*)(const Neighbours& neighbours, const Pixel* pixels, std::int64_t n,
                           std::uint32_t* codes);
  // The same at P = 8, R = 1, each code become labels[code], of 256 labels; if null, as it is.
  using Nearest = void (*)(const Pixel* pixels, std::int64_t stride, std::int64_t n,
                           const std::uint8_t* labels, std::uint8_t* codes);
  // sums[i] = sum over k of weight k (tap k of pixel i - pixels[i]), rounded once to double on
  // integer pixels, of samples.all[s].
  using Sums = void (*)(const Neighbours& neighbours, int s, const Pixel* pixels, std::int64_t n,
                        double* sums);

  Codes8 codes8;
  Codes16 codes16;
  Codes32 codes32;
  Nearest nearest;  // null where codes8 is all there is
  Sums sums;
};

// Codes to values, in place.
struct MappingKernels {
  // Each code becomes labels[code], of 256 labels.
  void (*look_up)(const std::uint8_t* labels, std::uint8_t* codes, std::int64_t n);
  // Each code becomes the smallest of its P rotations.
  void (*smallest16)(std::uint16_t* codes, int P, std::int64_t n);  // P <= 16
  void (*smallest32)(std::uint32_t* codes, int P, std::int64_t n);  // P <= 31
  // Each code becomes its label under `uniform`.
  void (*uniform32)(std::uint32_t* codes, int P, std::int64_t n);  // P <= 31
};

enum class InstructionSet { baseline, avx2, avx512, neon };

// The best set of this processor, or a lesser one that RIL_ISA names.
InstructionSet chosen_instruction_set();

template <class Pixel>
const RowKernels<Pixel>& row_kernels();

const MappingKernels& mapping_kernels();

}  // namespace ril
