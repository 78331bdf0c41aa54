#include "dircn/runtime/threads.h"

#include <ATen/TensorIterator.h>
#include <torch/types.h>
#include <torch/utils.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <future>
#include <mutex>
#include <system_error>
#include <utility>

namespace dircn {

// Note [LibTorch's two thread counts]
//
// The count that operations use belongs to the calling thread (OpenMP keeps it). A new thread takes
// it from a global of LibTorch's, when it first asks. `set_num_threads` writes both, so that
// calling it on one thread changes those that come later. Hence three steps: the new thread asks,
// so that it has taken its count and will not do so later; it sets its own to one; and a thread
// that ends at once puts the global back. The count of the caller is never touched, and it goes on
// when all is as it was, so that what it starts next finds the right count.
std::thread start_single_threaded(std::function<void()> work) {
  static std::mutex one_at_a_time;
  const std::lock_guard<std::mutex> lock(one_at_a_time);
  std::promise<void> done;
  const std::future<void> ready = done.get_future();
  std::thread thread([done = std::move(done), work = std::move(work)]() mutable {
    const int inherited = torch::get_num_threads();
    torch::set_num_threads(1);
    std::thread([inherited] { torch::set_num_threads(inherited); }).join();
    done.set_value();
    work();
  });
  ready.wait();
  return thread;
}

// Note [Waiting threads]
//
// Between two operations the threads of GNU's OpenMP turn in a loop, for milliseconds, before they
// sleep. Alone on the machine that gains nothing measurable. But where another process wants their
// cores, the loop uses up their share, and when work comes they are made to wait for the next: a
// training step then takes more than three times as long, and with sleeping threads less than
// twice. A hundred turns last a few microseconds, the time between two operations in a row.
void let_waiting_threads_sleep(char** argv) {
  const char* threads = std::getenv("OMP_NUM_THREADS");
  if (std::getenv("GOMP_SPINCOUNT") != nullptr || std::getenv("OMP_WAIT_POLICY") != nullptr ||
      (threads != nullptr && std::strcmp(threads, "1") == 0)) {
    return;
  }
  std::error_code failed;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (!failed) {
    setenv("GOMP_SPINCOUNT", "100", 1);
    execv(program.c_str(), argv);
  }
}

// at::parallel_for is a template: compiled here it would need OpenMP, and that may be another
// runtime than the one inside LibTorch, with threads and a thread count of its own. An element-wise
// loop over a tensor runs inside LibTorch; its elements stand for the numbers below `count` and
// hold nothing.
void parallel_for(int64_t count, const std::function<void(int64_t)>& work) {
  torch::Tensor places = torch::empty({count}, torch::kChar);
  const auto* first = static_cast<const char*>(places.data_ptr());
  auto loop = at::TensorIterator::nullary_op(places);
  loop.for_each(
      [&](char** data, const int64_t*, int64_t size) {
        const int64_t begin = data[0] - first;
        for (int64_t i = begin; i < begin + size; ++i) {
          work(i);
        }
      },
      /*grain_size=*/1);
}

}  // namespace dircn
