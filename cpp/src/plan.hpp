// One call of the operator made ready: checked, its samples reduced, its tables at hand.
#pragma once

#include <cstdint>
#include <vector>

#include "ril/lbp.hpp"
#include "rotations.hpp"
#include "row_samples.hpp"

namespace ril {

// One scale, ready to run. The offsets of the samples are reduced to the size of the picture.
struct Plan {
  int P;
  Method method;
  std::vector<Sample> samples;
  RowSamples row_samples;      // the same, for the row kernels
  bool nearest;                // whether these are the samples of P = 8, R = 1
  const std::uint8_t* labels;  // of every code, or null
  RankBuckets ranks;           // of smallest rotations, or null
};

// The pictures must not be empty.
Plan make_plan(int P, Method method, const std::vector<Sample>& samples, const Pictures& pictures,
               Border border);

// Whether there is nothing to do. Throws std::invalid_argument on negative sizes.
bool is_empty(const Pictures& pictures);

// Throws std::invalid_argument unless `type` holds every value of `method` at every scale, and as
// is_empty does.
void check_call(const Pictures& pictures, const std::vector<Scale>& scales, Method method,
                ValueType type);

}  // namespace ril
