#include "parallel.hpp"

#include <pthread.h>

#ifdef __linux__
#include <sched.h>
#endif

#include <algorithm>
#include <atomic>
#include <exception>
#include <system_error>
#include <thread>
#include <vector>

#include "ril/lbp.hpp"

namespace ril {
namespace {

std::atomic<bool> forked{false};

// At load time, so that threads started before the first call are covered too.
[[maybe_unused]] const int watching_forks =
    pthread_atfork(nullptr, nullptr, [] { forked.store(true); });

int available_cores() {
#ifdef __linux__
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof(cores), &cores) == 0) {
    return std::max(1, CPU_COUNT(&cores));
  }
#endif
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

// Hands out tasks until none is left or one has failed.
class Queue {
 public:
  Queue(std::int64_t num_tasks, const std::function<void(std::int64_t, int)>& body)
      : num_tasks_(num_tasks), body_(body) {}

  void work(int worker) noexcept {
    try {
      for (std::int64_t task = next_++; task < num_tasks_; task = next_++) {
        body_(task, worker);
      }
    } catch (...) {
      next_ = num_tasks_;
      if (!failed_.exchange(true)) {
        error_ = std::current_exception();
      }
    }
  }

  // After every worker has ended.
  void finish() const {
    if (error_) {
      std::rethrow_exception(error_);
    }
  }

 private:
  const std::int64_t num_tasks_;
  const std::function<void(std::int64_t, int)>& body_;
  std::atomic<std::int64_t> next_{0};
  std::atomic<bool> failed_{false};
  std::exception_ptr error_;
};

void work_on_threads(Queue& queue, int num_threads) {
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(num_threads - 1));
  try {
    for (int worker = 1; worker < num_threads; ++worker) {
      threads.emplace_back([&queue, worker] { queue.work(worker); });
    }
  } catch (const std::system_error&) {
    // The system grants no more threads: go on with those there are.
  }
  queue.work(0);
  for (std::thread& thread : threads) {
    thread.join();
  }
}

#ifdef RIL_WITH_OPENMP
void work_on_openmp(Queue& queue, int num_threads) {
#pragma omp parallel for num_threads(num_threads) schedule(static, 1)
  for (int worker = 0; worker < num_threads; ++worker) {
    queue.work(worker);
  }
}
#endif

}  // namespace

int resolved_threads(int requested) {
  if (requested > 0) {
    return std::min(requested, 1024);
  }
  return forked.load() ? 1 : available_cores();
}

void parallel_for(std::int64_t num_tasks, int num_threads,
                  const std::function<void(std::int64_t, int)>& body) {
  const int workers = static_cast<int>(std::min<std::int64_t>(num_tasks, num_threads));
  if (workers <= 1) {
    for (std::int64_t task = 0; task < num_tasks; ++task) {
      body(task, 0);
    }
    return;
  }
  Queue queue(num_tasks, body);
#ifdef RIL_WITH_OPENMP
  if (!forked.load()) {
    work_on_openmp(queue, workers);
  } else {
    work_on_threads(queue, workers);
  }
#else
  work_on_threads(queue, workers);
#endif
  queue.finish();
}

bool has_openmp() {
#ifdef RIL_WITH_OPENMP
  return true;
#else
  return false;
#endif
}

}  // namespace ril
