// ril._cuda: addresses on a device and a stream, as integers. Arguments are checked in Python.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "names.hpp"
#include "ril/lbp_cuda.hpp"

namespace py = pybind11;

namespace {

ril::PixelType pixel_type(const std::string& dtype) {
  static const std::pair<const char*, ril::PixelType> kNames[] = {
      {"bool", ril::PixelType::uint8},      {"uint8", ril::PixelType::uint8},
      {"int8", ril::PixelType::int8},       {"uint16", ril::PixelType::uint16},
      {"int16", ril::PixelType::int16},     {"uint32", ril::PixelType::uint32},
      {"int32", ril::PixelType::int32},     {"uint64", ril::PixelType::uint64},
      {"int64", ril::PixelType::int64},     {"float32", ril::PixelType::float32},
      {"float64", ril::PixelType::float64},
  };
  for (const auto& [name, type] : kNames) {
    if (dtype == name) return type;
  }
  throw std::invalid_argument("unsupported pixel dtype " + dtype);
}

ril::ValueType value_type(const std::string& dtype) {
  if (dtype == "uint8") return ril::ValueType::uint8;
  if (dtype == "uint16") return ril::ValueType::uint16;
  if (dtype == "uint32") return ril::ValueType::uint32;
  if (dtype == "float32") return ril::ValueType::float32;
  throw std::invalid_argument("unsupported value dtype " + dtype);
}

void* pointer(std::uintptr_t address) {
  return reinterpret_cast<void*>(address);  // NOLINT(performance-no-int-to-ptr)
}

void lbp(std::uintptr_t pictures, const std::string& pixel_dtype,
         const std::array<std::int64_t, 3>& shape,
         const std::vector<std::pair<int, double>>& scales, const std::string& method,
         const std::string& border, std::uintptr_t values, const std::string& value_dtype,
         std::uintptr_t stream) {
  const ril::Pictures in{pointer(pictures), pixel_type(pixel_dtype), shape[0], shape[1], shape[2]};
  const ril::Values out{pointer(values), value_type(value_dtype)};
  std::vector<ril::Scale> plain;
  plain.reserve(scales.size());
  for (const auto& [P, R] : scales) {
    plain.push_back({P, R});
  }
  const ril::Method chosen = ril::method_named(method);
  const ril::Border outside = ril::border_named(border);
  const py::gil_scoped_release released;  // nothing below touches a Python object
  ril::cuda::local_binary_pattern(in, plain, chosen, outside, out, pointer(stream));
}

}  // namespace

PYBIND11_MODULE(_cuda, m) {
  m.doc() = "The kernels behind ril.torch on CUDA tensors; importable without a driver.";
  m.def("lbp", &lbp, py::arg("pictures"), py::arg("pixel_dtype"), py::arg("shape"),
        py::arg("scales"), py::arg("method"), py::arg("border"), py::arg("values"),
        py::arg("value_dtype"), py::arg("stream"));
  m.def("device_count", &ril::cuda::device_count);
}
