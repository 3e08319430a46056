// The driver of the operator that equals scikit-image: pictures into panels of columns, panels into
// rows, rows into values.
#include "ril/skimage.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "parallel.hpp"
#include "rotations.hpp"
#include "rows.hpp"
#include "skimage_rows.hpp"

namespace ril {
namespace skimage {

#define RIL_DECLARE_KERNELS(isa) \
  namespace isa {                \
  extern const Kernels kernels;  \
  }
RIL_DECLARE_KERNELS(baseline)
#ifdef RIL_WITH_X86_ROWS
RIL_DECLARE_KERNELS(avx2)
RIL_DECLARE_KERNELS(avx512)
#endif

const Kernels& kernels() {
#ifdef RIL_WITH_X86_ROWS
  switch (chosen_instruction_set()) {
    case InstructionSet::avx512:
      return avx512::kernels;
    case InstructionSet::avx2:
      return avx2::kernels;
    default:
      break;
  }
#endif
  return baseline::kernels;
}

namespace {

constexpr std::int64_t kPanelBytes = 128 << 10;  // the rows that a pixel needs stay in L2
constexpr std::int64_t kMinPanel = 64;           // columns
constexpr std::int64_t kMaxPanel = 512;

// Columns of the picture up to `end` that have the same fraction: c + offset is rounded alike for
// all c that need as many bits, so a row has few of them.
struct Run {
  std::int64_t end;
  double fraction;
};

// Rows interpolated at one column offset. Every sample of that offset reads them.
struct Column {
  double offset;
  std::int64_t left;  // offsets of the taps, reduced to the size of the picture
  std::int64_t right;
  std::vector<Run> runs;  // of the whole row
};

// One sample: where its two rows are, and what it reads there.
struct Place {
  double row;        // the offset,
  double whole;      // its floor,
  std::int64_t top;  // and the rows of the taps, reduced to the size of the picture
  std::int64_t bottom;
  bool is_top;        // the row below counts for nothing
  int column;         // the interpolated column, or kPixels
  std::int64_t left;  // where pixels themselves are read, their column
};
constexpr int kPixels = -1;

// One call, ready to run.
struct Plan {
  const Pictures& pictures;
  Method method;
  std::vector<Column> columns;
  std::vector<Place> places;
  std::int64_t up = 0;  // how far taps lead from a pixel
  std::int64_t down = 0;
  std::int64_t left = 0;
  std::int64_t right = 0;
  const std::uint8_t* labels = nullptr;  // the label of every code, or null

  int P() const { return static_cast<int>(places.size()); }
  // Rows of the picture that one pixel needs at most.
  std::int64_t num_rows() const { return std::min(pictures.height, up + down + 1); }
};

std::int64_t reduced(double whole, std::int64_t size) {
  const auto limit = static_cast<double>(size + 1);
  const auto offset = static_cast<std::int64_t>(std::clamp(whole, -limit, limit));
  return reduced_offset(offset, size, Border::constant);
}

// The fraction of a pixel at which scikit-image samples, `offset` away from pixel `index`: what is
// left of index + offset above its floor. With five decimals, rounding does not reach that.
double fraction_at(std::int64_t index, double offset, double whole) {
  const auto pixel = static_cast<double>(index);
  return (pixel + offset) - (pixel + whole);
}

std::vector<Run> runs_of(double offset, std::int64_t width) {
  std::vector<Run> runs;
  for (std::int64_t column = 0; column < width; ++column) {
    const double fraction = fraction_at(column, offset, std::floor(offset));
    if (runs.empty() || runs.back().fraction != fraction) {
      runs.push_back({column, fraction});
    }
    runs.back().end = column + 1;
  }
  return runs;
}

int index_of_column(double offset, Plan& plan) {
  const auto same = [offset](const Column& column) { return column.offset == offset; };
  const auto found = std::find_if(plan.columns.begin(), plan.columns.end(), same);
  const auto index = static_cast<int>(found - plan.columns.begin());
  if (found == plan.columns.end()) {
    const double whole = std::floor(offset);
    const std::int64_t left = reduced(whole, plan.pictures.width);
    const std::int64_t right = left + (offset == whole ? 0 : 1);
    plan.columns.push_back({offset, left, right, runs_of(offset, plan.pictures.width)});
  }
  return index;
}

// A tap of weight 0 can be left out if no pixel is infinite.
Place place_of(const Offset& offset, Plan& plan) {
  const bool is_finite = plan.pictures.type < PixelType::float32;
  const double whole = std::floor(offset.row);
  const double whole_column = std::floor(offset.column);
  Place place{};
  place.row = offset.row;
  place.whole = whole;
  place.top = reduced(whole, plan.pictures.height);
  place.bottom = place.top + (offset.row == whole ? 0 : 1);
  place.is_top = is_finite && offset.row == whole;
  place.left = reduced(whole_column, plan.pictures.width);
  const bool is_pixel = is_finite && offset.column == whole_column;
  place.column = is_pixel ? kPixels : index_of_column(offset.column, plan);
  return place;
}

Plan plan_of(const Pictures& pictures, const std::vector<Offset>& offsets, Method method) {
  Plan plan{pictures, method, {}, {}, 0, 0, 0, 0, nullptr};
  for (const Offset& offset : offsets) {
    const Place place = place_of(offset, plan);
    plan.up = std::max(plan.up, -place.top);
    plan.down = std::max(plan.down, place.bottom);
    plan.left = std::max(plan.left, -place.left);
    plan.right = std::max(plan.right, place.left + 1);
    plan.places.push_back(place);
  }
  const bool is_mapped = method != Method::standard && method != Method::var;
  if ((is_mapped && plan.P() <= 8) || (method == Method::nri_uniform && plan.P() <= kMaxTableP)) {
    plan.labels = label_table(method, plan.P());
  }
  return plan;
}

struct alignas(64) Line {
  double doubles[kLine] = {};
};

// The rows of a panel of columns around the current one, as doubles and interpolated at every
// column offset. Each row of the picture is read once per panel.
class Panel {
 public:
  explicit Panel(const Plan& plan) : plan_(plan), num_rows_(plan.num_rows()) {
    const auto num_columns = static_cast<std::int64_t>(plan.columns.size());
    const std::int64_t column_bytes = num_rows_ * (num_columns + 1) * 8;
    const std::int64_t fitting = kPanelBytes / column_bytes / kMinPanel * kMinPanel;
    width_ = std::clamp(fitting, kMinPanel, kMaxPanel);
    margin_ = (plan.left + kLine - 1) / kLine * kLine;
    row_stride_ = (margin_ + width_ + plan.right + kLine - 1) / kLine * kLine + kLine;
    stride_ = width_ + kLine;
    rows_.resize(static_cast<std::size_t>(num_rows_ * row_stride_ / kLine));
    columns_.resize(static_cast<std::size_t>(num_rows_ * num_columns * stride_ / kLine));
    zeros_.resize(static_cast<std::size_t>(stride_ / kLine));
    codes_.resize(static_cast<std::size_t>(width_ + kRowSlack));
    bytes_.resize(static_cast<std::size_t>(width_ + kRowSlack));
    variances_.resize(static_cast<std::size_t>(width_));
    thresholds_.resize(static_cast<std::size_t>(stride_));
  }

  std::int64_t width() const { return width_; }

  // Rows [first, last) of picture n from `column` on, at most width() columns.
  void run(std::int64_t n, std::int64_t first, std::int64_t last, std::int64_t column,
           double* values) {
    const std::int64_t height = plan_.pictures.height;
    const std::int64_t size = std::min(width_, plan_.pictures.width - column);
    cut_pieces(column, size);
    std::int64_t next = std::max(std::int64_t{0}, first - plan_.up);
    for (std::int64_t row = first; row < last; ++row) {
      for (; next < std::min(height, row + plan_.down + 1); ++next) {
        read_row(n, next, column, size);
      }
      values_of_row(row, size, values + row * plan_.pictures.width + column);
    }
  }

 private:
  // Columns of the panel that one column offset interpolates with one fraction.
  struct Piece {
    std::int64_t index;  // of the column offset
    std::int64_t begin;
    std::int64_t size;
    std::int64_t left;
    std::int64_t right;
    double fraction;
  };

  // Ascending, because each writes up to a line past its end.
  void cut_pieces(std::int64_t column, std::int64_t size) {
    pieces_.clear();
    for (std::size_t c = 0; c < plan_.columns.size(); ++c) {
      const Column& at = plan_.columns[c];
      std::int64_t begin = 0;
      for (const Run& run : at.runs) {
        const std::int64_t end = std::min(run.end - column, size);
        if (end > begin) {
          pieces_.push_back({static_cast<std::int64_t>(c), begin, end - begin, at.left + begin,
                             at.right + begin, run.fraction});
          begin = end;
        }
      }
    }
  }

  double* row_at(std::int64_t place) {
    return rows_.data()->doubles + place * row_stride_ + margin_;
  }
  double* column_at(std::int64_t place, std::int64_t index) {
    const auto num_columns = static_cast<std::int64_t>(plan_.columns.size());
    return columns_.data()->doubles + (place * num_columns + index) * stride_;
  }

  void read_row(std::int64_t n, std::int64_t row, std::int64_t column, std::int64_t size) {
    constexpr std::int64_t kSizes[] = {1, 1, 2, 2, 4, 4, 8, 8, 4, 8};
    const auto& [data, type, count, height, width] = plan_.pictures;
    const auto kind = static_cast<std::size_t>(type);
    const std::int64_t begin = std::max(std::int64_t{0}, column - plan_.left);
    const std::int64_t end = std::min(width, column + size + plan_.right);
    const auto* pixels =
        static_cast<const char*>(data) + ((n * height + row) * width + begin) * kSizes[kind];
    const std::int64_t place = row % num_rows_;
    double* to = row_at(place);
    double* const all = to - margin_;
    std::fill(all, to + begin - column, 0.0);
    kernels().read[kind](pixels, end - begin, to + begin - column);
    std::fill(to + end - column, all + row_stride_, 0.0);
    for (const Piece& piece : pieces_) {
      kernels().interpolate(to + piece.left, to + piece.right, piece.fraction, piece.size,
                            column_at(place, piece.index) + piece.begin);
    }
  }

  void values_of_row(std::int64_t row, std::int64_t size, double* values) {
    const std::int64_t here = row % num_rows_;
    // Of a row `offset` away: rows that one pixel needs are at most num_rows_ - 1 apart.
    const auto tap_row = [&](const Place& at, std::int64_t offset) -> const double* {
      if (row + offset < 0 || row + offset >= plan_.pictures.height) {
        return zeros_.data()->doubles;
      }
      std::int64_t place = here + offset;
      place += place < 0 ? num_rows_ : place >= num_rows_ ? -num_rows_ : 0;
      return at.column == kPixels ? row_at(place) + at.left : column_at(place, at.column);
    };
    Sample samples[kMaxP];
    for (std::size_t p = 0; p < plan_.places.size(); ++p) {
      const Place& at = plan_.places[p];
      const double lower = fraction_at(row, at.row, at.whole);
      samples[p] = {tap_row(at, at.top), tap_row(at, at.bottom), 1.0 - lower, lower, at.is_top};
    }
    if (plan_.method == Method::var) {
      kernels().variances(samples, plan_.P(), size, variances_.data());
      std::copy(variances_.data(), variances_.data() + size, values);
    } else {
      const double* thresholds = row_at(here);
      if (plan_.pictures.type >= PixelType::float32) {
        kernels().to_thresholds(row_at(here), size, thresholds_.data());
        thresholds = thresholds_.data();
      }
      kernels().codes(samples, plan_.P(), thresholds, size, codes_.data());
      store_values(size, values);
    }
  }

  void store_values(std::int64_t n, double* values) {
    std::uint32_t* codes = codes_.data();
    const int P = plan_.P();
    if (P <= 8) {
      std::uint8_t* bytes = bytes_.data();
      kernels().to_bytes(codes, n, bytes);
      if (plan_.labels != nullptr) {
        mapping_kernels().look_up(plan_.labels, bytes, n);
      }
      return kernels().bytes_to_doubles(bytes, n, values);
    }
    if (plan_.method == Method::ror) {
      mapping_kernels().smallest32(codes, P, n);
    } else if (plan_.method == Method::uniform) {
      mapping_kernels().uniform32(codes, P, n);
    } else if (plan_.labels != nullptr) {
      std::transform(codes, codes + n, codes,
                     [labels = plan_.labels](std::uint32_t code) { return labels[code]; });
    } else if (plan_.method == Method::nri_uniform) {
      std::transform(codes, codes + n, codes,
                     [P](std::uint32_t code) { return oriented_uniform_label(code, P); });
    }
    kernels().to_doubles(codes, n, values);
  }

  const Plan& plan_;
  std::int64_t num_rows_;
  std::int64_t width_;
  std::int64_t margin_;
  std::int64_t row_stride_;
  std::int64_t stride_;
  std::vector<Piece> pieces_;
  std::vector<Line> rows_;     // row r of the picture in place r % num_rows_
  std::vector<Line> columns_;  // and all its interpolations
  std::vector<Line> zeros_;    // a row outside
  std::vector<std::uint32_t> codes_;
  std::vector<std::uint8_t> bytes_;
  std::vector<double> variances_;
  std::vector<double> thresholds_;  // of pictures that may hold infinity
};

void check(const Pictures& pictures, const std::vector<Offset>& offsets, Method method,
           int num_threads) {
  if (pictures.count < 0 || pictures.height < 0 || pictures.width < 0 || num_threads < 0) {
    throw std::invalid_argument("sizes and num_threads must not be negative");
  }
  if (offsets.empty() || offsets.size() > static_cast<std::size_t>(kMaxP)) {
    throw std::invalid_argument("P must be in 1..31");
  }
  for (const Offset& offset : offsets) {
    if (!std::isfinite(offset.row) || !std::isfinite(offset.column)) {
      throw std::invalid_argument("offsets must be finite");
    }
  }
  if (method == Method::rank) {
    throw std::invalid_argument("scikit-image has no rank");
  }
}

}  // namespace
}  // namespace skimage

void skimage_local_binary_pattern(const Pictures& pictures, const std::vector<Offset>& offsets,
                                  Method method, int num_threads, double* values) {
  skimage::check(pictures, offsets, method, num_threads);
  const auto& [data, type, count, height, width] = pictures;
  if (count == 0 || height == 0 || width == 0) {
    return;
  }
  const skimage::Plan plan = skimage::plan_of(pictures, offsets, method);
  const int threads = resolved_threads(num_threads);
  const std::int64_t share = std::min(height, (threads + count - 1) / count);  // of each picture
  parallel_for(count * share, threads, [&, width = width, height = height](std::int64_t task, int) {
    const std::int64_t n = task / share;
    const std::int64_t first = task % share * height / share;
    const std::int64_t last = (task % share + 1) * height / share;
    skimage::Panel panel(plan);
    for (std::int64_t column = 0; column < width; column += panel.width()) {
      panel.run(n, first, last, column, values + n * height * width);
    }
  });
}

}  // namespace ril
