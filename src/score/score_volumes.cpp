#include "dircn/score/score_volumes.h"

#include <torch/utils.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/core/interrupt.h"
#include "dircn/core/log.h"
#include "dircn/core/progress.h"
#include "dircn/score/score_volume.h"
#include "dircn/score/scored_volume.h"
#include "score/score_groups.h"

namespace dircn {
namespace {

/// False if a signal stopped it; then the volume is left out.
bool add_volume(Scores& scores, const ScoreJob& job, size_t index, Progress& progress) {
  const auto& [name, open] = job.volumes[index];
  const ScoredVolume volume = open();
  if (const auto& note = volume.note()) {
    progress.interrupt_line();
    log_info(*note);
  }
  auto scored = score_volume(volume, name, job.rule, interrupted);
  if (!scored) {
    return false;
  }
  scored->volume.job = index;
  add_scored(scores, std::move(*scored));
  return true;
}

}  // namespace

Scores score_volumes(const ScoreJob& job) {
  const torch::NoGradGuard no_grad;
  Scores scores;
  scores.rule = job.rule;
  scores.problems = job.problems;
  Progress progress(static_cast<int64_t>(job.volumes.size()), "volumes");
  bool stopped = false;
  for (size_t i = 0; i < job.volumes.size() && !stopped; ++i) {
    try {
      stopped = !add_volume(scores, job, i, progress);
    } catch (const std::exception& error) {
      scores.problems.push_back({ScoreProblem::Kind::kUnusable,
                                 job.volumes[i].name + " was not scored: " + reason(error)});
    }
    progress.advance();
  }
  require(!stopped, [&] {
    return Error::Parts{"scoring",
                        "interrupted after " + std::to_string(scores.volumes.size()) + " of " +
                            std::to_string(job.volumes.size()) + " volumes",
                        "", "Run it again: scores of a part are not reported."};
  });
  add_groups(scores);
  if (job.times) {
    scores.times = *job.times;
  }
  return scores;
}

}  // namespace dircn
