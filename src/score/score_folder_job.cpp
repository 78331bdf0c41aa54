#include "dircn/score/score_job.h"

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/data/label_volume.h"
#include "dircn/data/stored_mask.h"
#include "dircn/data/volume.h"
#include "dircn/data/volume_tree.h"
#include "dircn/formats/hdf5.h"
#include "dircn/score/volume_source.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

void require_shape(const Hdf5File& file, const LabelVolume& label, const ScoreRule& rule) {
  const std::vector<int64_t> shape = file.dataset(kReconstruction).shape;
  const std::vector<int64_t>& target = label.shape();
  const bool cropped = rule.crop_edge != nullptr;
  const int64_t edge = cropped ? rule.crop_edge(target[1], target[2]) : 0;
  const bool large_enough =
      shape.size() == 3 && shape[0] == target[0] && shape[1] >= edge && shape[2] >= edge;
  require(cropped ? large_enough : shape == target, [&] {
    return Error::Parts{
        file.path().string() + ": '" + kReconstruction + "'", "shape " + shape_text(shape),
        shape_text(target) + ", the shape of its target" +
            (cropped ? ", or at least " + std::to_string(edge) + " pixels a side" : ""),
        ""};
  });
}

/// The mask with which `dircn_reconstruct` made the file, if it had to draw one.
std::optional<torch::Tensor> kept_mask(const Hdf5File& made, const KspaceVolume& kspace) {
  return made.has_dataset(kMaskName) ? std::optional<torch::Tensor>(read_mask(
                                           made, kspace.coils(), kspace.height(), kspace.width()))
                                     : std::nullopt;
}

struct FoundKspace {
  std::optional<ScoredKspace> kspace = std::nullopt;
  std::optional<std::string> note = std::nullopt;  // why there is none
};

/// The k-space of a target: in its own file, or that of the challenge beside it. Without the latter
/// the volume can be scored all the same, so a file that cannot be used is only noted.
FoundKspace find_kspace(const LabelVolume& label, const Hdf5File& made, const DataConfig& data) {
  const auto open = [&](const fs::path& path) {
    KspaceVolume volume(path, data);
    const auto mask = kept_mask(made, volume);
    return ScoredKspace(std::move(volume), mask);
  };
  const fs::path& target = label.file().path();
  if (label.file().has_dataset(kKspaceName)) {
    return {open(target)};
  }
  std::error_code error;
  const auto beside = kspace_place(target);
  if (!beside || !fs::exists(*beside, error)) {
    return {};
  }
  try {
    return {open(*beside)};
  } catch (const Error& problem) {
    return {std::nullopt, "k-space beside the target was not used: " + reason(problem)};
  }
}

/// What a file may hold beside its reconstruction: images [S, h, w] as those, or maps [S, C, h, w].
void require_fitting(const Hdf5File& file, const std::string& name) {
  const bool maps = name == kSensitivityMaps;
  const Hdf5Dataset extra = file.dataset(name);
  std::vector<int64_t> expected = file.dataset(kReconstruction).shape;
  if (maps && extra.shape.size() == 4) {
    expected.insert(expected.begin() + 1, extra.shape[1]);
  }
  const auto kind = maps ? Hdf5Dataset::Kind::kComplex : Hdf5Dataset::Kind::kReal;
  require(extra.kind == kind && extra.shape == expected, [&] {
    return Error::Parts{file.path().string() + ": '" + name + "'",
                        extra.type + " of shape " + shape_text(extra.shape),
                        std::string(maps ? "complex" : "real") + " numbers for images " +
                            shape_text(file.dataset(kReconstruction).shape),
                        "Reconstruct the volume again, with --also."};
  });
}

/// The reconstruction, and of the rest what is wanted and the file has. Standard deviations come
/// with whatever else is wanted.
SliceOutputs read_outputs(const Hdf5File& file, int64_t slice, const Extras& wanted) {
  SliceOutputs outputs{{kReconstruction, read_finite_slice(file, kReconstruction, slice)}};
  const std::pair<std::string, bool> beside[] = {
      {kDeviation, !wanted.empty()},
      {kResidual, wanted.count(Extra::residual) > 0},
      {kSensitivityMaps, wanted.count(Extra::sensitivity_maps) > 0}};
  for (const auto& [name, is_wanted] : beside) {
    if (is_wanted && file.has_dataset(name)) {
      require_fitting(file, name);
      outputs[name] = name == kSensitivityMaps ? file.read_complex_slice(name, slice).nan_to_num()
                                               : read_finite_slice(file, name, slice);
    }
  }
  return outputs;
}

/// Reconstructions that lie in a file.
class FileSource : public VolumeSource {
 public:
  FileSource(Hdf5File made, LabelVolume label, FoundKspace found)
      : VolumeSource(std::move(label), std::move(found.kspace), std::move(found.note)),
        made_(std::move(made)) {}

 private:
  void add_stored(int64_t index, const Extras& wanted, SliceInput& slice) const override {
    slice.stored.merge(read_outputs(made_, index, wanted));
  }

  SliceOutputs outputs(const SliceInput& slice, const Extras& /*wanted*/) override {
    return slice.stored;
  }

  Hdf5File made_;
};

/// The files of one name; empty where there is none.
struct FilePair {
  fs::path target;
  fs::path made;
};

std::unique_ptr<VolumeSource> open_pair(const FilePair& files, const ScoreRule& rule,
                                        const DataConfig& data) {
  LabelVolume label(files.target, data.layout);
  Hdf5File reconstruction(files.made);
  require_shape(reconstruction, label, rule);
  auto found = find_kspace(label, reconstruction, data);
  return std::make_unique<FileSource>(std::move(reconstruction), std::move(label),
                                      std::move(found));
}

}  // namespace

ScoreJob score_folder_job(const fs::path& target, const fs::path& reconstruction,
                          std::optional<ScorePreset> preset, const DataConfig& data) {
  ScoreJob job;
  std::vector<fs::path> targets;
  std::map<fs::path, FilePair> pairs;
  for (const auto& image : find_images(target, reconstruction)) {
    targets.push_back(image.file);
    pairs[image.relative].target = image.file;
  }
  for (const auto& image : find_images(reconstruction, target)) {
    pairs[image.relative].made = image.file;
  }
  job.rule = choose_rule(preset, targets, [&](const fs::path& file) {
    return LabelVolume(file, data.layout).layout().name;
  });
  for (const auto& [relative, files] : pairs) {
    const std::string name = relative.generic_string();
    if (files.made.empty()) {
      job.problems.push_back({ScoreProblem::Kind::kMissing, name + " has no reconstruction"});
    } else if (files.target.empty()) {
      job.problems.push_back({ScoreProblem::Kind::kExtra, name + " has no target"});
    } else {
      job.volumes.push_back(
          {name, [files = files, rule = job.rule, data] { return open_pair(files, rule, data); }});
    }
  }
  return job;
}

}  // namespace dircn
