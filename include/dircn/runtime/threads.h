#pragma once

#include <cstdint>
#include <functional>
#include <thread>

namespace dircn {

/// Starts a thread in which LibTorch computes on that thread alone, for work that runs beside other
/// work. The number of threads of every other thread, running or yet to come, stays what it is. An
/// exception that leaves `work` ends the program.
std::thread start_single_threaded(std::function<void()> work);

/// Has LibTorch's threads sleep as soon as they have nothing to do. That is read when a program is
/// loaded, so it starts this one again, once, with the same command line `argv`; unless the
/// environment says how they wait (GOMP_SPINCOUNT, OMP_WAIT_POLICY), or there is but one
/// (OMP_NUM_THREADS=1). Where it cannot, nothing changes.
void let_waiting_threads_sleep(char** argv);

/// Calls `work(i)` for every i in [0, count), in any order, on LibTorch's own threads, as many as
/// it was told to use. For work that is worth a microsecond at least. Throws what `work` throws.
void parallel_for(int64_t count, const std::function<void(int64_t)>& work);

}  // namespace dircn
