#pragma once

#include <functional>
#include <thread>

namespace dircn {

/// Starts a thread in which LibTorch computes on that thread alone, for work that runs beside other
/// work. The number of threads of every other thread, running or yet to come, stays what it is. An
/// exception that leaves `work` ends the program.
std::thread start_single_threaded(std::function<void()> work);

}  // namespace dircn
