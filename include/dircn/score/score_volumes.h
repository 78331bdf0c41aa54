#pragma once

#include "dircn/score/score_job.h"
#include "dircn/score/scores.h"

namespace dircn {

/// Scores all volumes of a job. What cannot be scored becomes a problem, and the rest is scored.
/// Progress goes to the terminal or the log. Throws `Error` if a signal came (see
/// `catch_interrupts`): scores of a part would be taken for those of all.
Scores score_volumes(const ScoreJob& job);

}  // namespace dircn
