// Sources that are made up, and how they are read and scored at the same time.

#include "dircn/score/volume_source.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/core/interrupt.h"
#include "dircn/score/score_job.h"
#include "score/score_folders.h"

namespace dircn::volume_source_test {
namespace {

namespace fs = std::filesystem;
using testing::write_images;

/// Its targets, reconstructed by `action`.
class MadeUpSource : public VolumeSource {
 public:
  MadeUpSource(const fs::path& target, std::function<torch::Tensor(const torch::Tensor&)> action)
      : VolumeSource(LabelVolume(target), std::nullopt, std::nullopt), action_(std::move(action)) {}

 private:
  void add_stored(int64_t index, const Extras& /*wanted*/, SliceInput& slice) const override {
    slice.stored[kReconstruction] = label().read_slice(index);
  }
  SliceOutputs outputs(const SliceInput& slice, const Extras& /*wanted*/) override {
    return {{kReconstruction, action_(slice.stored.at(kReconstruction))}};
  }

  std::function<torch::Tensor(const torch::Tensor&)> action_;
};

class ScoreMadeUpSources : public testing::ScoreFolders {
 protected:
  /// Volumes of three equal slices, each of which `action` gets in its turn.
  ScoreJob job(const std::vector<std::string>& names,
               const std::function<torch::Tensor(const torch::Tensor&)>& action) const {
    ScoreJob made_up;
    for (const auto& name : names) {
      const fs::path file = target() / "image" / name;
      write_images(file, golden(1, "target").repeat({3, 1, 1}), maximum(1));
      made_up.volumes.push_back(
          {name, [=] { return std::make_unique<MadeUpSource>(file, action); }});
    }
    return made_up;
  }
};

TEST_F(ScoreMadeUpSources, AreReadAheadOfWhatComputes) {
  std::atomic<int> opened{0};
  int done = 0;
  ScoreJob both = job({"a.h5", "b.h5"}, [&](const torch::Tensor& target) {
    if (++done == 3) {  // the last slice of the first volume
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
      while (opened < 2 && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
      EXPECT_EQ(opened, 2);
    }
    return target;
  });
  for (auto& volume : both.volumes) {
    volume.open = [&opened, open = volume.open] {
      ++opened;
      return open();
    };
  }
  const Scores scores = score_volumes(both);
  EXPECT_EQ(scores.volumes.size(), 2U);
  EXPECT_EQ(scores.slices.size(), 6U);
}

/// What fails while it is computed, while it is read, and not at all.
TEST_F(ScoreMadeUpSources, FailAlone) {
  int done = 0;
  ScoreJob three = job({"a.h5", "b.h5", "c.h5"}, [&](const torch::Tensor& target) {
    require(++done != 2, [] { return Error::Parts{"slice", "no luck", "", ""}; });
    return target;
  });
  auto spoilt = golden(1, "target").repeat({3, 1, 1});
  spoilt[1][0][0] = std::nan("");
  write_images(target() / "image/b.h5", spoilt, maximum(1));
  const Scores scores = score_volumes(three);
  ASSERT_EQ(scores.problems.size(), 2U);
  EXPECT_EQ(scores.problems[0].text.rfind("a.h5 was not scored: slice: found no luck", 0), 0U)
      << scores.problems[0].text;
  EXPECT_EQ(scores.problems[1].text.rfind("b.h5 was not scored: ", 0), 0U);
  ASSERT_EQ(scores.volumes.size(), 1U);
  EXPECT_EQ(scores.volumes[0].name, "c.h5");
  EXPECT_EQ(scores.volumes[0].job, 2U);
  ASSERT_EQ(scores.slices.size(), 3U);
  EXPECT_EQ(scores.slices[2].volume, 0U);
}

using ScoreMadeUpSourcesDeathTest = ScoreMadeUpSources;

TEST_F(ScoreMadeUpSourcesDeathTest, StopBetweenTwoSlices) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const auto score_with_signal = [&] {
    catch_interrupts();
    int done = 0;
    const ScoreJob one = job({"a.h5"}, [&](const torch::Tensor& target) {
      if (++done == 2) {
        std::raise(SIGINT);
      }
      return target;
    });
    try {
      score_volumes(one);
    } catch (const Error& error) {
      std::fputs(error.what(), stderr);
      std::_Exit(done);
    }
  };
  EXPECT_EXIT(score_with_signal(), ::testing::ExitedWithCode(2), "interrupted after 0 of 1");
}

}  // namespace
}  // namespace dircn::volume_source_test
