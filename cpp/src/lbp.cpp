// The driver: pictures into strips, strips into rows, rows into values, at every scale.
#include "ril/lbp.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "padded_rows.hpp"
#include "parallel.hpp"
#include "plan.hpp"
#include "rotations.hpp"
#include "rows.hpp"

namespace ril {
namespace {

constexpr std::int64_t kBlock = 1024;          // pixels of a row at a time: their codes stay in L1
constexpr std::int64_t kVarBlock = 128;        // `var` keeps P sums of each pixel
constexpr std::int64_t kStripBytes = 1 << 18;  // padded rows at a time: they stay in L2

Reach reach_of(const std::vector<Plan>& plans) {
  Reach reach;
  for (const Plan& plan : plans) {
    for (const Sample& sample : plan.samples) {
      for (const Tap& tap : sample) {
        reach.include(tap.row, tap.column);
      }
    }
  }
  return reach;
}

// The array of values, whatever their type.
struct Cursor {
  void* data;
  ValueType type;

  template <class Value>
  Value* at(std::int64_t index) const {
    return static_cast<Value*>(data) + index;
  }
};

// Values [index, index + n) of one row; those up to `end` are this worker's to write later.
struct Target {
  Cursor values;
  std::int64_t index;
  std::int64_t n;
  std::int64_t end;

  // Where kernels may put codes, slack included: the values themselves, or `buffer`.
  template <class Code>
  Code* place_for_codes(Code* buffer) const {
    constexpr ValueType kType = sizeof(Code) == 1   ? ValueType::uint8
                                : sizeof(Code) == 2 ? ValueType::uint16
                                                    : ValueType::uint32;
    const bool has_room = index + n + kRowSlack <= end;
    return values.type == kType && has_room ? values.at<Code>(index) : buffer;
  }
};

// Calls write(pointer) with the values' own type. `var` has float32 to itself.
template <class Write>
void with_integer_values(const Cursor& values, std::int64_t index, Write write) {
  switch (values.type) {
    case ValueType::uint8:
      return write(values.at<std::uint8_t>(index));
    case ValueType::uint16:
      return write(values.at<std::uint16_t>(index));
    default:
      return write(values.at<std::uint32_t>(index));
  }
}

void smallest_rotations(std::uint16_t* codes, int P, std::int64_t n) {
  mapping_kernels().smallest16(codes, P, n);
}
void smallest_rotations(std::uint32_t* codes, int P, std::int64_t n) {
  mapping_kernels().smallest32(codes, P, n);
}

// Each value is value_of(its code).
template <class Code, class ValueOf>
void store_each(const Code* codes, const Target& target, ValueOf value_of) {
  with_integer_values(target.values, target.index, [&](auto* to) {
    using Value = std::remove_pointer_t<decltype(to)>;
    const std::int64_t n = target.n;  // bytes written through `to` could change target.n
    for (std::int64_t i = 0; i < n; ++i) {
      to[i] = static_cast<Value>(value_of(codes[i]));
    }
  });
}

template <class Code>
void store_as_they_are(const Code* codes, const Target& target) {
  if (codes != target.values.at<Code>(target.index)) {
    store_each(codes, target, [](Code code) { return code; });
  }
}

// Codes to values; may overwrite the codes.
void store_values(const Plan& plan, std::uint8_t* codes, const Target& target) {
  if (plan.labels != nullptr) {
    mapping_kernels().look_up(plan.labels, codes, target.n);
  }
  store_as_they_are(codes, target);
}

template <class Code>
void store_values(const Plan& plan, Code* codes, const Target& target) {
  if (plan.method == Method::ror || plan.ranks.entries != nullptr) {
    smallest_rotations(codes, plan.P, target.n);
  }
  if constexpr (sizeof(Code) == 4) {
    if (plan.method == Method::uniform) {
      mapping_kernels().uniform32(codes, plan.P, target.n);
    }
  }
  if (plan.labels != nullptr) {
    store_each(codes, target, [labels = plan.labels](Code code) { return labels[code]; });
  } else if (plan.ranks.entries != nullptr) {
    store_each(codes, target, [ranks = plan.ranks](Code code) { return ranks.label(code); });
  } else if (plan.method == Method::nri_uniform) {
    store_each(codes, target, [P = plan.P](Code code) { return oriented_uniform_label(code, P); });
  } else {
    store_as_they_are(codes, target);
  }
}

// Buffers of one worker, kept from strip to strip. Nothing is read before it is written, but for
// the slack behind the codes, whose values do not count. Codes start on a cache line: a kernel that
// reads what another has just stored must not wait for a store across two lines.
template <class Pixel>
struct Scratch {
  explicit Scratch(PaddedRows<Pixel> empty) : rows(std::move(empty)) {}  // NOLINT: see above

  PaddedRows<Pixel> rows;
  alignas(64) std::uint8_t codes8[kBlock + kRowSlack];
  alignas(64) std::uint16_t codes16[kBlock + kRowSlack];
  alignas(64) std::uint32_t codes32[kBlock + kRowSlack];
  double sums[kMaxP][kVarBlock];
};

Neighbours neighbours_of(const Plan& plan, std::int64_t stride) {
  Neighbours neighbours{plan.row_samples, stride, {}};
  for (int s = 0; s < plan.row_samples.count; ++s) {
    const RowSample& sample = plan.row_samples.all[s];
    neighbours.offsets[s] = sample.row * stride + sample.column;
  }
  return neighbours;
}

template <class Pixel, class Row>
void variance_block(const Neighbours& neighbours, const Row* pixels, std::int64_t n, float* values,
                    Scratch<Pixel>& scratch) {
  const int P = neighbours.samples.count;
  for (int p = 0; p < P; ++p) {
    const RowSample& sample = neighbours.samples.all[p];
    row_kernels<Row>().sums(neighbours, p, pixels, n, scratch.sums[sample.p]);
  }
  for (std::int64_t i = 0; i < n; ++i) {
    double total = 0;
    for (int p = 0; p < P; ++p) {
      total += scratch.sums[p][i];
    }
    const double mean = total / P;
    double squares = 0;
    for (int p = 0; p < P; ++p) {
      const double deviation = scratch.sums[p][i] - mean;
      squares += deviation * deviation;
    }
    values[i] = static_cast<float>(squares / P / (kWeightOne * kWeightOne));
  }
}

template <class Pixel>
void values_of_block(const Plan& plan, const Neighbours& neighbours, std::int64_t row,
                     std::int64_t column, const Target& target, Scratch<Pixel>& scratch) {
  using Row = typename PaddedRows<Pixel>::Row;
  const RowKernels<Row>& kernels = row_kernels<Row>();
  const Row* pixels = scratch.rows.row(row) + column;
  const auto make_codes = [&](auto kernel, auto* buffer) {
    auto* codes = target.place_for_codes(buffer);
    kernel(neighbours, pixels, target.n, codes);
    store_values(plan, codes, target);
  };
  if (plan.method == Method::var) {
    variance_block(neighbours, pixels, target.n, target.values.at<float>(target.index), scratch);
  } else if (plan.nearest && kernels.nearest != nullptr) {
    std::uint8_t* codes = target.place_for_codes(scratch.codes8);
    kernels.nearest(pixels, neighbours.stride, target.n, plan.labels, codes);
    store_as_they_are(codes, target);
  } else if (plan.P <= 8) {
    make_codes(kernels.codes8, scratch.codes8);
  } else if (plan.P <= 16) {
    make_codes(kernels.codes16, scratch.codes16);
  } else {
    make_codes(kernels.codes32, scratch.codes32);
  }
}

std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

template <class Pixel>
void run_strips(const Pictures& pictures, const std::vector<Plan>& plans, Border border,
                int num_threads, const Cursor& values) {
  const std::int64_t height = pictures.height;
  const std::int64_t width = pictures.width;
  const Reach reach = reach_of(plans);

  // A strip is as high as the cache allows and at least twice what it must read around itself.
  // Pictures are shared out before rows are: strips get lower only if threads would go without.
  const std::int64_t stride = PaddedRows<Pixel>::stride(width, reach);
  const std::int64_t row_bytes =
      stride * static_cast<std::int64_t>(sizeof(typename PaddedRows<Pixel>::Row));
  const std::int64_t around = 2 * (reach.up + reach.down);
  std::int64_t strip = std::max({std::int64_t{1}, kStripBytes / row_bytes, around});
  strip = std::min(strip, ceil_div(height, ceil_div(num_threads, pictures.count)));
  const std::int64_t strips = ceil_div(height, strip);

  const auto num_scales = static_cast<std::int64_t>(plans.size());
  const std::int64_t num_tasks = pictures.count * strips;
  const auto workers = static_cast<std::size_t>(std::min<std::int64_t>(num_threads, num_tasks));
  std::vector<Neighbours> neighbours;
  for (const Plan& plan : plans) {
    neighbours.push_back(neighbours_of(plan, stride));
  }
  std::vector<Scratch<Pixel>> scratches;
  scratches.reserve(workers);
  for (std::size_t i = 0; i < workers; ++i) {
    scratches.emplace_back(PaddedRows<Pixel>(strip, width, reach));
  }
  parallel_for(num_tasks, num_threads, [&](std::int64_t task, int worker) {
    Scratch<Pixel>& scratch = scratches[static_cast<std::size_t>(worker)];
    const std::int64_t n = task / strips;
    const std::int64_t first = task % strips * strip;
    const std::int64_t last = std::min(first + strip, height);
    scratch.rows.fill(static_cast<const Pixel*>(pictures.data) + n * height * width, height, first,
                      last, border);
    for (std::int64_t s = 0; s < num_scales; ++s) {
      const Plan& plan = plans[static_cast<std::size_t>(s)];
      const Neighbours& places = neighbours[static_cast<std::size_t>(s)];
      const std::int64_t block = plan.method == Method::var ? kVarBlock : kBlock;
      const std::int64_t top = (n * num_scales + s) * height;
      for (std::int64_t row = first; row < last; ++row) {
        for (std::int64_t column = 0; column < width; column += block) {
          const Target target = {values, (top + row) * width + column,
                                 std::min(block, width - column), (top + last) * width};
          values_of_block(plan, places, row, column, target, scratch);
        }
      }
    }
  });
}

void run(const Pictures& pictures, const std::vector<Plan>& plans, Border border, int num_threads,
         const Cursor& values) {
  const int threads = resolved_threads(num_threads);
  switch (pictures.type) {
    case PixelType::uint8:
      return run_strips<std::uint8_t>(pictures, plans, border, threads, values);
    case PixelType::int8:
      return run_strips<std::int8_t>(pictures, plans, border, threads, values);
    case PixelType::uint16:
      return run_strips<std::uint16_t>(pictures, plans, border, threads, values);
    case PixelType::int16:
      return run_strips<std::int16_t>(pictures, plans, border, threads, values);
    case PixelType::uint32:
      return run_strips<std::uint32_t>(pictures, plans, border, threads, values);
    case PixelType::int32:
      return run_strips<std::int32_t>(pictures, plans, border, threads, values);
    case PixelType::uint64:
      return run_strips<std::uint64_t>(pictures, plans, border, threads, values);
    case PixelType::int64:
      return run_strips<std::int64_t>(pictures, plans, border, threads, values);
    case PixelType::float32:
      return run_strips<float>(pictures, plans, border, threads, values);
    case PixelType::float64:
      return run_strips<double>(pictures, plans, border, threads, values);
  }
  throw std::invalid_argument("unknown pixel type");
}

}  // namespace

ValueType value_type(Method method, int P) {
  if (P < 1 || P > kMaxP) {
    throw std::invalid_argument("P must be in 1..31");
  }
  if (method == Method::rank && P > kMaxRankP) {
    throw std::invalid_argument("rank needs P of at most 24");
  }
  switch (method) {
    case Method::rank:
    case Method::uniform:
      return ValueType::uint8;
    case Method::nri_uniform:
      return P * (P - 1) + 2 <= 255 ? ValueType::uint8 : ValueType::uint16;
    case Method::var:
      return ValueType::float32;
    default:
      return P <= 8 ? ValueType::uint8 : P <= 16 ? ValueType::uint16 : ValueType::uint32;
  }
}

void local_binary_pattern(const Pictures& pictures, const std::vector<Scale>& scales, Method method,
                          Border border, int num_threads, const Values& values) {
  check_call(pictures, scales, method, values.type);
  if (num_threads < 0) {
    throw std::invalid_argument("num_threads must not be negative");
  }
  if (is_empty(pictures)) {
    return;
  }
  std::vector<Plan> plans;
  plans.reserve(scales.size());
  for (const Scale& scale : scales) {
    plans.push_back(make_plan(scale.P, method, sampling(scale.P, scale.R), pictures, border));
  }
  run(pictures, plans, border, num_threads, {values.data, values.type});
}

void square_lbp(const Pictures& pictures, Border border, int num_threads, std::uint8_t* values) {
  if (num_threads < 0) {
    throw std::invalid_argument("num_threads must not be negative");
  }
  if (is_empty(pictures)) {
    return;
  }
  constexpr std::int64_t kSquare[8][2] = {{0, 1},  {-1, 1}, {-1, 0}, {-1, -1},
                                          {0, -1}, {1, -1}, {1, 0},  {1, 1}};
  std::vector<Sample> samples;
  for (const auto& [row, column] : kSquare) {
    samples.push_back({{{row, column, 1}, {}, {}, {}}});  // the other taps weigh nothing
  }
  run(pictures, {make_plan(8, Method::standard, samples, pictures, border)}, border, num_threads,
      {values, ValueType::uint8});
}

}  // namespace ril
