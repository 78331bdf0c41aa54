#include "train/plan/batch_size.h"

#include <gtest/gtest.h>

namespace dircn::batch_size_test {
namespace {

TEST(BatchSize, GrowsAtItsMilestones) {
  BatchConfig config;
  config.size = 3;
  EXPECT_EQ(batch_size(config, 1000), 3);
  config.milestones = {2, 5};
  config.factor = 4;
  EXPECT_EQ(batch_size(config, 0), 3);
  EXPECT_EQ(batch_size(config, 1), 3);
  EXPECT_EQ(batch_size(config, 2), 12);
  EXPECT_EQ(batch_size(config, 5), 48);
  EXPECT_EQ(batch_size(config, 50), 48);
}

}  // namespace
}  // namespace dircn::batch_size_test
