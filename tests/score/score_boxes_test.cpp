// The rule of 2026: scores over the foreground and inside annotated boxes.

#include <gtest/gtest.h>
#include <torch/types.h>

#include "dircn/mri/slice_ssim.h"
#include "score/score_folders.h"

namespace dircn::score_boxes_test {
namespace {

using testing::annotate;
using testing::write_images;
using testing::write_reconstruction;

// One window on a flat region: single precision moves the reference itself by 3.5e-5 there.
constexpr double kBoxTolerance = 5e-5;

class ScoreBoxes : public testing::ScoreFolders {};

TEST_F(ScoreBoxes, PoolAsTheReference) {
  const testing::GoldenFile golden("S5_leaderboard_volumes.pth");
  testing::write_leaderboard(golden, target(), made());
  const Scores scores = score(ScorePreset::snu2026);
  ASSERT_TRUE(scores.problems.empty()) << scores.problems[0].text;
  EXPECT_NEAR(scores.overall->metrics.at(kSsim).value, golden.number("ssim_full2026"), kTolerance);
  EXPECT_NEAR(scores.overall->metrics.at(kBoxSsim).value, golden.number("ssim_bbox2026"),
              kBoxTolerance);
}

TEST_F(ScoreBoxes, AreClippedOrTooSmall) {
  add("acc4", "a.h5", 1);
  annotate(target() / "acc4/image/a.h5",
           R"({"0": [{"x": -4, "y": 80, "width": 24, "height": 30, "label": "cyst"},
                     {"x": 74, "y": 10, "width": 40, "height": 20}]})");
  const Scores scores = score(ScorePreset::snu2026);
  ASSERT_EQ(scores.slices.size(), 1U);
  const auto& boxes = scores.slices[0].boxes;
  ASSERT_EQ(boxes.size(), 2U);
  EXPECT_EQ(boxes[0].box.label, "cyst");
  const auto inside = [&](const char* name) {
    return golden(1, name)[0].slice(0, 80, 90).slice(1, 0, 20);
  };
  const auto clipped = box_ssim(inside("recon"), inside("target"), maximum(1), {0, 0, 20, 10});
  EXPECT_NEAR(boxes[0].ssim->value, *clipped, kTolerance);
  EXPECT_NEAR(boxes[0].ssim->zero_filled.value(), *clipped, kTolerance);
  EXPECT_FALSE(boxes[1].ssim.has_value());  // 6 columns of it are in the image
  EXPECT_NEAR(scores.overall->metrics.at(kBoxSsim).value, *clipped, kTolerance);
}

TEST_F(ScoreBoxes, WeighAlikeWhateverSliceTheyAreIn) {
  const auto label = golden(1, "target").repeat({2, 1, 1});
  write_images(target() / "acc4/image/a.h5", label, maximum(1));
  write_reconstruction(made() / "acc4/a.h5", golden(1, "recon").repeat({2, 1, 1}));
  annotate(target() / "acc4/image/a.h5",
           R"({"0": [{"x": 10, "y": 10, "width": 20, "height": 20}],
               "1": [{"x": 40, "y": 40, "width": 30, "height": 20},
                     {"x": 30, "y": 50, "width": 20, "height": 30}]})");
  const auto box = [&](const Box& where) {
    return *box_ssim(golden(1, "recon")[0], golden(1, "target")[0], maximum(1), where);
  };
  const double expected =
      (box({10, 10, 20, 20}) + box({40, 40, 30, 20}) + box({30, 50, 20, 30})) / 3;
  const Scores scores = score(ScorePreset::snu2026);
  EXPECT_NEAR(scores.overall->metrics.at(kBoxSsim).value, expected, kTolerance);
  EXPECT_NEAR(scores.volumes[0].metrics.at(kBoxSsim).value, expected, kTolerance);
}

TEST_F(ScoreBoxes, MayBeMissing) {
  add("acc4", "a.h5", 1);
  add("acc8", "a.h5", 1);
  annotate(target() / "acc8/image/a.h5",
           R"({"0": [{"x": 10, "y": 10, "width": 20, "height": 20}]})");
  const Scores scores = score(ScorePreset::snu2026);
  EXPECT_EQ(scores.folders[0].metrics.count(kBoxSsim), 0U);
  EXPECT_EQ(scores.overall->metrics.at(kBoxSsim).value,
            scores.folders[1].metrics.at(kBoxSsim).value);
}

TEST_F(ScoreBoxes, SkipSlicesWithoutForeground) {
  const auto label = torch::cat({golden(1, "target"), torch::zeros({1, 90, 80})});
  write_images(target() / "acc4/image/a.h5", label, maximum(1));
  write_reconstruction(made() / "acc4/a.h5",
                       torch::cat({golden(1, "recon"), label.slice(0, 0, 1)}));
  const Scores scores = score(ScorePreset::snu2026);
  ASSERT_EQ(scores.slices.size(), 2U);
  EXPECT_EQ(scores.slices[1].metrics.count(kSsim), 0U);
  EXPECT_NEAR(scores.overall->metrics.at(kSsim).value, number(1, "ssim_full2026"), kTolerance);
}

TEST_F(ScoreBoxes, HaveNoOverallScoreWhereAllIsDark) {
  write_images(target() / "acc4/image/a.h5", torch::zeros({1, 90, 80}), 1e-3);
  write_reconstruction(made() / "acc4/a.h5", torch::zeros({1, 90, 80}));
  EXPECT_FALSE(score(ScorePreset::snu2026).overall.has_value());
}

TEST_F(ScoreBoxes, ThatCannotBeReadMakeTheirVolumeUnusable) {
  add("acc4", "a.h5", 1);
  annotate(target() / "acc4/image/a.h5", "[1, 2");
  const Scores scores = score(ScorePreset::snu2026);
  ASSERT_EQ(scores.problems.size(), 1U);
  EXPECT_NE(scores.problems[0].text.find("annotations"), std::string::npos);
}

}  // namespace
}  // namespace dircn::score_boxes_test
