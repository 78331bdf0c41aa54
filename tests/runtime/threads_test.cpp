#include "dircn/runtime/threads.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace dircn::threads_test {
namespace {

int threads_of_a_new_thread() {
  int count = 0;
  std::thread([&] { count = torch::get_num_threads(); }).join();
  return count;
}

class SingleThreaded : public ::testing::Test {
 protected:
  SingleThreaded() { torch::set_num_threads(3); }
  ~SingleThreaded() override { torch::set_num_threads(before_); }
  SingleThreaded(const SingleThreaded&) = delete;
  SingleThreaded& operator=(const SingleThreaded&) = delete;

  int before_ = torch::get_num_threads();
};

TEST_F(SingleThreaded, IsTheStartedThreadAlone) {
  std::vector<int> seen(4, 0);
  std::vector<std::thread> threads;
  for (int& count : seen) {
    threads.push_back(start_single_threaded([&count] {
      const auto x = torch::ones({1 << 18});
      (x + x).sum();
      count = torch::get_num_threads();
    }));
    EXPECT_EQ(torch::get_num_threads(), 3);
    EXPECT_EQ(threads_of_a_new_thread(), 3);
  }
  for (auto& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(seen, std::vector<int>(4, 1));
}

/// A later change elsewhere does not reach it, and one that a single-threaded thread starts leaves
/// the count of others alone, too.
TEST_F(SingleThreaded, StaysSoAndNests) {
  int inner = 0;
  int outer = 0;
  start_single_threaded([&] {
    std::thread([] { torch::set_num_threads(3); }).join();
    start_single_threaded([&] { inner = torch::get_num_threads(); }).join();
    outer = torch::get_num_threads();
  }).join();
  EXPECT_EQ(inner, 1);
  EXPECT_EQ(outer, 1);
  EXPECT_EQ(torch::get_num_threads(), 3);
  EXPECT_EQ(threads_of_a_new_thread(), 3);
}

TEST(ParallelFor, DoesEachPieceOnceOnAllThreads) {
  const int before = torch::get_num_threads();
  torch::set_num_threads(3);
  std::vector<int> done(100, 0);
  std::vector<std::thread::id> by(100);
  parallel_for(100, [&](int64_t i) {
    ++done[i];
    by[i] = std::this_thread::get_id();
  });
  torch::set_num_threads(before);
  EXPECT_EQ(done, std::vector<int>(100, 1));
  EXPECT_EQ(std::set<std::thread::id>(by.begin(), by.end()).size(), 3U);
  parallel_for(0, [](int64_t) { ADD_FAILURE(); });
}

TEST(ParallelFor, HandsOnWhatWorkThrows) {
  EXPECT_THROW(parallel_for(5,
                            [](int64_t i) {
                              if (i == 3) {
                                throw std::out_of_range("3");
                              }
                            }),
               std::out_of_range);
}

}  // namespace
}  // namespace dircn::threads_test
