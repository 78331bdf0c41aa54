#include "dircn/simulate/simulated_set.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/core/interrupt.h"
#include "dircn/core/log.h"
#include "dircn/core/progress.h"
#include "simulate/set_options.h"
#include "simulate/volume_files.h"

namespace dircn::simulation {
namespace fs = std::filesystem;
namespace {

struct Job {
  VolumeId id;
  fs::path file;   // that holds the k-space
  fs::path image;  // empty in fastMRI's layout

  bool is_done() const {
    std::error_code error;
    return fs::exists(file, error) && (image.empty() || fs::exists(image, error));
  }
};

std::string number(int64_t value) {
  return std::to_string(value);
}

/// ROOT/{train,val,leaderboard/accN}/{kspace,image}/NAME.h5
Job snu_job(const fs::path& root, const VolumeId& id, int64_t position) {
  const bool test = id.split == Split::leaderboard;
  const fs::path folder =
      root / to_string(id.split) / (test ? "acc" + number(id.acceleration) : "");
  const std::string name = (test ? "brain_test_" : "brain_acc" + number(id.acceleration) + "_") +
                           number(position) + ".h5";
  return {id, folder / "kspace" / name, folder / "image" / name};
}

/// ROOT/multicoil_{train,val,test}/NAME.h5
Job fastmri_job(const fs::path& root, const VolumeId& id, int64_t position) {
  const bool test = id.split == Split::leaderboard;
  const std::string split = test ? "test" : to_string(id.split);
  return {id,
          root / ("multicoil_" + split) /
              ("file_brain_" + split + "_acc" + number(id.acceleration) + "_" + number(position) +
               ".h5"),
          ""};
}

void require_options(const SetOptions& options) {
  const std::vector<int64_t>& all = options.accelerations;
  bool distinct = true;
  for (const int64_t one : all) {
    distinct = distinct && one >= 2 && std::count(all.begin(), all.end(), one) == 1;
  }
  require(distinct && !all.empty(), [&] {
    return Error::Parts{"--acceleration", "a number below 2, or one twice",
                        "different numbers of 2 and more", ""};
  });
  require(options.train + options.val + options.leaderboard > 0, [] {
    return Error::Parts{"data set", "no volumes", "at least one of --train, --val, --leaderboard",
                        ""};
  });
}

/// Training and validation take the accelerations in turn; a leaderboard has all of each.
std::vector<Job> jobs(const SetOptions& options) {
  const auto kinds = static_cast<int64_t>(options.accelerations.size());
  const auto make = options.layout == Layout::snu ? snu_job : fastmri_job;
  std::vector<Job> result;
  const auto add = [&](Split split, int64_t volumes) {
    for (int64_t i = 0; i < volumes; ++i) {
      const int64_t position = i / kinds + 1;
      const int64_t acceleration = options.accelerations[static_cast<size_t>(i % kinds)];
      result.push_back(
          make(options.output, {options.seed, split, acceleration, position}, position));
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
    return Error::Parts{options.output.string(), done->file.string() + ", but no simulation.json",
                        "an empty folder, or a set that an earlier run began",
                        "Choose another --output."};
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
    const bool whole = job.image.empty() ? write_fastmri_volume(volume, job.file, on_slice)
                                         : write_snu_volume(volume, job.file, job.image, on_slice);
    summary.written += whole ? 1 : 0;
    if (interrupted()) {
      summary.interrupted = true;
      break;
    }
  }
  return summary;
}

}  // namespace dircn::simulation
