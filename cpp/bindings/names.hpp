// The words that Python uses for the choices of the operator.
#pragma once

#include <stdexcept>
#include <string>

#include "ril/lbp.hpp"

namespace ril {

inline Border border_named(const std::string& name) {
  if (name == "edge") return Border::edge;
  if (name == "constant") return Border::constant;
  if (name == "reflect") return Border::reflect;
  throw std::invalid_argument("unknown border " + name);
}

inline Method method_named(const std::string& name) {
  if (name == "default") return Method::standard;
  if (name == "ror") return Method::ror;
  if (name == "rank") return Method::rank;
  if (name == "uniform") return Method::uniform;
  if (name == "nri_uniform") return Method::nri_uniform;
  if (name == "var") return Method::var;
  throw std::invalid_argument("unknown method " + name);
}

}  // namespace ril
