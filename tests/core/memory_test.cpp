#include "dircn/core/memory.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <torch/torch.h>

namespace dircn {
namespace {

/// Pages that the kernel had to hand out so far.
int64_t page_faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

TEST(Memory, FreedTensorsMakeRoomForTheNext) {
#ifndef __GLIBC__
  GTEST_SKIP() << "needs glibc";
#endif
  keep_freed_memory();
  const int64_t bytes = int64_t{16} << 20;
  for (int i = 0; i < 20; ++i) {  // glibc's aligned allocation wants a little more room at first
    torch::ones({bytes}, torch::kChar);
  }
  const int64_t before = page_faults();
  torch::ones({bytes}, torch::kChar);
  EXPECT_LT(page_faults() - before, bytes / 4096 / 10);
}

}  // namespace
}  // namespace dircn
