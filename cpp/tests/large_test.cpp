// Pictures of more than 2^31 pixels, without their memory. What is read is a sparse mapping, whose
// untouched pages are one page of zeros. What is written goes to one megabyte that is mapped again
// and again; only the end has memory of its own, so that an address cut to 32 bits would leave the
// end unwritten, and one beyond the mappings would fault.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "check.hpp"
#include "ril/lbp.hpp"

namespace {

constexpr std::int64_t kWindow = 1 << 20;
constexpr std::int64_t kEnd = 2 * kWindow;
constexpr std::uint8_t kUnwritten = 77;  // no value of P = 1

// Address space between two pages that fault.
class Guarded {
 public:
  explicit Guarded(std::int64_t size) : size_(ceil(size, kWindow) + 2 * kWindow) {
    void* base = mmap(nullptr, static_cast<std::size_t>(size_), PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    base_ = base == MAP_FAILED ? nullptr : static_cast<std::uint8_t*>(base);
  }
  ~Guarded() {
    if (base_ != nullptr) munmap(base_, static_cast<std::size_t>(size_));
  }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  std::uint8_t* data() const { return base_ + kWindow; }
  bool failed() const { return base_ == nullptr || failed_; }

  // [0, size) may be read and written; zeros that take no memory until they are written.
  void make_sparse(std::int64_t size) {
    map(0, ceil(size, kWindow), MAP_PRIVATE, -1);
    madvise(data(), static_cast<std::size_t>(size), MADV_HUGEPAGE);  // fewer faults
  }

  // The same, but all of it up to its last `kEnd` bytes is one and the same window.
  void make_folded(std::int64_t size) {
    const int window = memfd_create("window", 0);
    failed_ = failed_ || window < 0 || ftruncate(window, kWindow) != 0;
    const std::int64_t total = ceil(size, kWindow);
    for (std::int64_t first = 0; first < total - kEnd; first += kWindow) {
      map(first, kWindow, MAP_SHARED | MAP_POPULATE, window);
    }
    map(total - kEnd, kEnd, MAP_PRIVATE, -1);
    close(window);
  }

 private:
  static std::int64_t ceil(std::int64_t size, std::int64_t step) {
    return (size + step - 1) / step * step;
  }
  void map(std::int64_t first, std::int64_t size, int sharing, int file) {
    const int anonymous = file < 0 ? MAP_ANONYMOUS | MAP_NORESERVE : 0;
    failed_ =
        failed_ || mmap(data() + first, static_cast<std::size_t>(size), PROT_READ | PROT_WRITE,
                        MAP_FIXED | sharing | anonymous, file, 0) == MAP_FAILED;
  }

  std::int64_t size_;
  std::uint8_t* base_ = nullptr;
  bool failed_ = false;
};

// The last rows of the last picture must be those of a small picture of these rows alone.
void check_end(std::int64_t count, std::int64_t height, std::int64_t width) {
  const std::int64_t size = count * height * width;
  CHECK(size > std::int64_t{1} << 31);
  Guarded pixels(size);
  Guarded values(size);
  pixels.make_sparse(size);
  values.make_folded(size);
  if (pixels.failed() || values.failed()) {
    std::printf("skipped: no address space for %lld pixels\n", static_cast<long long>(size));
    return;
  }

  const std::int64_t rows = std::min(height, kEnd / width / 2);
  const std::int64_t part = rows * width;
  std::uint8_t* const last = pixels.data() + size - part;
  for (std::int64_t i = 0; i < part; ++i) {
    last[i] = static_cast<std::uint8_t>(i * i % 251);
  }
  std::fill_n(values.data() + size - part, part, kUnwritten);
  // One neighbour, on the right: rows do not depend on each other, and it is soon done.
  const auto run = [](const std::uint8_t* in, std::int64_t n, std::int64_t h, std::int64_t w,
                      std::uint8_t* out) {
    ril::local_binary_pattern({in, ril::PixelType::uint8, n, h, w}, {{1, 1}}, ril::Method::standard,
                              ril::Border::edge, 2, {out, ril::ValueType::uint8});
  };
  run(pixels.data(), count, height, width, values.data());

  std::vector<std::uint8_t> expected(static_cast<std::size_t>(part));
  run(last, 1, rows, width, expected.data());
  CHECK(std::equal(expected.begin(), expected.end(), values.data() + size - part));
  CHECK(*std::max_element(expected.begin(), expected.end()) == 1);
}

}  // namespace

int main() {
  constexpr std::int64_t kTwo31 = std::int64_t{1} << 31;
  check_end(1, kTwo31 / 4096 + 100, 4096);
  check_end(kTwo31 / (512 * 512) + 1, 512, 512);
  return check::failures();
}
