// The thread pool: every task once, exceptions, several callers, and life after a fork.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

#include "check.hpp"
#include "parallel.hpp"
#include "ril/lbp.hpp"

namespace {

void every_task_once() {
  for (const int num_threads : {1, 2, 3, 7, 33}) {
    for (const std::int64_t num_tasks : {0, 1, 2, 5, 1000}) {
      std::vector<std::atomic<int>> runs(static_cast<std::size_t>(num_tasks));
      std::atomic<bool> known_workers{true};
      ril::parallel_for(num_tasks, num_threads, [&](std::int64_t task, int worker) {
        ++runs[static_cast<std::size_t>(task)];
        if (worker < 0 || worker >= num_threads) known_workers = false;
      });
      for (const auto& count : runs) {
        CHECK(count == 1);
      }
      CHECK(known_workers);
    }
  }
}

void exceptions_reach_the_caller() {
  for (const int num_threads : {1, 2, 7}) {
    CHECK_THROWS(std::bad_alloc, ril::parallel_for(100, num_threads, [](std::int64_t task, int) {
                   if (task % 3 == 1) throw std::bad_alloc();
                 }));
  }
}

std::vector<std::uint8_t> texture(int num_threads) {
  std::vector<std::uint8_t> pixels(4 * 50 * 60);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    pixels[i] = static_cast<std::uint8_t>(i * i * 31 / 7);
  }
  std::vector<std::uint8_t> values(pixels.size() * 2);
  ril::local_binary_pattern({pixels.data(), ril::PixelType::uint8, 4, 50, 60}, {{8, 1}, {12, 2}},
                            ril::Method::rank, ril::Border::edge, num_threads,
                            {values.data(), ril::ValueType::uint8});
  return values;
}

void several_callers() {
  const auto expected = texture(1);
  std::vector<std::thread> callers;
  callers.reserve(8);
  std::atomic<int> equal{0};
  for (int caller = 0; caller < 8; ++caller) {
    callers.emplace_back([&, caller] {
      for (int i = 0; i < 5; ++i) {
        if (texture(1 + caller % 3) == expected) ++equal;
      }
    });
  }
  for (std::thread& caller : callers) {
    caller.join();
  }
  CHECK(equal == 40);
}

void forked_child_works() {
  const auto expected = texture(2);  // starts the threads of the parent
  for (const int num_threads : {0, 1, 2, 5}) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);
      const bool one_unless_asked = ril::resolved_threads(0) == 1;
      _exit(one_unless_asked && texture(num_threads) == expected ? 0 : 1);
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  CHECK(texture(2) == expected);
}

}  // namespace

int main() {
  // First, as ThreadSanitizer asks for: it cannot follow a fork of many threads.
  forked_child_works();
  every_task_once();
  exceptions_reach_the_caller();
  several_callers();
  return check::failures();
}
