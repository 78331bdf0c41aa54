#include "dircn/score/score_job.h"

#include <torch/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/data/data_layout.h"
#include "dircn/data/input_check.h"
#include "dircn/data/label_volume.h"
#include "dircn/data/prepared_slice.h"
#include "dircn/data/volume.h"
#include "dircn/data/volume_pair.h"
#include "dircn/data/volume_tree.h"
#include "dircn/formats/hdf5.h"
#include "dircn/reconstruct/reconstruct.h"
#include "dircn/score/volume_source.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

/// What the volumes of a job share.
struct Run {
  Reconstructor reconstructor;
  DataConfig data;
  std::shared_ptr<SliceTimes> times;
};

/// Reconstructs the slices of one volume and measures all of them but the first ones.
class NetworkSource : public VolumeSource {
 public:
  NetworkSource(std::shared_ptr<Run> run, LabelVolume label, ScoredKspace kspace,
                std::optional<std::string> note, std::vector<std::string> warnings)
      : VolumeSource(std::move(label), std::move(kspace), std::move(note), std::move(warnings)),
        run_(std::move(run)) {}

 private:
  void add_stored(int64_t index, const Extras& /*wanted*/, SliceInput& slice) const override {
    slice.kspace = kspace()->volume().read_slice(index);
    slice.mask = kspace()->mask();
  }

  /// What takes more than the image is not timed.
  SliceOutputs outputs(const SliceInput& slice, const Extras& wanted) override {
    const auto start = std::chrono::steady_clock::now();
    SliceOutputs outputs =
        run_->reconstructor.outputs({slice.kspace, slice.mask, slice.grid}, wanted);
    const auto end = std::chrono::steady_clock::now();
    if (wanted.empty() && ++done_ > kWarmUpSlices) {
      run_->times->milliseconds.push_back(
          std::chrono::duration<double, std::milli>(end - start).count());
    }
    return outputs;
  }

  std::shared_ptr<Run> run_;
  int64_t done_ = 0;
};

/// What may void the scores of a volume. Throws `Error` for what certainly does.
std::vector<std::string> warnings_of(const VolumeEntry& entry, const Run& run) {
  const VolumeCheck check =
      InputCheck(run.data, Targets::labels, run.reconstructor.calibrations()).add(entry);
  require_usable(check.findings);
  std::vector<std::string> warnings;
  for (const InputFinding& finding : check.findings) {
    warnings.push_back(finding.text());
  }
  return warnings;
}

std::unique_ptr<VolumeSource> volume_to_score(const std::shared_ptr<Run>& run,
                                              const VolumeEntry& entry) {
  const DataConfig& data = run->data;
  ScoredKspace kspace(KspaceVolume(entry.kspace, data));
  const DataLayout& layout = kspace.volume().layout();
  LabelVolume label(label_file(entry, layout), layout.name);
  auto note = kspace.volume().note();
  return std::make_unique<NetworkSource>(run, std::move(label), std::move(kspace), std::move(note),
                                         warnings_of(entry, *run));
}

/// The image files of a folder, none where it has none: then each volume will say what it lacks.
std::vector<ImageEntry> images_of(const fs::path& folder) {
  return fs::is_directory(folder) ? find_images_if_any(folder, "") : std::vector<ImageEntry>{};
}

/// Image files of the challenge's layout that have no k-space.
std::vector<ScoreProblem> images_alone(const fs::path& folder,
                                       const std::vector<VolumeEntry>& volumes) {
  std::set<fs::path> known;
  for (const auto& entry : volumes) {
    known.insert(entry.relative);
  }
  std::vector<ScoreProblem> problems;
  for (const auto& image : images_of(folder)) {
    if (known.count(image.relative) == 0) {
      problems.push_back(
          {ScoreProblem::Kind::kMissing, image.relative.generic_string() + " has no k-space"});
    }
  }
  return problems;
}

}  // namespace

ScoreJob score_network_job(std::shared_ptr<SliceMethod> method, const DataConfig& data,
                           std::optional<ScorePreset> preset) {
  require(!data.val.empty(), [] {
    return Error::Parts{"validation set", "no folder named", "a folder of volumes",
                        "Name it in the configuration: data.val."};
  });
  const auto volumes = find_volumes(data.val);
  const auto times = std::make_shared<SliceTimes>();
  times->device = method->device().str();
  ReconstructionOptions options;
  options.data = data;
  const auto run =
      std::make_shared<Run>(Run{Reconstructor(std::move(method), options), data, times});
  ScoreJob job;
  std::vector<fs::path> files;
  files.reserve(volumes.size());
  for (const auto& entry : volumes) {
    files.push_back(entry.kspace);
  }
  job.rule = choose_rule(preset, files, [&](const fs::path& path) {
    const Hdf5File file(path);
    file.dataset(kKspaceName);  // one without k-space has no say
    return data_layout(file, data.layout).name;
  });
  for (const auto& entry : volumes) {
    job.volumes.push_back(
        {entry.relative.generic_string(), [run, entry] { return volume_to_score(run, entry); }});
  }
  job.problems = images_alone(data.val, volumes);
  job.times = times;
  return job;
}

}  // namespace dircn
