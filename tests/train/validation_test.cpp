// Validation scores what the labels show.

#include <gtest/gtest.h>
#include <torch/types.h>

#include "dircn/data/fov_crop.h"
#include "dircn/mri/coils.h"
#include "dircn/mri/crop.h"
#include "dircn/mri/fft.h"
#include "dircn/mri/slice_ssim.h"
#include "small_run.h"
#include "train/loop/validation.h"

namespace dircn::validation_test {
namespace {

using testing::after;
using testing::never;

class Validation : public testing::SmallRun {};

TEST_F(Validation, ValidatesOnTheLabelsCrop) {
  Config settings = config();
  settings.model.cascades = 1;
  const SliceSet set(settings.data.val, SliceSet::Labels::kRequired, "validation set");
  const Network network = make_network(settings.model);
  const auto scores = validate(network, set, settings, torch::kCPU, "", never);
  ASSERT_TRUE(scores.has_value());
  double sum = 0;
  for (int64_t i = 0; i < set.size(); ++i) {
    const RawSlice raw = set.read(i);
    const auto coils = ifft2c(fov_crop(raw.kspace * raw.mask)).unsqueeze(0);
    const auto zero_filled = center_crop_or_pad(root_sum_of_squares(coils)[0][0], 32, 32);
    sum += masked_ssim(zero_filled, *raw.label, raw.maximum, 5e-5);
  }
  EXPECT_NEAR(scores->ssim_zero_filled, sum / static_cast<double>(set.size()), 1e-6);
  EXPECT_NE(scores->ssim, scores->ssim_zero_filled);
  EXPECT_EQ(scores->picture.size(0), 32);
  EXPECT_GE(scores->picture.size(1), 4 * 32);  // zero-filled, reconstruction, target, error
  EXPECT_FALSE(validate(network, set, settings, torch::kCPU, "", after(1)).has_value());
}

}  // namespace
}  // namespace dircn::validation_test
