#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/score/scores.h"
#include "dircn/score/volume_source.h"

namespace dircn {

/// What is to be scored, and by which rule.
struct ScoreJob {
  struct Volume {
    std::string name;  // below the root of the targets, see `ImageEntry`
    /// Throws `Error` for what cannot be scored.
    std::function<std::unique_ptr<VolumeSource>()> open;
  };
  ScoreRule rule = score_rule(ScorePreset::snu2022);
  std::vector<Volume> volumes = {};
  std::vector<ScoreProblem> problems = {};            // volumes without a counterpart
  std::shared_ptr<const SliceTimes> times = nullptr;  // filled while a network reconstructs
};

/// `preset`, or what fits the layout of the files: fastmri for fastMRI's, else snu2022. Files for
/// which `layout` throws `Error` are passed over. Throws `Error`, naming one file of each, if they
/// have different layouts.
ScoreRule choose_rule(std::optional<ScorePreset> preset,
                      const std::vector<std::filesystem::path>& files,
                      const std::function<Layout(const std::filesystem::path& file)>& layout);

}  // namespace dircn
