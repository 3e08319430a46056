// CHECK(condition) and CHECK_THROWS(Error, expression); `return failures();` ends main.
#pragma once

#include <cstdio>

namespace check {

inline int failed = 0;

inline void that(bool holds, const char* what, const char* file, int line) {
  if (!holds && ++failed <= 20) {
    std::fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
  }
}

inline int failures() {
  return failed == 0 ? 0 : 1;
}

}  // namespace check

#define CHECK(condition) check::that(static_cast<bool>(condition), #condition, __FILE__, __LINE__)

#define CHECK_THROWS(Error, expression)                                     \
  do {                                                                      \
    bool thrown = false;                                                    \
    try {                                                                   \
      static_cast<void>(expression);                                        \
    } catch (const Error&) {                                                \
      thrown = true;                                                        \
    }                                                                       \
    check::that(thrown, #expression " throws " #Error, __FILE__, __LINE__); \
  } while (false)
