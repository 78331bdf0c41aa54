#include "dircn/mri/cache_blocks.h"

#include <torch/types.h>

#include <algorithm>

#include "dircn/runtime/threads.h"

namespace dircn {
namespace {

constexpr int64_t kBlockBytes = int64_t{512} << 10;

}  // namespace

std::vector<CacheBlock> cache_blocks(const torch::Tensor& x, int64_t dim) {
  const int64_t count = x.size(dim);
  int64_t per_block = std::max<int64_t>(count, 1);
  if (x.is_cpu() && x.numel() > 0) {
    const int64_t bytes = x.numel() / count * static_cast<int64_t>(x.element_size());
    per_block = std::clamp<int64_t>(kBlockBytes / bytes, 1, count);
  }
  std::vector<CacheBlock> blocks;
  for (int64_t begin = 0; begin < count; begin += per_block) {
    const auto index = static_cast<int64_t>(blocks.size());
    blocks.push_back({index, begin, std::min(begin + per_block, count)});
  }
  return blocks;
}

void for_each_block(const std::vector<CacheBlock>& blocks,
                    const std::function<void(const CacheBlock&)>& work) {
  parallel_for(static_cast<int64_t>(blocks.size()), [&](int64_t i) {
    const torch::NoGradGuard no_grad;  // of this thread
    work(blocks[i]);
  });
}

}  // namespace dircn
