// Local binary patterns: the whole operator, without Python.
//
// Every array is C-contiguous and described by plain numbers. N pictures of H x W pixels go in,
// S scales of H x W values come out for each of them:
//
//     pictures (N, H, W)  ->  values (N, S, H, W)
//
// Any of N, H, W may be 0. All index arithmetic is 64 bits wide.
#pragma once

#include <cstdint>
#include <vector>

#include "ril/border.hpp"
#include "ril/sampling.hpp"

namespace ril {

enum class PixelType {
  uint8,
  int8,
  uint16,
  int16,
  uint32,
  int32,
  uint64,
  int64,
  float32,
  float64,
};

enum class ValueType { uint8, uint16, uint32, float32 };

enum class Method {
  standard,     // the code: sum over p of 2^p [sample p >= centre]
  ror,          // the smallest of the P rotations of the code
  rank,         // the index of `ror` among the n possible ones, as (255 index) / (n - 1)
  uniform,      // the number of ones if at most two transitions, else P + 1
  nri_uniform,  // P (P - 1) + 3 labels: ones and orientation, as scikit-image numbers them
  var,          // the variance of the P samples
};

struct Scale {
  int P;
  double R;
};

// (N, H, W) pixels.
struct Pictures {
  const void* data;
  PixelType type;
  std::int64_t count;   // N
  std::int64_t height;  // H
  std::int64_t width;   // W
};

// (N, S, H, W) values; must not overlap the pictures.
struct Values {
  void* data;
  ValueType type;
};

// The smallest type that holds every value of `method` at P neighbours.
ValueType value_type(Method method, int P);

// The number of different rotation-invariant codes of P bits: 36, 4116, 699252 for 8, 16, 24.
std::int64_t num_rotation_classes(int P);

// Local binary patterns of every picture at every scale.
//
// The sign of each sample against its centre is exact on integer pictures. On floating-point
// pictures it is that of ((q0 d0 + q1 d1) + q2 d2) + q3 d3 in double precision, where d are the
// differences to the centre, q the weights of `sampling`, and taps of weight 0 are left out;
// a comparison with NaN gives bit 0.
//
// `var` is, in double precision and in ascending order of p, with s_p the sum above (rounded once
// to double on integer pictures):
//     mean = (s_0 + s_1 + ...) / P,   value = ((s_0 - mean)^2 + (s_1 - mean)^2 + ...) / P / 2^28
//
// values.type must hold `value_type` of every scale. num_threads: 0 for all cores this process may
// use; in a forked child 0 means 1. The result does not depend on it.
//
// Throws std::invalid_argument on arguments outside these rules, std::bad_alloc without memory.
void local_binary_pattern(const Pictures& pictures, const std::vector<Scale>& scales, Method method,
                          Border border, int num_threads, const Values& values);

// The square 3x3 pattern: the eight neighbours themselves, no interpolation. (N, H, W) uint8 out.
// Bit 0 is the right neighbour, then counter-clockwise: upper right, above, upper left, left,
// lower left, below, lower right.
void square_lbp(const Pictures& pictures, Border border, int num_threads, std::uint8_t* values);

// The name of the instruction set whose row kernels run: "baseline", "avx2", "avx512" or "neon".
// The environment variable RIL_ISA, read once, may name a lesser one than the processor's.
const char* instruction_set();

// Whether the library was built with OpenMP.
bool has_openmp();

}  // namespace ril
