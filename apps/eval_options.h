#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "command_line.h"
#include "dircn/evaluate/evaluate.h"
#include "dircn/evaluate/evaluated_runs.h"

namespace dircn {

/// The command line of dircn_eval.
struct EvalOptions {
  std::string target;
  std::string reconstruction;
  std::vector<std::string> checkpoints;
  std::vector<std::string> compared;
  std::string device = "auto";
  std::optional<ScorePreset> preset;
  bool flips = false;
  int64_t report_volumes = ReportOptions().volumes;
  ConfigOptions config;
  EvaluationFiles files;

  void add_to(CLI::App& app);

  /// What is to be scored.
  std::vector<EvaluatedRun> runs(const Config& settings) const;
  ReportOptions report(const Config& settings) const;

 private:
  void add_sources(CLI::App& app);
  void add_outputs(CLI::App& app);
  void require_sources() const;
};

}  // namespace dircn
