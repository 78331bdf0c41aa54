#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "dircn/report/report.h"

namespace dircn {

/// Files that an evaluation writes; empty names: none.
struct EvaluationFiles {
  std::string json;
  std::string csv;
  std::string picture;  // the slice of median SSIM, see `comparison_picture`
  std::string report;   // a folder, which gets index.html, see `report_page`
};

/// Scores runs (at least one) of the same targets, compares those after the first with it, prints
/// the report to `out`, writes the files and logs the problems. Whether there were none, and all
/// files could be written: one that fails is logged, and the others follow. Throws `Error` before
/// the work begins, if runs differ in their rule or share a name, two files have one name, a name
/// is no file's, or its folder cannot be written; later as `score_volumes` does.
bool evaluate(const std::vector<EvaluatedRun>& runs, const EvaluationFiles& files,
              std::ostream& out, const ReportOptions& report = {});

}  // namespace dircn
