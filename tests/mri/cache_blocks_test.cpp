// Blocks of tensors, and what is computed block by block.

#include "dircn/mri/cache_blocks.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <stdexcept>
#include <vector>

#include "dircn/mri/fft.h"
#include "dircn/mri/sampling_space.h"
#include "support/golden.h"
#include "support/random_input.h"

namespace dircn::cache_blocks_test {
namespace {

using testing::column_mask;
using testing::relative_max_error;

void expect_cover(const std::vector<CacheBlock>& blocks, int64_t size) {
  int64_t end = 0;
  for (size_t i = 0; i < blocks.size(); ++i) {
    EXPECT_EQ(blocks[i].index, static_cast<int64_t>(i));
    EXPECT_EQ(blocks[i].begin, end);
    EXPECT_GT(blocks[i].end, blocks[i].begin);
    end = blocks[i].end;
  }
  EXPECT_EQ(end, size);
}

TEST(CacheBlocks, CoverTheDimensionInOrder) {
  const auto x = torch::empty({1, 15, 384, 384}, torch::kComplexFloat);
  const auto rows = cache_blocks(x, 2);
  expect_cover(rows, 384);
  EXPECT_EQ(rows.front().end, 512 * 1024 / (15 * 384 * 8));
  const auto coils = cache_blocks(x, 1);
  expect_cover(coils, 15);
  EXPECT_EQ(coils.size(), 15U);  // each is larger than a block
  EXPECT_EQ(cache_blocks(torch::empty({1, 3, 20, 20}), 2).size(), 1U);
}

TEST(CacheBlocks, WorkRecordsNoGradientsAndItsErrorsArrive) {
  const auto blocks = cache_blocks(torch::empty({1, 1, 64, 131072}), 2);
  ASSERT_EQ(blocks.size(), 64U);
  std::vector<int> calls(blocks.size());
  for_each_block(blocks, [&](const CacheBlock& block) {
    calls[block.index] += torch::GradMode::is_enabled() ? 100 : 1;
  });
  EXPECT_EQ(calls, std::vector<int>(blocks.size(), 1));
  EXPECT_TRUE(torch::GradMode::is_enabled());
  EXPECT_THROW(for_each_block(blocks, [](const CacheBlock&) { throw std::runtime_error("no"); }),
               std::runtime_error);
}

TEST(CacheBlocks, SamplingSpaceOfManyBlocksIsTheCentredTransformToo) {
  torch::manual_seed(1);
  const auto kspace = torch::randn({2, 3, 101, 96}, torch::kComplexDouble);
  ASSERT_EQ(cache_blocks(kspace, 1).size(), 3U);
  for (const auto& mask : {column_mask(96, 4, 6), torch::rand({2, 1, 101, 96}) > 0.4}) {
    const auto sampled = kspace * mask;
    const SamplingSpace space(sampled, mask);
    EXPECT_LE(relative_max_error(space.unroll(space.to_images(space.measured())), ifft2c(sampled)),
              1e-13);
    const SamplingSpace recorded(sampled.clone().requires_grad_(), mask);
    EXPECT_TRUE(recorded.measured().requires_grad());
    EXPECT_LE(relative_max_error(recorded.measured().detach(), space.measured()), 1e-14);
  }
}

TEST(CacheBlocks, RowsAndCoilsOfASamplingSpaceAreTheSpaceOfThose) {
  torch::manual_seed(2);
  const auto mask = column_mask(12, 3, 4);
  const SamplingSpace space(torch::randn({1, 4, 9, 12}, torch::kComplexDouble) * mask, mask);
  ASSERT_TRUE(space.rows_are_independent());
  const auto images = space.to_images(space.measured());
  const auto rows = space.part(2, 3, 7);
  EXPECT_LE(relative_max_error(rows.to_images(rows.measured()), images.slice(2, 3, 7)), 1e-14);
  const auto coils = space.part(1, 1, 3);
  EXPECT_LE(relative_max_error(coils.to_images(coils.measured()), images.slice(1, 1, 3)), 1e-14);
  EXPECT_FALSE(SamplingSpace(space.measured(), torch::ones({1, 1, 9, 12}, torch::kBool))
                   .rows_are_independent());
}

}  // namespace
}  // namespace dircn::cache_blocks_test
