#include "dircn/runtime/memory.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <torch/types.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <thread>

namespace dircn::memory_test {
namespace {

/// Pages that the kernel had to hand out so far.
int64_t page_faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

/// Page faults of making a tensor of 16 MB when one has been freed.
int64_t faults_of_the_next() {
  const int64_t bytes = int64_t{16} << 20;
  for (int i = 0; i < 20; ++i) {  // glibc's aligned allocation wants a little more room at first
    torch::ones({bytes}, torch::kChar);
  }
  const int64_t before = page_faults();
  torch::ones({bytes}, torch::kChar);
  return page_faults() - before;
}

constexpr int64_t kFew = (int64_t{16} << 20) / 4096 / 10;

class Memory : public ::testing::Test {
 protected:
  void SetUp() override {
#if !defined(__GLIBC__) || defined(__SANITIZE_ADDRESS__)
    GTEST_SKIP() << "needs glibc's allocator";
#endif
    keep_freed_memory();
  }
};

TEST_F(Memory, FreedTensorsMakeRoomForTheNext) {
  EXPECT_LT(faults_of_the_next(), kFew);
}

TEST_F(Memory, FreedTensorsMakeRoomOnEveryThread) {
  int64_t faults = -1;
  std::thread([&] { faults = faults_of_the_next(); }).join();
  EXPECT_LT(faults, kFew);
}

TEST_F(Memory, NothingIsGivenBack) {
  constexpr size_t kGibibyte = size_t{1} << 30;  // of addresses; nothing is written there
  std::array<void*, 3> blocks{};
  for (auto& block : blocks) {
    block = std::malloc(kGibibyte);
  }
  const void* const end = sbrk(0);
  for (auto* block : blocks) {
    std::free(block);
  }
  EXPECT_EQ(sbrk(0), end);
}

}  // namespace
}  // namespace dircn::memory_test
