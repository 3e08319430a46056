// Threads: the only file that knows OpenMP.
//
// Two backends. OpenMP where the library was built with it; std::thread otherwise, and in every
// process forked after this library was loaded, because GNU OpenMP hangs in the child of a process
// that has used it.
#pragma once

#include <cstdint>
#include <functional>

namespace ril {

// The number of threads that `requested` stands for: 0 is all cores this process may use, or one
// in a forked child.
int resolved_threads(int requested);

// Runs body(task, worker) once for every task in [0, num_tasks), in no particular order.
//
// At most num_threads workers run at a time, and no two calls at a time have the same worker,
// which is in [0, num_threads). The first exception of a body ends the work and is thrown here.
void parallel_for(std::int64_t num_tasks, int num_threads,
                  const std::function<void(std::int64_t task, int worker)>& body);

}  // namespace ril
