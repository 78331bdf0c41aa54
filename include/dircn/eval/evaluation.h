#pragma once

#include <ostream>
#include <string>

#include "dircn/eval/score_job.h"

namespace dircn {

/// Files that an evaluation writes; empty names: none.
struct EvaluationFiles {
  std::string json;
  std::string csv;
  std::string picture;  // the slice of median SSIM, see `comparison_picture`
};

/// Scores a job, prints the report to `out`, writes the files and logs the problems. Whether there
/// were none, and all files could be written: one that fails is logged, and the others follow.
/// Throws `Error` before the work begins, if two files have one name, a name is no file's, or its
/// folder cannot be written; later as `score_volumes` does.
bool evaluate(const ScoreJob& job, const EvaluationFiles& files, std::ostream& out);

}  // namespace dircn
