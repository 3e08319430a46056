// The choice among the row kernels, once per process.
#include "rows.hpp"

#include <atomic>
#include <cstdlib>
#include <cstring>

#include "ril/lbp.hpp"

namespace ril {

#define RIL_DECLARE_ROWS(isa)                         \
  namespace isa {                                     \
  extern const RowKernels<std::uint8_t> uint8_rows;   \
  extern const RowKernels<std::int16_t> int16_rows;   \
  extern const RowKernels<std::uint32_t> uint32_rows; \
  extern const RowKernels<std::int32_t> int32_rows;   \
  extern const RowKernels<std::uint64_t> uint64_rows; \
  extern const RowKernels<std::int64_t> int64_rows;   \
  extern const RowKernels<float> float32_rows;        \
  extern const RowKernels<double> float64_rows;       \
  extern const MappingKernels mappings;               \
  }
RIL_DECLARE_ROWS(baseline)
#ifdef RIL_WITH_X86_ROWS
RIL_DECLARE_ROWS(avx2)
RIL_DECLARE_ROWS(avx512)
#endif
#ifdef RIL_WITH_NEON_ROWS
RIL_DECLARE_ROWS(neon)
#endif

namespace {

InstructionSet best_of_processor() {
#if defined(RIL_WITH_X86_ROWS)
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi2") ||
      !__builtin_cpu_supports("fma")) {
    return InstructionSet::baseline;
  }
  const bool has_avx512 =
      __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") &&
      __builtin_cpu_supports("avx512vbmi2");
  return has_avx512 ? InstructionSet::avx512 : InstructionSet::avx2;
#elif defined(RIL_WITH_NEON_ROWS)
  return InstructionSet::neon;
#else
  return InstructionSet::baseline;
#endif
}

InstructionSet choose() {
  const InstructionSet best = best_of_processor();
  const char* wish = std::getenv("RIL_ISA");
  if (wish != nullptr && std::strcmp(wish, "baseline") == 0) {
    return InstructionSet::baseline;
  }
  if (wish != nullptr && std::strcmp(wish, "avx2") == 0 && best == InstructionSet::avx512) {
    return InstructionSet::avx2;
  }
  return best;
}

}  // namespace

InstructionSet chosen_instruction_set() {
  // Chosen by the first call, without the lock of a local static, which a process forked meanwhile
  // would wait for; threads that come first at the same time choose alike.
  constexpr int kNotYet = -1;
  static std::atomic<int> chosen{kNotYet};
  int known = chosen.load(std::memory_order_relaxed);
  if (known == kNotYet) {
    known = static_cast<int>(choose());
    chosen.store(known, std::memory_order_relaxed);
  }
  return static_cast<InstructionSet>(known);
}

const char* instruction_set() {
  switch (chosen_instruction_set()) {
    case InstructionSet::avx512:
      return "avx512";
    case InstructionSet::avx2:
      return "avx2";
    case InstructionSet::neon:
      return "neon";
    default:
      return "baseline";
  }
}

#if defined(RIL_WITH_X86_ROWS)
#define RIL_PICK(kernels)                                               \
  (chosen_instruction_set() == InstructionSet::avx512 ? avx512::kernels \
   : chosen_instruction_set() == InstructionSet::avx2 ? avx2::kernels   \
                                                      : baseline::kernels)
#elif defined(RIL_WITH_NEON_ROWS)
#define RIL_PICK(kernels) \
  (chosen_instruction_set() == InstructionSet::neon ? neon::kernels : baseline::kernels)
#else
#define RIL_PICK(kernels) (baseline::kernels)
#endif

#define RIL_CHOOSE(Pixel, kernels)                \
  template <>                                     \
  const RowKernels<Pixel>& row_kernels<Pixel>() { \
    return RIL_PICK(kernels);                     \
  }
RIL_CHOOSE(std::uint8_t, uint8_rows)
RIL_CHOOSE(std::int16_t, int16_rows)
RIL_CHOOSE(std::uint32_t, uint32_rows)
RIL_CHOOSE(std::int32_t, int32_rows)
RIL_CHOOSE(std::uint64_t, uint64_rows)
RIL_CHOOSE(std::int64_t, int64_rows)
RIL_CHOOSE(float, float32_rows)
RIL_CHOOSE(double, float64_rows)

const MappingKernels& mapping_kernels() {
  return RIL_PICK(mappings);
}

}  // namespace ril
