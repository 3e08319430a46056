// ril._core: views of arrays in, the GIL released, one call. Arguments are checked in Python.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "names.hpp"
#include "ril/histogram.hpp"
#include "ril/lbp.hpp"
#include "ril/skimage.hpp"

namespace py = pybind11;

namespace {

ril::PixelType pixel_type(const py::dtype& dtype) {
  const auto size = dtype.itemsize();
  switch (dtype.kind()) {
    case 'b':
      return ril::PixelType::uint8;
    case 'u':
      if (size == 1) return ril::PixelType::uint8;
      if (size == 2) return ril::PixelType::uint16;
      if (size == 4) return ril::PixelType::uint32;
      if (size == 8) return ril::PixelType::uint64;
      break;
    case 'i':
      if (size == 1) return ril::PixelType::int8;
      if (size == 2) return ril::PixelType::int16;
      if (size == 4) return ril::PixelType::int32;
      if (size == 8) return ril::PixelType::int64;
      break;
    case 'f':
      if (size == 4) return ril::PixelType::float32;
      if (size == 8) return ril::PixelType::float64;
      break;
    default:
      break;
  }
  throw std::invalid_argument("unsupported pixel dtype");
}

ril::ValueType value_type(const py::dtype& dtype) {
  const auto size = dtype.itemsize();
  if (dtype.kind() == 'f' && size == 4) return ril::ValueType::float32;
  if (dtype.kind() == 'u' && size == 1) return ril::ValueType::uint8;
  if (dtype.kind() == 'u' && size == 2) return ril::ValueType::uint16;
  if (dtype.kind() == 'u' && size == 4) return ril::ValueType::uint32;
  throw std::invalid_argument("unsupported value dtype");
}

// (N, H, W), C-contiguous.
ril::Pictures pictures_of(const py::array& array) {
  if (array.ndim() != 3 || (array.flags() & py::array::c_style) == 0) {
    throw std::invalid_argument("pictures must be (N, H, W) and C-contiguous");
  }
  return {array.data(), pixel_type(array.dtype()), array.shape(0), array.shape(1), array.shape(2)};
}

void check_room(const py::array& values, const ril::Pictures& pictures, std::size_t num_scales) {
  const bool fits = (values.flags() & py::array::c_style) != 0 && values.writeable() &&
                    values.size() == pictures.count * pictures.height * pictures.width *
                                         static_cast<py::ssize_t>(num_scales);
  if (!fits) {
    throw std::invalid_argument("values must be (N, S, H, W), C-contiguous and writeable");
  }
}

void lbp(const py::array& array, const std::vector<std::pair<int, double>>& scales,
         const std::string& method, const std::string& border, int num_threads, py::array values) {
  const ril::Pictures pictures = pictures_of(array);
  check_room(values, pictures, scales.size());
  std::vector<ril::Scale> plain;
  plain.reserve(scales.size());
  for (const auto& [P, R] : scales) {
    plain.push_back({P, R});
  }
  const ril::Values out{values.mutable_data(), value_type(values.dtype())};
  const ril::Method chosen = ril::method_named(method);
  const ril::Border outside = ril::border_named(border);
  const py::gil_scoped_release released;  // nothing below touches a Python object
  ril::local_binary_pattern(pictures, plain, chosen, outside, num_threads, out);
}

void square_lbp(const py::array& array, const std::string& border, int num_threads,
                py::array_t<std::uint8_t> values) {
  const ril::Pictures pictures = pictures_of(array);
  check_room(values, pictures, 1);
  std::uint8_t* out = values.mutable_data();
  const ril::Border outside = ril::border_named(border);
  const py::gil_scoped_release released;  // nothing below touches a Python object
  ril::square_lbp(pictures, outside, num_threads, out);
}

void skimage_lbp(const py::array& array, const std::vector<std::pair<double, double>>& offsets,
                 const std::string& method, int num_threads, py::array_t<double> values) {
  const ril::Pictures pictures = pictures_of(array);
  check_room(values, pictures, 1);
  std::vector<ril::Offset> plain;
  plain.reserve(offsets.size());
  for (const auto& [row, column] : offsets) {
    plain.push_back({row, column});
  }
  double* out = values.mutable_data();
  const ril::Method chosen = ril::method_named(method);
  const py::gil_scoped_release released;  // nothing below touches a Python object
  ril::skimage_local_binary_pattern(pictures, plain, chosen, num_threads, out);
}

using Counts = py::array_t<std::int64_t>;
using Mask = std::optional<py::array_t<std::uint8_t>>;

// Of (N, G_r, G_c, num_bins) counts; `mask` must be (N, H, W).
ril::Grid grid_of(const py::array& pictures, const Mask& mask, const Counts& counts) {
  if (counts.ndim() != 4 || counts.shape(0) != pictures.shape(0) ||
      (counts.flags() & py::array::c_style) == 0) {
    throw std::invalid_argument("counts must be (N, rows, columns, bins) and C-contiguous");
  }
  if (mask && (mask->size() != pictures.size() || (mask->flags() & py::array::c_style) == 0)) {
    throw std::invalid_argument("mask must be (N, H, W) and C-contiguous");
  }
  return {counts.shape(1), counts.shape(2)};
}

void lbp_histogram(const py::array& values, const Mask& mask, int num_threads, Counts counts) {
  if (values.ndim() != 3 || (values.flags() & py::array::c_style) == 0) {
    throw std::invalid_argument("values must be (N, H, W) and C-contiguous");
  }
  const ril::Grid grid = grid_of(values, mask, counts);
  const ril::ValueType type = value_type(values.dtype());
  const std::int64_t num_bins = counts.shape(3);
  const std::uint8_t* counted = mask ? mask->data() : nullptr;
  std::int64_t* out = counts.mutable_data();
  const void* data = values.data();
  const std::int64_t shape[] = {values.shape(0), values.shape(1), values.shape(2)};
  const py::gil_scoped_release released;  // nothing below touches a Python object
  ril::count_values(data, type, shape[0], shape[1], shape[2], counted, grid, num_bins, num_threads,
                    out);
}

void local_binary_pattern_histogram(const py::array& array, int P, double R,
                                    const std::string& method, const std::string& border,
                                    const Mask& mask, int num_threads, Counts counts) {
  const ril::Pictures pictures = pictures_of(array);
  const ril::Grid grid = grid_of(array, mask, counts);
  const ril::Method chosen = ril::method_named(method);
  if (counts.shape(3) != ril::num_labels(chosen, P)) {
    throw std::invalid_argument("counts must have num_labels bins");
  }
  const ril::Border outside = ril::border_named(border);
  const std::uint8_t* counted = mask ? mask->data() : nullptr;
  std::int64_t* out = counts.mutable_data();
  const py::gil_scoped_release released;  // nothing below touches a Python object
  ril::local_binary_pattern_histogram(pictures, {P, R}, chosen, outside, counted, grid, num_threads,
                                      out);
}

std::vector<std::vector<std::tuple<std::int64_t, std::int64_t, std::int32_t>>> sampling(int P,
                                                                                        double R) {
  std::vector<std::vector<std::tuple<std::int64_t, std::int64_t, std::int32_t>>> table;
  for (const ril::Sample& sample : ril::sampling(P, R)) {
    table.emplace_back();
    for (const ril::Tap& tap : sample) {
      table.back().emplace_back(tap.row, tap.column, tap.weight);
    }
  }
  return table;
}

}  // namespace

PYBIND11_MODULE(_core, m) {
  m.doc() = "The kernels behind ril.lbp, which checks their arguments.";
  m.def("lbp", &lbp, py::arg("pictures").noconvert(), py::arg("scales"), py::arg("method"),
        py::arg("border"), py::arg("num_threads"), py::arg("values").noconvert());
  m.def("square_lbp", &square_lbp, py::arg("pictures").noconvert(), py::arg("border"),
        py::arg("num_threads"), py::arg("values").noconvert());
  m.def("skimage_lbp", &skimage_lbp, py::arg("pictures").noconvert(), py::arg("offsets"),
        py::arg("method"), py::arg("num_threads"), py::arg("values").noconvert());
  m.def("lbp_histogram", &lbp_histogram, py::arg("values").noconvert(), py::arg("mask").noconvert(),
        py::arg("num_threads"), py::arg("counts").noconvert());
  m.def("local_binary_pattern_histogram", &local_binary_pattern_histogram,
        py::arg("pictures").noconvert(), py::arg("P"), py::arg("R"), py::arg("method"),
        py::arg("border"), py::arg("mask").noconvert(), py::arg("num_threads"),
        py::arg("counts").noconvert());
  m.def("sampling", &sampling, py::arg("P"), py::arg("R"));
  m.def("num_rotation_classes", &ril::num_rotation_classes, py::arg("P"));
  m.def("instruction_set", &ril::instruction_set);
  m.def("has_openmp", &ril::has_openmp);
}
