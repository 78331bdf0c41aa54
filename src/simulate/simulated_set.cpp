#include "dircn/simulate/simulated_set.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/core/interrupt.h"
#include "dircn/core/log.h"
#include "dircn/core/progress.h"
#include "dircn/data/data_layout.h"
#include "dircn/data/volume_tree.h"
#include "simulate/set_options.h"
#include "simulate/volume_files.h"

namespace dircn::simulation {
namespace fs = std::filesystem;
namespace {

struct Job {
  VolumeId id;
  VolumeFiles files;

  bool is_done() const {
    std::error_code error;
    return fs::exists(files.kspace, error) && (!files.image || fs::exists(*files.image, error));
  }
};

std::string number(int64_t value) {
  return std::to_string(value);
}

void require_options(const SetOptions& options) {
  const std::vector<int64_t>& all = options.accelerations;
  bool distinct = true;
  for (const int64_t one : all) {
    distinct = distinct && one >= 2 && std::count(all.begin(), all.end(), one) == 1;
  }
  require(distinct && !all.empty(), [&] {
    return Error::Parts{"--acceleration", "a number below 2, or one twice",
                        "different numbers of 2 and more"};
  });
  require(options.train + options.val + options.leaderboard > 0, [] {
    return Error::Parts{"data set", "no volumes", "at least one of --train, --val, --leaderboard"};
  });
}

/// Training and validation take the accelerations in turn; a leaderboard has all of each.
std::vector<Job> jobs(const SetOptions& options) {
  const auto kinds = static_cast<int64_t>(options.accelerations.size());
  const DataLayout& layout = data_layout(options.layout);
  std::vector<Job> result;
  const auto add = [&](Split split, int64_t volumes) {
    for (int64_t i = 0; i < volumes; ++i) {
      const int64_t position = i / kinds + 1;
      const int64_t acceleration = options.accelerations[static_cast<size_t>(i % kinds)];
      const fs::path kspace =
          options.output / layout.place(to_string(split), acceleration, position);
      result.push_back(
          {{options.seed, split, acceleration, position}, {kspace, image_place(kspace)}});
    }
  };
  add(Split::train, options.train);
  add(Split::val, options.val);
  add(Split::leaderboard, options.leaderboard * kinds);
  return result;
}

}  // namespace

std::string to_string(const SetSummary& summary) {
  return number(summary.written) + " volumes written, " + number(summary.skipped) +
         " skipped (already there)" +
         (summary.interrupted ? "; interrupted, run again to continue" : "");
}

SetSummary simulate_set(const SetOptions& options) {
  require_options(options);
  const std::string anatomy_name = options.anatomy.empty() ? default_anatomy() : options.anatomy;
  bool noted = is_noted(options, anatomy_name);
  std::vector<Job> todo = jobs(options);
  const auto done = std::stable_partition(todo.begin(), todo.end(),
                                          [](const Job& job) { return !job.is_done(); });
  SetSummary summary;
  summary.skipped = std::distance(done, todo.end());
  require(noted || summary.skipped == 0, [&] {
    return Error::Parts{
        options.output.string(), done->files.kspace.string() + ", but no simulation.json",
        "an empty folder, or a set that an earlier run began", "Choose another --output."};
  });
  todo.erase(done, todo.end());
  if (todo.empty()) {
    return summary;
  }
  log_info("Anatomy: " + anatomy_name);
  const Anatomy anatomy(load_head(anatomy_name));
  Progress progress(static_cast<int64_t>(todo.size()) * options.scan.slices, "slices");
  const OnSlice on_slice = [&] {
    progress.advance();
    return !interrupted();
  };
  for (const Job& job : todo) {
    const SimulatedVolume volume(anatomy, options.scan, job.id);
    if (!noted) {  // now that the options have proved to be of use
      leave_note(options, anatomy_name);
      noted = true;
    }
    const bool whole = write_volume(volume, data_layout(options.layout), job.files, on_slice);
    summary.written += whole ? 1 : 0;
    if (interrupted()) {
      summary.interrupted = true;
      break;
    }
  }
  return summary;
}

}  // namespace dircn::simulation
