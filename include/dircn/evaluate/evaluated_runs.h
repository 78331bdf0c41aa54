#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/reconstruct/network_ensemble.h"
#include "dircn/report/report.h"
#include "dircn/score/score_rule.h"

namespace dircn {

/// Where a run comes from: a folder of reconstructions, or a checkpoint.
struct RunSource {
  std::string name;
  std::filesystem::path path;
};

/// What a user names: PATH, or NAME=PATH, where the name has no slash (so that `runs/lr=0.1` is a
/// path). Without a name it is the path's last component, with as many of those before it as it
/// takes to tell the sources from each other.
std::vector<RunSource> run_sources(const std::vector<std::string>& texts);

/// What a path alone would be called.
std::string run_name(const std::filesystem::path& path);

/// Reconstructions on disk, see `score_folder_job`. What their files say of the method and the
/// programs that made them becomes facts.
EvaluatedRun folder_run(const RunSource& source, const std::filesystem::path& target,
                        std::optional<ScorePreset> preset, const DataConfig& data);

/// The mean of the networks of some checkpoints on `config.data.val`, see `score_network_job` and
/// `load_network`.
EvaluatedRun network_run(const std::string& name,
                         const std::vector<std::filesystem::path>& checkpoints,
                         const Config& config, const EnsembleOptions& options,
                         std::optional<ScorePreset> preset);

}  // namespace dircn
