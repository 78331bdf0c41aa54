#include "dircn/data/input_check.h"

#include <algorithm>
#include <optional>

#include "data/slice_check.h"
#include "dircn/core/log.h"
#include "dircn/data/label_volume.h"
#include "dircn/data/prepared_slice.h"
#include "dircn/data/volume_pair.h"

namespace dircn {
namespace {

constexpr size_t kVolumesChecked = 8;
constexpr double kMuchBetter = 0.25;  // of the energy that is not explained
constexpr double kExact = 1e-8;       // of the energy: a label that fits its own k-space, anyway

struct NumberedSlice {
  int64_t number;
  torch::Tensor values;
};

/// The middle slice, or else the first one of which `tells` is true.
template <typename Read, typename Tells>
std::optional<NumberedSlice> telling_slice(int64_t slices, const Read& read, const Tells& tells) {
  for (int64_t i = -1; i < slices; ++i) {
    const int64_t number = i < 0 ? slices / 2 : i;
    torch::Tensor values = read(number);
    if (tells(values)) {
      return NumberedSlice{number, std::move(values)};
    }
  }
  return std::nullopt;
}

bool varies(const torch::Tensor& image) {
  return image.min().item<float>() < image.max().item<float>();
}

/// The file with the volume's labels; none where it has none.
std::optional<std::filesystem::path> file_of_labels(const VolumeEntry& entry,
                                                    const KspaceVolume& volume) {
  const DataLayout& layout = volume.layout();
  if (layout.image_folder != nullptr) {
    return entry.image;
  }
  return volume.file().has_dataset(volume.target()) ? std::optional(entry.kspace) : std::nullopt;
}

bool reaches_beyond(const GridAxis& axis) {
  return static_cast<double>(axis.pixels) * axis.pitch > static_cast<double>(axis.stored) + 0.5;
}

std::string slice_name(const std::filesystem::path& file, const char* name, int64_t slice) {
  return file.string() + ": '" + name + "' slice " + std::to_string(slice);
}

void append(std::vector<InputFinding>& findings, std::vector<InputFinding> more) {
  std::move(more.begin(), more.end(), std::back_inserter(findings));
}

/// What is wrong with a mask for one of several networks, what is so for several once.
std::vector<InputFinding> check_mask_for(const Calibrations& calibrations, const std::string& name,
                                         const torch::Tensor& mask) {
  std::vector<InputFinding> findings;
  for (const Calibration calibration : calibrations) {
    for (const InputFinding& finding : check_mask(name, mask, calibration)) {
      const bool known =
          std::any_of(findings.begin(), findings.end(),
                      [&](const InputFinding& other) { return other.text() == finding.text(); });
      if (!known) {
        findings.push_back(finding);
      }
    }
  }
  return findings;
}

}  // namespace

void require_usable(const std::vector<InputFinding>& findings) {
  for (const InputFinding& finding : findings) {
    require(!finding.fatal, [&] { return finding.parts; });
  }
}

VolumeCheck InputCheck::add(const VolumeEntry& entry) {
  const KspaceVolume volume(entry.kspace, config_);
  const auto found = telling_slice(
      volume.slices(), [&](int64_t i) { return volume.read_slice(i); },
      [](const torch::Tensor& kspace) { return kspace.ne(0).any().item<bool>(); });
  const std::string file = entry.kspace.string();
  VolumeCheck check;
  check.empty = !found;
  if (check.empty) {
    check.findings.push_back({true,
                              {file + ": '" + kKspaceName + "'", "zeros in every slice",
                               "measured k-space", "Export the volume again, or leave it out."}});
    return check;
  }
  const bool columns = volume.mask().dim() == 1;
  check.masked = is_masked(gaps(found->values, columns));
  const bool mask_counts =
      targets_ == Targets::labels || config_.training_masks == TrainingMasks::file;
  const torch::Tensor mask = mask_counts ? volume.mask() : torch::ones_like(volume.mask());
  check.findings = check_kspace(
      {slice_name(file, kKspaceName, found->number), found->values, mask, volume.acquired()},
      targets_);
  append(check.findings, check_mask_for(calibrations_, file + ": '" + kMaskName + "'", mask));
  if (targets_ == Targets::labels) {
    add_label(volume, entry, found->number, found->values, check);
  }
  return check;
}

void InputCheck::add_label(const KspaceVolume& volume, const VolumeEntry& entry, int64_t slice,
                           const torch::Tensor& kspace, VolumeCheck& check) {
  const auto path = file_of_labels(entry, volume);
  if (!path) {
    return;
  }
  const LabelVolume label(*path, volume.layout().name);
  const char* target = label.target();
  const auto read = [&](int64_t i) { return label.read_slice(i); };
  if (label.slices() != volume.slices()) {
    return;  // whoever needs both will say so
  }
  const torch::Tensor image = read(slice);
  if (!varies(image)) {
    if (!telling_slice(label.slices(), read, varies)) {
      check.findings.push_back(
          {true,
           {path->string() + ": '" + target + "'", "one value in all of every slice", "images",
            "Make this file again, or leave it out."}});
    }
    return;
  }
  const ImageGrid grid = volume.grid(ImageSize{image.size(0), image.size(1)});
  if (reaches_beyond(grid.rows) || reaches_beyond(grid.columns)) {
    return;  // of a larger field of view than k-space has
  }
  const PreparedSlice prepared = prepare_slice({kspace, volume.mask(), grid});
  const torch::Tensor stored = combined_image(prepared.full, grid);
  const torch::Tensor left_out = volume.mask().logical_not() & volume.acquired();
  const CheckedImages images{slice_name(*path, target, slice),
                             entry.kspace.string(),
                             image,
                             stored,
                             combined_image(prepared.kspace, grid),
                             check.masked,
                             left_out.any().item<bool>()};
  append(check.findings, check_label(images));
  seen_.push_back({images.label_name, images.kspace_name, images.label, images.stored});
}

std::vector<InputFinding> InputCheck::exchanged() const {
  std::vector<InputFinding> findings;
  for (const Seen& one : seen_) {
    const double own = unexplained(one.label, one.image);
    const Seen* best = nullptr;
    double least = kMuchBetter * own;
    for (const Seen& other : seen_) {
      const double rest =
          one.label.sizes() == other.image.sizes() ? unexplained(one.label, other.image) : 1;
      if (own > kExact && rest < least) {
        best = &other;
        least = rest;
      }
    }
    if (best != nullptr) {
      findings.push_back(
          {false,
           {one.label_name, "an image that fits " + best->kspace_name, "that of " + one.kspace_name,
            "Check that no files were exchanged or renamed."}});
    }
  }
  return findings;
}

std::vector<VolumeEntry> some_of(const std::vector<VolumeEntry>& volumes) {
  if (volumes.size() <= kVolumesChecked) {
    return volumes;
  }
  std::vector<VolumeEntry> some;
  for (size_t i = 0; i < kVolumesChecked; ++i) {
    some.push_back(volumes[i * (volumes.size() - 1) / (kVolumesChecked - 1)]);
  }
  return some;
}

void check_set(const SliceSet& set, const DataConfig& config, Targets targets,
               const Calibrations& calibrations) {
  const torch::NoGradGuard no_grad;
  std::vector<VolumeEntry> volumes;
  for (int64_t i = 0; i < set.size(); ++i) {
    if (set.slice_of(i) == 0) {
      volumes.push_back(set.volume_of(i));
    }
  }
  InputCheck input(config, targets, calibrations);
  std::vector<InputFinding> findings;
  for (const VolumeEntry& entry : some_of(volumes)) {
    VolumeCheck check = input.add(entry);
    require_usable(check.findings);
    append(findings, std::move(check.findings));
  }
  append(findings, input.exchanged());
  for (const InputFinding& finding : findings) {
    log_warning(finding.text());
  }
}

}  // namespace dircn
