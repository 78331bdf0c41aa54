#include "train/loop/difficulty.h"

#include <cstddef>
#include <numeric>
#include <vector>

#include "dircn/core/progress.h"
#include "dircn/mri/slice_ssim.h"

namespace dircn {

bool measure_difficulties(const SliceSource& set, const LoaderOptions& options, int64_t crop,
                          FocalWeights& focal, const std::function<bool()>& stop) {
  std::vector<int64_t> order(static_cast<size_t>(set.size()));
  std::iota(order.begin(), order.end(), 0);
  Loader loader(set, order, options);
  Progress progress(set.size(), "slices", "difficulty of the training set");
  while (const auto sample = loader.next()) {
    if (stop()) {
      return false;
    }
    focal.add_training_slice(ssim_distance(sample->zero_filled, sample->target, crop));
    progress.advance();
  }
  return true;
}

}  // namespace dircn
