#include "dircn/eval/evaluation.h"

#include <exception>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <system_error>

#include "dircn/core/atomic_file.h"
#include "dircn/core/error.h"
#include "dircn/core/log.h"
#include "dircn/eval/comparison_picture.h"
#include "dircn/eval/score_csv.h"
#include "dircn/eval/score_json.h"
#include "dircn/eval/score_report.h"
#include "dircn/eval/score_volume.h"
#include "dircn/eval/score_volumes.h"
#include "dircn/eval/scored_volume.h"
#include "dircn/eval/scores.h"
#include "dircn/io/png.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

void require_files_of_their_own(const EvaluationFiles& files) {
  std::set<fs::path> names;
  for (const auto& name : {files.json, files.csv, files.picture}) {
    const fs::path path = name;
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

void draw_median(const ScoreJob& job, const Scores& scores, const std::string& path) {
  const auto median = median_slice(scores);
  if (path.empty() || !median) {
    return;
  }
  const VolumeScore& volume = scores.volumes[median->volume];
  const SliceImages images = job.volumes[volume.job].open().read_slice(median->slice);
  write_png(path, comparison_picture(scored_part(images, scores.rule)));
  log_info(path + " shows " + volume.name + " slice " + std::to_string(median->slice));
}

}  // namespace

bool evaluate(const ScoreJob& job, const EvaluationFiles& files, std::ostream& out) {
  require_files_of_their_own(files);
  const auto json = begin(files.json);
  const auto csv = begin(files.csv);
  const auto picture = begin(files.picture);  // only a check: `write_png` makes its own
  const Scores scores = score_volumes(job);
  out << to_text(scores) << std::flush;
  const bool json_written = attempt([&] {
    if (json) {
      json->commit(to_json(scores));
    }
  });
  const bool csv_written = attempt([&] {
    if (csv) {
      csv->commit(to_csv(scores));
    }
  });
  const bool picture_written = attempt([&] { draw_median(job, scores, files.picture); });
  for (const auto& problem : scores.problems) {
    log_error(problem.text);
  }
  return scores.problems.empty() && json_written && csv_written && picture_written;
}

}  // namespace dircn
