// Malformed files in the hands of every part that opens files of data.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/core/error.h"
#include "dircn/data/slice_set.h"
#include "dircn/formats/hdf5.h"
#include "dircn/inspect/inspect.h"
#include "dircn/model/network.h"
#include "dircn/reconstruct/network_ensemble.h"
#include "dircn/reconstruct/reconstruct.h"
#include "dircn/score/score_job.h"
#include "dircn/train/run_folder.h"
#include "hostile/hostile_files.h"
#include "support/malformed_files.h"
#include "support/random_input.h"
#include "train/loop/trainer.h"

namespace dircn::hostile_test {
namespace {

namespace fs = std::filesystem;
using testing::HostileFiles;

ModelConfig tiny_model() {
  ModelConfig model = testing::small_model();
  model.cascades = 1;
  return model;
}

bool is_finite(const torch::Tensor& values) {
  return torch::isfinite(values).all().item<bool>();
}

/// What went wrong has to name the file.
void expect_named(const std::string& problem) {
  EXPECT_NE(problem.find("bad.h5"), std::string::npos) << problem;
}

TEST_F(HostileFiles, AreInspected) {
  for_each("bad.h5", [](const fs::path& /*folder*/, const fs::path& bad) {
    const Inspection inspection = inspect(bad);
    EXPECT_TRUE(nlohmann::json::accept(inspection.json)) << inspection.json;
    for (const std::string& problem : inspection.problems) {
      expect_named(problem);
    }
    return inspection.problems.empty();
  });
}

TEST_F(HostileFiles, AreReconstructedOrCountedAsFailed) {
  ReconstructionOptions options;
  options.crop = ImageSize{16, 16};
  Reconstructor reconstructor(make_network(tiny_model()), options);
  for_each("bad.h5", [&](const fs::path& folder, const fs::path& bad) {
    const VolumeEntry entry{bad, std::nullopt, "bad.h5"};
    const auto summary = reconstructor.volumes({entry}, folder / "output");
    EXPECT_EQ(summary.reconstructed + summary.failed, 1);
    EXPECT_EQ(fs::exists(folder / "output/bad.h5"), summary.reconstructed == 1);
    if (summary.reconstructed == 1) {
      EXPECT_TRUE(is_finite(Hdf5File(folder / "output/bad.h5").read_real("reconstruction")));
    }
    return summary.reconstructed == 1;
  });
}

/// Whether the volume of a job was scored.
bool scored_or_named(const ScoreJob& job) {
  const Scores scores = score_volumes(job);
  for (const ScoreProblem& problem : scores.problems) {
    expect_named(problem.text);
  }
  for (const VolumeScore& volume : scores.volumes) {
    for (const auto& metric : volume.metrics) {
      EXPECT_FALSE(std::isnan(metric.second.value)) << metric.first;
    }
  }
  EXPECT_NE(scores.problems.empty(), scores.volumes.empty());
  return !scores.volumes.empty();
}

/// The same, by a rule that looks at boxes and by one that crops.
bool scored_or_named(const fs::path& target, const fs::path& reconstruction) {
  bool scored = false;
  for (const ScorePreset preset : {ScorePreset::snu2026, ScorePreset::fastmri}) {
    scored = scored_or_named(score_folder_job(target, reconstruction, preset)) || scored;
  }
  return scored;
}

TEST_F(HostileFiles, AreScoredAsTargetsOrNamed) {
  for_each("target/bad.h5", [](const fs::path& folder, const fs::path& bad) {
    testing::write_good_images(folder / "made/bad.h5");
    return scored_or_named(bad.parent_path(), folder / "made");
  });
}

TEST_F(HostileFiles, AreScoredAsReconstructionsOrNamed) {
  for_each("made/bad.h5", [](const fs::path& folder, const fs::path& bad) {
    testing::write_good_images(folder / "target/bad.h5");
    return scored_or_named(folder / "target", bad.parent_path());
  });
}

TEST_F(HostileFiles, AreReconstructedAndScoredOrNamed) {
  const auto method = std::make_shared<NetworkEnsemble>(
      std::vector<Network>{make_network(tiny_model())}, EnsembleOptions{});
  for_each("val/kspace/bad.h5", [&](const fs::path& folder, const fs::path& /*bad*/) {
    testing::write_good_images(folder / "val/image/bad.h5");
    DataConfig data;
    data.val = (folder / "val").string();
    return scored_or_named(score_network_job(method, data));
  });
}

TEST_F(HostileFiles, AreReadAsLabelsOrNamed) {
  for_each("image/bad.h5", [](const fs::path& folder, const fs::path& /*bad*/) {
    testing::write_good_kspace(folder / "kspace/bad.h5");
    const SliceSet set(folder, SliceSet::Labels::kRequired, "validation set");
    for (int64_t i = 0; i < set.size(); ++i) {
      const RawSlice slice = set.read(i);
      EXPECT_TRUE(is_finite(slice.label.value()));
      EXPECT_TRUE(std::isfinite(slice.maximum));
    }
    return set.size() > 0;
  });
}

TEST_F(HostileFiles, AreReadAsASetOrNamed) {
  for_each("kspace/bad.h5", [](const fs::path& folder, const fs::path& /*bad*/) {
    const SliceSet set(folder, SliceSet::Labels::kIgnored, "training set");
    for (int64_t i = 0; i < set.size(); ++i) {
      const RawSlice slice = set.read(i);
      EXPECT_TRUE(is_finite(slice.kspace));
      EXPECT_TRUE(slice.mask.any().item<bool>());
    }
    return set.size() > 0;
  });
}

TEST_F(HostileFiles, AreTrainedOnOrNamed) {
  for_each(
      "train/kspace/bad.h5",
      [](const fs::path& folder, const fs::path& /*bad*/) {
        Config config;
        config.model = tiny_model();
        config.data.train = (folder / "train").string();
        config.train.epochs = 1;
        config.train.schedule.milestones = {1};
        const RunFolder run(folder / "run");
        Trainer trainer(config, torch::kCPU, run);
        // Asked before every step and at the end of the epoch.
        trainer.run([asked = 0]() mutable { return ++asked > 2; });
        for (const torch::Tensor& parameter : trainer.network()->parameters()) {
          EXPECT_TRUE(is_finite(parameter));
        }
        return trainer.position().steps > 0;
      },
      5);
}

}  // namespace
}  // namespace dircn::hostile_test
