#include "plan.hpp"

#include <algorithm>
#include <stdexcept>

namespace ril {
namespace {

std::vector<Sample> reduced(std::vector<Sample> samples, const Pictures& pictures, Border border) {
  for (Sample& sample : samples) {
    const std::int64_t top = reduced_offset(sample[0].row, pictures.height, border);
    const std::int64_t left = reduced_offset(sample[0].column, pictures.width, border);
    for (std::size_t k = 0; k < 4; ++k) {
      sample[k].row = top + static_cast<std::int64_t>(k / 2);
      sample[k].column = left + static_cast<std::int64_t>(k % 2);
    }
  }
  return samples;
}

// Made when the library is loaded: a local one would take a lock in its first call, and a process
// forked meanwhile would wait for it for ever.
const std::vector<Sample> kNearest = sampling(8, 1);

bool are_nearest(const std::vector<Sample>& samples) {
  return std::equal(samples.begin(), samples.end(), kNearest.begin(), kNearest.end(),
                    [](const Sample& a, const Sample& b) {
                      return std::equal(
                          a.begin(), a.end(), b.begin(), [](const Tap& x, const Tap& y) {
                            return x.row == y.row && x.column == y.column && x.weight == y.weight;
                          });
                    });
}

}  // namespace

Plan make_plan(int P, Method method, const std::vector<Sample>& samples, const Pictures& pictures,
               Border border) {
  Plan plan{P, method, reduced(samples, pictures, border), {}, false, nullptr, {0, nullptr}};
  plan.row_samples = row_samples(plan.samples);
  plan.nearest = are_nearest(plan.samples);
  const bool fits_bytes =
      method == Method::uniform || method == Method::nri_uniform || method == Method::rank;
  if ((fits_bytes && P <= kMaxTableP) || (method == Method::ror && P <= 8)) {
    plan.labels = label_table(method, P);
  } else if (method == Method::rank) {
    plan.ranks = rank_buckets(P);
  }
  return plan;
}

bool is_empty(const Pictures& pictures) {
  if (pictures.count < 0 || pictures.height < 0 || pictures.width < 0) {
    throw std::invalid_argument("sizes must not be negative");
  }
  return pictures.count == 0 || pictures.height == 0 || pictures.width == 0;
}

void check_call(const Pictures& pictures, const std::vector<Scale>& scales, Method method,
                ValueType type) {
  static_cast<void>(is_empty(pictures));
  for (const Scale& scale : scales) {
    const ValueType needed = value_type(method, scale.P);
    const bool is_float = type == ValueType::float32;
    if (is_float != (needed == ValueType::float32) || type < needed) {
      throw std::invalid_argument("values cannot hold every value of the method");
    }
  }
}

}  // namespace ril
