#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <vector>

namespace dircn {

/// Indices [begin, end) of one dimension; `index` counts the blocks.
struct CacheBlock {
  int64_t index;
  int64_t begin;
  int64_t end;
};

/// Cuts dimension `dim` of `x` into blocks of about 512 KB of x, one index at least: a handful of
/// temporaries of that size stay in the second-level cache of a core, so that a chain of operations
/// on one block goes through memory once. On a GPU all of x is one block. The cut depends on x
/// alone, never on the number of threads.
std::vector<CacheBlock> cache_blocks(const torch::Tensor& x, int64_t dim);

/// Calls `work` for every block, in any order, on LibTorch's threads and without recording
/// gradients. Throws what `work` throws.
void for_each_block(const std::vector<CacheBlock>& blocks,
                    const std::function<void(const CacheBlock&)>& work);

}  // namespace dircn
