// The kernels on a device against the CPU: small enough to be run under compute-sanitizer, and
// without Python. Passes, saying so, where there is no device.
#include <cuda_runtime.h>

#include <cstdio>
#include <random>
#include <vector>

#include "check.hpp"
#include "ril/lbp_cuda.hpp"

namespace {

using ril::Border;
using ril::Method;
using ril::PixelType;
using ril::ValueType;

// An array on the device.
template <class T>
class OnDevice {
 public:
  explicit OnDevice(const std::vector<T>& host) : size_(host.size()) {
    CHECK(cudaMalloc(&data_, size_ * sizeof(T)) == cudaSuccess);
    CHECK(cudaMemcpy(data_, host.data(), size_ * sizeof(T), cudaMemcpyHostToDevice) == cudaSuccess);
  }
  OnDevice(const OnDevice&) = delete;
  OnDevice& operator=(const OnDevice&) = delete;
  ~OnDevice() { cudaFree(data_); }

  void* data() const { return data_; }
  std::vector<T> host() const {
    std::vector<T> copy(size_);
    CHECK(cudaMemcpy(copy.data(), data_, size_ * sizeof(T), cudaMemcpyDeviceToHost) == cudaSuccess);
    return copy;
  }

 private:
  std::size_t size_;
  void* data_ = nullptr;
};

template <class Pixel>
void check_call(PixelType type, std::int64_t count, std::int64_t height, std::int64_t width,
                const std::vector<ril::Scale>& scales, Method method, Border border) {
  std::mt19937_64 random(7);
  std::vector<Pixel> pixels(static_cast<std::size_t>(count * height * width));
  for (Pixel& pixel : pixels) {
    const std::uint64_t bits = random();
    pixel = static_cast<Pixel>(bits % 2 == 0 ? bits >> 7 : bits >> 7 & 3);
  }
  const auto value_type = method == Method::var ? ValueType::float32 : ValueType::uint32;
  std::vector<std::uint32_t> expected(pixels.size() * scales.size());
  ril::local_binary_pattern({pixels.data(), type, count, height, width}, scales, method, border, 1,
                            {expected.data(), value_type});
  const OnDevice<Pixel> pictures(pixels);
  const OnDevice<std::uint32_t> values(std::vector<std::uint32_t>(expected.size(), 0xABABABABu));
  cudaStream_t stream = nullptr;
  CHECK(cudaStreamCreate(&stream) == cudaSuccess);
  ril::cuda::local_binary_pattern({pictures.data(), type, count, height, width}, scales, method,
                                  border, {values.data(), value_type}, stream);
  CHECK(cudaStreamSynchronize(stream) == cudaSuccess);
  CHECK(cudaStreamDestroy(stream) == cudaSuccess);
  CHECK(values.host() == expected);
}

template <class Pixel>
void check_type(PixelType type) {
  for (const Method method : {Method::standard, Method::ror, Method::rank, Method::uniform,
                              Method::nri_uniform, Method::var}) {
    for (const Border border : {Border::edge, Border::constant, Border::reflect}) {
      check_call<Pixel>(type, 2, 19, 67, {{8, 1}, {16, 2}, {24, 3}}, method, border);
      check_call<Pixel>(type, 1, 5, 3, {{5, 0.3}, {12, 29.3}}, method, border);
      check_call<Pixel>(type, 1, 200, 300, {{8, 150}}, method, border);  // beyond shared memory
    }
  }
}

}  // namespace

int main() {
  if (ril::cuda::device_count() == 0) {
    std::puts("no CUDA device: nothing was tested");
    return 0;
  }
  check_type<std::uint8_t>(PixelType::uint8);
  check_type<std::int8_t>(PixelType::int8);
  check_type<std::uint16_t>(PixelType::uint16);
  check_type<std::int16_t>(PixelType::int16);
  check_type<std::uint32_t>(PixelType::uint32);
  check_type<std::int32_t>(PixelType::int32);
  check_type<std::uint64_t>(PixelType::uint64);
  check_type<std::int64_t>(PixelType::int64);
  check_type<float>(PixelType::float32);
  check_type<double>(PixelType::float64);
  return check::failures();
}
