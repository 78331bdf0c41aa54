#include "dircn/core/bounded_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace dircn::bounded_queue_test {
namespace {

/// Long enough for a thread to come as far as it can.
void let_it_run() {
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

TEST(BoundedQueue, HandsEverythingOnInOrder) {
  BoundedQueue<int> queue(3);
  std::thread producer([&] {
    for (int i = 0; i < 1000; ++i) {
      queue.push(i);
    }
    queue.close();
  });
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(queue.pop(), i);
  }
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_EQ(queue.pop(), std::nullopt);
  producer.join();
}

TEST(BoundedQueue, ServesSeveralOnBothSides) {
  BoundedQueue<int> queue(2);
  std::atomic<int> sum{0};
  std::vector<std::thread> consumers;
  for (int thread = 0; thread < 3; ++thread) {
    consumers.emplace_back([&] {
      while (const auto value = queue.pop()) {
        sum += *value;
      }
    });
  }
  std::thread other([&] {
    for (int i = 0; i < 500; ++i) {
      queue.push(1);
    }
  });
  for (int i = 0; i < 500; ++i) {
    queue.push(1000);
  }
  other.join();
  queue.close();
  for (auto& consumer : consumers) {
    consumer.join();
  }
  EXPECT_EQ(sum, 500500);
}

TEST(BoundedQueue, PushWaitsForAPlace) {
  BoundedQueue<int> queue(2);
  std::atomic<int> pushed{0};
  std::thread producer([&] {
    while (queue.push(pushed)) {
      ++pushed;
    }
  });
  let_it_run();
  EXPECT_EQ(pushed, 2);
  EXPECT_EQ(queue.pop(), 0);
  let_it_run();
  EXPECT_EQ(pushed, 3);
  queue.stop();
  producer.join();
}

TEST(BoundedQueue, PopWaitsForAValue) {
  BoundedQueue<int> queue(1);
  auto value = std::async(std::launch::async, [&] { return queue.pop(); });
  EXPECT_EQ(value.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  queue.push(7);
  EXPECT_EQ(value.get(), 7);
}

TEST(BoundedQueue, ClosingWakesWhoWaitsAndKeepsWhatIsThere) {
  BoundedQueue<int> queue(1);
  queue.push(7);
  auto pushed = std::async(std::launch::async, [&] { return queue.push(8); });
  let_it_run();
  queue.close();
  EXPECT_FALSE(pushed.get());
  EXPECT_FALSE(queue.push(9));
  EXPECT_EQ(queue.pop(), 7);
  EXPECT_EQ(queue.pop(), std::nullopt);
  BoundedQueue<int> empty(1);
  auto popped = std::async(std::launch::async, [&] { return empty.pop(); });
  let_it_run();
  empty.close();
  EXPECT_EQ(popped.get(), std::nullopt);
}

TEST(BoundedQueue, StoppingDropsWhatIsThere) {
  BoundedQueue<std::shared_ptr<int>> queue(2);
  const auto value = std::make_shared<int>(7);
  queue.push(value);
  queue.stop();
  EXPECT_EQ(value.use_count(), 1);
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_FALSE(queue.push(value));
}

/// At its turn, after what was made before.
TEST(BoundedQueue, AFutureHandsOnWhatItsProducerThrows) {
  BoundedQueue<std::future<int>> queue(2);
  std::thread producer([&] {
    std::promise<int> good;
    std::promise<int> bad;
    queue.push(good.get_future());
    queue.push(bad.get_future());
    bad.set_exception(std::make_exception_ptr(std::runtime_error("no value")));
    good.set_value(7);
    queue.close();
  });
  EXPECT_EQ(queue.pop()->get(), 7);
  EXPECT_THROW(queue.pop()->get(), std::runtime_error);
  EXPECT_FALSE(queue.pop().has_value());
  producer.join();
}

}  // namespace
}  // namespace dircn::bounded_queue_test
