#include "simulate/workers.h"

#include <torch/utils.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "dircn/runtime/threads.h"

namespace dircn::simulation {

void for_each_item(int64_t count, const std::function<void(int64_t)>& work) {
  std::atomic<int64_t> next{0};
  std::mutex failing;
  std::exception_ptr failure;
  const auto run = [&] {
    for (int64_t item = next++; item < count; item = next++) {
      try {
        work(item);
      } catch (...) {
        const std::lock_guard<std::mutex> lock(failing);
        failure = failure != nullptr ? failure : std::current_exception();
        next = count;
      }
    }
  };
  std::vector<std::thread> threads;
  const int64_t wanted = std::min<int64_t>(count, torch::get_num_threads());
  for (int64_t i = 0; i < wanted; ++i) {
    threads.push_back(start_single_threaded(run));
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  if (failure != nullptr) {
    std::rethrow_exception(failure);
  }
}

}  // namespace dircn::simulation
