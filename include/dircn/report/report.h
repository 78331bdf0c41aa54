#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dircn/score/paired_scores.h"
#include "dircn/score/score_job.h"

namespace dircn {

/// A line of the report's small print: what, and its value.
using Fact = std::pair<std::string, std::string>;

/// One of the reconstructions that are evaluated together, of the same targets.
struct EvaluatedRun {
  std::string name;
  ScoreJob job;
  std::vector<Fact> facts = {};  // where it comes from
};

struct ReportOptions {
  std::string title = "Reconstruction report";
  int64_t volumes = 4;                       // of which slices are shown, at most
  std::optional<std::string> configuration;  // YAML
};

/// The evaluation as one HTML page that needs nothing else: tables, charts, worst and best slices,
/// and a viewer of the slices of some volumes (those of lowest and highest SSIM and evenly ranked
/// ones between them). `scores`: those of `runs`, in the same order. For the pictures the volumes
/// are opened again. Throws `Error` as that does, and if a signal came.
std::string report_page(const std::vector<EvaluatedRun>& runs, const std::vector<RunScores>& scores,
                        const Comparison& comparison, const ReportOptions& options);

}  // namespace dircn
