#include "dircn/evaluate/evaluate.h"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "dircn/core/atomic_file.h"
#include "dircn/core/error.h"
#include "dircn/core/log.h"
#include "dircn/formats/png.h"
#include "dircn/pictures/comparison_picture.h"
#include "dircn/report/report.h"
#include "dircn/score/paired_scores.h"
#include "dircn/score/score_formats.h"
#include "dircn/score/score_job.h"
#include "dircn/score/score_volume.h"
#include "dircn/score/scores.h"
#include "dircn/score/volume_source.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

constexpr const char* kPage = "index.html";

void require_files_of_their_own(const std::vector<fs::path>& files) {
  std::set<fs::path> names;
  for (const auto& path : files) {
    if (path.empty()) {
      continue;
    }
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    require(path.has_filename() && (!fs::exists(status) || fs::is_regular_file(status)), [&] {
      return Error::Parts{path.string(), "a folder or a device", "the name of a file to write",
                          "Choose another name."};
    });
    require(names.insert(fs::weakly_canonical(fs::absolute(path))).second, [&] {
      return Error::Parts{path.string(), "the name of another output, too",
                          "a file for each of the outputs", "Choose another name."};
    });
  }
}

void require_comparable(const std::vector<EvaluatedRun>& runs) {
  std::set<std::string> names;
  for (const auto& run : runs) {
    require(run.job.rule.preset == runs.front().job.rule.preset, [&] {
      return Error::Parts{"runs to be compared",
                          runs.front().name + " scored by " +
                              to_string(runs.front().job.rule.preset) + ", " + run.name + " by " +
                              to_string(run.job.rule.preset),
                          "one rule for all of them", "Name it: --preset."};
    });
    require(names.insert(run.name).second, [&] {
      return Error::Parts{"runs to be compared", "two of the name '" + run.name + "'",
                          "a name for each", "Name them: --compare NAME=PATH."};
    });
  }
}

std::unique_ptr<AtomicFile> begin(const std::string& path) {
  return path.empty() ? nullptr : std::make_unique<AtomicFile>(path);
}

/// False if it fails, which is logged.
bool attempt(const std::function<void()>& write) {
  try {
    write();
    return true;
  } catch (const std::exception& error) {
    log_error(reason(error));
    return false;
  }
}

/// A slice as those runs show it that have its volume.
std::vector<SliceImages> images_of(const std::vector<EvaluatedRun>& runs,
                                   const std::vector<RunScores>& scores, const std::string& name,
                                   int64_t slice) {
  std::vector<SliceImages> images;
  for (size_t run = 0; run < runs.size(); ++run) {
    if (const auto opened = open_scored(runs[run].job, scores[run].scores, name)) {
      images.push_back(scored_part(opened->read_slice(slice), runs[run].job.rule));
    }
  }
  return images;
}

/// The slice of median SSIM of the first run.
void draw_median(const std::vector<EvaluatedRun>& runs, const std::vector<RunScores>& scores,
                 const std::string& path) {
  const auto median = median_slice(scores.front().scores);
  if (path.empty() || !median) {
    return;
  }
  const std::string& name = scores.front().scores.volumes[median->volume].name;
  write_png(path, comparison_picture(images_of(runs, scores, name, median->slice)));
  log_info(path + " shows " + name + " slice " + std::to_string(median->slice));
}

std::vector<RunScores> score_runs(const std::vector<EvaluatedRun>& runs) {
  std::vector<RunScores> scores;
  scores.reserve(runs.size());
  for (const auto& run : runs) {
    if (runs.size() > 1) {
      log_info("scoring " + run.name);
    }
    scores.push_back({run.name, score_volumes(run.job)});
  }
  return scores;
}

/// Whether there were none.
bool log_problems(const std::vector<RunScores>& scores) {
  bool none = true;
  for (const auto& run : scores) {
    for (const auto& problem : run.scores.problems) {
      log_error((scores.size() > 1 ? run.name + ": " : "") + problem.text);
      none = false;
    }
  }
  return none;
}

}  // namespace

bool evaluate(const std::vector<EvaluatedRun>& runs, const EvaluationFiles& files,
              std::ostream& out, const ReportOptions& report) {
  const std::string page_path =
      files.report.empty() ? "" : (fs::path(files.report) / kPage).string();
  require_files_of_their_own({files.json, files.csv, files.picture, page_path});
  require_comparable(runs);
  const auto json = begin(files.json);
  const auto csv = begin(files.csv);
  const auto picture = begin(files.picture);  // only a check: `write_png` makes its own
  const auto page = begin(page_path);
  const auto scores = score_runs(runs);
  const Comparison comparison = compare(scores);
  out << to_text(scores, comparison) << std::flush;
  bool written = true;
  const auto write = [&](const std::unique_ptr<AtomicFile>& file, const auto& content) {
    written = attempt([&] {
                if (file) {
                  file->commit(content());
                }
              }) &&
              written;
  };
  write(json, [&] { return to_json(scores, comparison); });
  write(csv, [&] { return to_csv(scores); });
  written = attempt([&] { draw_median(runs, scores, files.picture); }) && written;
  write(page, [&] { return report_page(runs, scores, comparison, report); });
  if (page && written) {
    log_info("report: " + page_path);
  }
  return log_problems(scores) && written;
}

}  // namespace dircn
