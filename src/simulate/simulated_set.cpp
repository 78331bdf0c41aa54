#include "dircn/simulate/simulated_set.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "dircn/core/atomic_file.h"
#include "dircn/core/error.h"
#include "dircn/core/interrupt.h"
#include "dircn/core/log.h"
#include "dircn/core/progress.h"
#include "dircn/data/data_layout.h"
#include "dircn/data/volume_tree.h"
#include "simulate/scan_files.h"
#include "simulate/varied_scan.h"
#include "simulate/volume_files.h"

namespace dircn::simulation {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

/// Counts up when the same options come to give other files.
constexpr int kRevision = 1;

Json note_of(const SetOptions& options, const std::string& anatomy) {
  const Scan& scan = options.scan;
  if (options.variety) {
    const SimulationConfig& variety = *options.variety;
    return {{"revision", kRevision},      {"layout", to_string(options.layout)},
            {"anatomy", variety.anatomy}, {"coil_maps", variety.coil_maps},
            {"seed", options.seed},       {"acceleration", options.accelerations},
            {"slices", scan.slices},      {"coils", variety.coils},
            {"matrix", variety.matrix},   {"snr", variety.snr}};
  }
  return {{"revision", kRevision},
          {"layout", to_string(options.layout)},
          {"anatomy", anatomy},
          {"seed", options.seed},
          {"acceleration", options.accelerations},
          {"slices", scan.slices},
          {"coils", scan.coils},
          {"height", scan.height},
          {"width", scan.width},
          {"label", scan.label}};
}

std::string text_of(const Json& json, int indent) {
  return json.dump(indent, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

/// Those entries of `wanted` that `other` lacks or has otherwise: "coils 4, width 84".
std::string note_differences(const Json& wanted, const Json& other) {
  std::string text;
  for (const auto& [name, value] : wanted.items()) {
    if (!other.contains(name) || other[name] != value) {
      text += (text.empty() ? "" : ", ") + name + " " + text_of(value, -1);
    }
  }
  return text.empty() ? "nothing else" : text;
}

fs::path note_path(const SetOptions& options) {
  return options.output / "simulation.json";
}

/// What the volumes below `options.output` were made with is noted there, in `simulation.json`.
/// Whether there is such a note; throws `Error` if it says anything else than `options` do. The
/// numbers of volumes may differ: a volume depends on its own number alone.
bool is_noted(const SetOptions& options, const std::string& anatomy) {
  const fs::path path = note_path(options);
  std::error_code error;
  if (!fs::exists(path, error)) {
    return false;
  }
  std::ifstream stream(path);
  const Json found = Json::parse(stream, nullptr, /*allow_exceptions=*/false);
  require(found.is_object(), [&] {
    return Error::Parts{path.string(), "no JSON object", "what an earlier run wrote",
                        "Choose another --output."};
  });
  const Json wanted = Json::parse(text_of(note_of(options, anatomy), -1));
  require(found == wanted, [&] {
    return Error::Parts{path.string(), note_differences(found, wanted),
                        note_differences(wanted, found),
                        "That folder holds another data set: give the options it was made with, or "
                        "choose another --output."};
  });
  return true;
}

/// Leaves that note.
void leave_note(const SetOptions& options, const std::string& anatomy) {
  AtomicFile(note_path(options)).commit(text_of(note_of(options, anatomy), 2) + "\n");
}

RandomStream stream_of(const VolumeId& id) {
  return {id.seed, static_cast<int64_t>(id.split), id.acceleration, id.index};
}

struct Job {
  VolumeId id;
  VolumeFiles files;

  bool is_done() const {
    std::error_code error;
    return fs::exists(files.kspace, error) && (!files.image || fs::exists(*files.image, error));
  }
};

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

/// Makes and writes one volume after the other.
class SetWriter {
 public:
  SetWriter(const SetOptions& options, const std::string& anatomy) : options_(options) {
    if (options.variety) {
      if ((options.train > 0) + (options.val > 0) + (options.leaderboard > 0) > 1) {
        log_warning(
            "training, validation and leaderboard are scans of the same heads, so that a "
            "score says nothing of others; to part them, write each by itself, with an "
            "--anatomy of its own");
      }
      sources_.emplace(*options.variety);
    } else {
      log_info("Anatomy: " + anatomy);
      anatomy_.emplace(load_head(anatomy));
    }
  }

  /// See `write_volume`. Calls `on_made` when the volume is about to be written.
  bool write(const Job& job, const std::function<void()>& on_made, const OnSlice& on_slice) {
    const DataLayout& layout = data_layout(options_.layout);
    if (!sources_) {
      const SimulatedVolume volume(*anatomy_, options_.scan, job.id);
      on_made();
      return write_volume(volume, layout, job.files, on_slice);
    }
    const auto acceleration = static_cast<double>(job.id.acceleration);
    sources_->config.acceleration = {acceleration, acceleration};
    VariedScan scan(*sources_, stream_of(job.id), options_.scan.slices);
    on_made();
    return write_scan(scan, job.id.split, layout, job.files, on_slice);
  }

 private:
  const SetOptions& options_;
  std::optional<Anatomy> anatomy_;
  std::optional<ScanSources> sources_;
};

}  // namespace

std::string to_string(const SetSummary& summary) {
  return std::to_string(summary.written) + " volumes written, " + std::to_string(summary.skipped) +
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
  SetWriter writer(options, anatomy_name);
  Progress progress(static_cast<int64_t>(todo.size()) * options.scan.slices, "slices");
  const OnSlice on_slice = [&] {
    progress.advance();
    return !interrupted();
  };
  const auto on_made = [&] {
    if (!noted) {  // now that the options have proved to be of use
      leave_note(options, anatomy_name);
      noted = true;
    }
  };
  for (const Job& job : todo) {
    const bool whole = writer.write(job, on_made, on_slice);
    summary.written += whole ? 1 : 0;
    if (interrupted()) {
      summary.interrupted = true;
      break;
    }
  }
  return summary;
}

}  // namespace dircn::simulation
