// What libFuzzer does, without looking at the code that is reached: for compilers without it.
//     lbp_fuzz [-runs=N] [-seed=S] [-max_total_time=SECONDS]
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

// The number after `name` on the command line, or `otherwise`.
long long option(int argc, char** argv, const char* name, long long otherwise) {
  for (int i = 1; i < argc; ++i) {
    if (std::strncmp(argv[i], name, std::strlen(name)) == 0) {
      return std::atoll(argv[i] + std::strlen(name));
    }
  }
  return otherwise;
}

}  // namespace

int main(int argc, char** argv) {
  const long long seconds = option(argc, argv, "-max_total_time=", 0);
  const long long runs = option(argc, argv, "-runs=", seconds > 0 ? -1 : 1000);
  const long long seed = option(argc, argv, "-seed=", 0);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  long long run = 0;
  while (run != runs && (seconds == 0 || std::chrono::steady_clock::now() < end)) {
    std::mt19937_64 random(static_cast<std::uint64_t>(seed * 1000003 + run));
    std::vector<std::uint8_t> bytes(random() % 512);
    for (std::uint8_t& byte : bytes) {
      byte = static_cast<std::uint8_t>(random());
    }
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    ++run;
  }
  std::printf("%lld calls equal the naive definition (seed %lld)\n", run, seed);
  return 0;
}
