#include "ril/sampling.hpp"

#include <cmath>
#include <stdexcept>
#include <string>

namespace ril {
namespace {

constexpr double kTwoPi = 6.283185307179586;

double twelve_decimals(double x) {
  return std::nearbyint(x * 1e12) / 1e12;
}

std::int32_t fixed_point(double weight) {
  return static_cast<std::int32_t>(std::nearbyint(kWeightOne * weight));
}

}  // namespace

std::vector<Sample> sampling(int P, double R) {
  if (P < 1 || P > kMaxP) {
    throw std::invalid_argument("P must be in 1..31, got " + std::to_string(P));
  }
  if (!(R > 0 && R <= kMaxR)) {
    throw std::invalid_argument("R must be above 0 and at most 2**52, got " + std::to_string(R));
  }
  std::vector<Sample> samples;
  samples.reserve(static_cast<std::size_t>(P));
  for (int p = 0; p < P; ++p) {
    const double angle = kTwoPi * p / P;
    const double row = twelve_decimals(-R * std::sin(angle));
    const double column = twelve_decimals(R * std::cos(angle));
    const double top = std::floor(row);
    const double left = std::floor(column);
    const double down = row - top;
    const double right = column - left;
    const auto r = static_cast<std::int64_t>(top);
    const auto c = static_cast<std::int64_t>(left);
    samples.push_back({{{r, c, fixed_point((1 - down) * (1 - right))},
                        {r, c + 1, fixed_point((1 - down) * right)},
                        {r + 1, c, fixed_point(down * (1 - right))},
                        {r + 1, c + 1, fixed_point(down * right)}}});
  }
  return samples;
}

}  // namespace ril
