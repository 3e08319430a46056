// scikit-image's local binary patterns, bit for bit.
//
// Source: scikit-image 0.26, skimage/feature/_texture.pyx and skimage/_shared/interpolation.pxd, as
// its wheels for x86-64 compute them: in double precision, without fused multiply-adds.
#pragma once

#include <vector>

#include "ril/lbp.hpp"

namespace ril {

// A sample of scikit-image: its offset from the centre, rounded to five decimals there.
struct Offset {
  double row;
  double column;
};

// (N, H, W) pixels to (N, H, W) doubles. Outside the pictures lies 0.
//
// Sample p of the pixel in row r and column c is interpolated at r + offsets[p].row and
// c + offsets[p].column, both rounded to double, so that near ties depend on the place in the
// picture. `var` is the one-pass variance (sum of squares - sum^2 / P) / P, NaN where it is 0; the
// other methods number their values as `Method` says.
//
// num_threads: 0 for all cores this process may use; in a forked child 0 means 1.
//
// Throws std::invalid_argument unless 1 <= P <= 31, the offsets are finite, and `method` is one of
// scikit-image's (not `rank`).
void skimage_local_binary_pattern(const Pictures& pictures, const std::vector<Offset>& offsets,
                                  Method method, int num_threads, double* values);

}  // namespace ril
