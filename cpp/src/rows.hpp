// Row kernels: the inner loops, one table per pixel type and instruction set.
//
// Everything above this interface (borders, strips, threads, methods) is written once; a faster
// kernel for an instruction set replaces a pointer in the table and nothing else.
#pragma once

#include <cstdint>

namespace ril {

// Kernels may read this many pixels past the last one that they need, and write this many codes
// past the last one that they were asked for.
inline constexpr std::int64_t kRowSlack = 64;

// The taps of one sample for a run of pixels of one row, in the order of `Sample`: tap k of pixel i
// is rows[k / 2][i + k % 2]. Taps of weight 0 do not count, whatever they read.
template <class Pixel>
struct Neighbour {
  const Pixel* rows[2];
  std::int32_t weights[4];  // at least one above 0; if more than one, their sum is 2^14 to within 2
};

// Pixels are int16, int32, uint32, int64, uint64, float or double. Pictures of 8 and 16 bits come
// as int16, uint16 less 2^15: only differences matter.
template <class Pixel>
struct RowKernels {
  // codes[i] = sum over p of 2^p [sample p of pixel i >= centre[i]], for i in [0, n).
  using Codes8 = void (*)(const Neighbour<Pixel>* neighbours, int P, const Pixel* centre,
                          std::int64_t n, std::uint8_t* codes);  // P <= 8
  using Codes16 = void (*)(const Neighbour<Pixel>* neighbours, int P, const Pixel* centre,
                           std::int64_t n, std::uint16_t* codes);  // P <= 16
  using Codes32 = void (*)(const Neighbour<Pixel>* neighbours, int P, const Pixel* centre,
                           std::int64_t n, std::uint32_t* codes);
  // sums[i] = sum over k of weights[k] (tap k of pixel i - centre[i]), rounded once to double on
  // integer pixels.
  using Sums = void (*)(const Neighbour<Pixel>& neighbour, const Pixel* centre, std::int64_t n,
                        double* sums);

  Codes8 codes8;
  Codes16 codes16;
  Codes32 codes32;
  Sums sums;
};

// In place: each code becomes the smallest of its P rotations.
struct RotationKernels {
  void (*smallest8)(std::uint8_t* codes, int P, std::int64_t n);    // P <= 8
  void (*smallest16)(std::uint16_t* codes, int P, std::int64_t n);  // P <= 16
  void (*smallest32)(std::uint32_t* codes, int P, std::int64_t n);  // P <= 31
  // In place: each code becomes its label under `uniform`.
  void (*uniform32)(std::uint32_t* codes, int P, std::int64_t n);  // P <= 31
};

enum class InstructionSet { baseline, avx2, avx512 };

// The best set of this processor, or a lesser one that RIL_ISA names.
InstructionSet chosen_instruction_set();

template <class Pixel>
const RowKernels<Pixel>& row_kernels();

const RotationKernels& rotation_kernels();

}  // namespace ril
