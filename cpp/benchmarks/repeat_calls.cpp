// Calls the operator so many times on one drawn picture, on one thread, and does nothing else:
//     repeat_calls CALLS SIDE METHOD (uint8 | uint16) P,R [P,R ...]
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "names.hpp"
#include "ril/lbp.hpp"

namespace {

ril::Scale scale_named(const std::string& pair) {
  const std::size_t comma = pair.find(',');
  return {std::stoi(pair.substr(0, comma)), std::stod(pair.substr(comma + 1))};
}

template <class Pixel>
void repeat(int calls, std::int64_t side, ril::PixelType type, ril::Method method,
            const std::vector<ril::Scale>& scales) {
  std::vector<Pixel> pixels(static_cast<std::size_t>(side * side));
  std::uint32_t noise = 1;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    noise = noise * 1664525u + 1013904223u;
    pixels[i] = static_cast<Pixel>(i / 97 + (noise >> 28));
  }
  ril::ValueType widest = ril::ValueType::uint8;
  for (const ril::Scale& scale : scales) {
    const ril::ValueType own = ril::value_type(method, scale.P);
    if (own > widest) widest = own;
  }
  std::vector<std::uint32_t> values(pixels.size() * scales.size());  // room for any type
  for (int call = 0; call < calls; ++call) {
    ril::local_binary_pattern({pixels.data(), type, 1, side, side}, scales, method,
                              ril::Border::edge, 1, {values.data(), widest});
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) {
    std::fprintf(stderr, "usage: repeat_calls CALLS SIDE METHOD (uint8 | uint16) P,R [P,R ...]\n");
    return 2;
  }
  try {
    std::vector<ril::Scale> scales;
    for (int i = 5; i < argc; ++i) {
      scales.push_back(scale_named(argv[i]));
    }
    const int calls = std::stoi(argv[1]);
    const std::int64_t side = std::stoi(argv[2]);
    const ril::Method method = ril::method_named(argv[3]);
    if (std::string(argv[4]) == "uint16") {
      repeat<std::uint16_t>(calls, side, ril::PixelType::uint16, method, scales);
    } else {
      repeat<std::uint8_t>(calls, side, ril::PixelType::uint8, method, scales);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "repeat_calls: %s\n", error.what());
    return 2;
  }
  return 0;
}
