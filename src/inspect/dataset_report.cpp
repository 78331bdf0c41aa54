#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/data/input_check.h"
#include "dircn/data/label_volume.h"
#include "dircn/data/volume.h"
#include "dircn/data/volume_pair.h"
#include "dircn/data/volume_tree.h"
#include "dircn/formats/hdf5.h"
#include "dircn/reconstruct/slice_outputs.h"
#include "inspect/hdf5_report.h"
#include "inspect/report.h"
#include "inspect/verdict.h"

namespace dircn::detail {
namespace fs = std::filesystem;
namespace {

/// A value and how many volumes have it.
using Tally = std::map<std::string, int64_t>;

/// The volumes of one folder.
struct Part {
  int64_t volumes = 0;  // files of k-space
  int64_t slices = 0;
  int64_t image_files = 0;
  int64_t reconstructions = 0;
  uint64_t bytes = 0;
  Tally layouts;
  Tally kspace_shapes;  // [coils, height, width]
  Tally image_shapes;   // [height, width]
  std::set<int64_t> coils;
  Tally masks;
  Tally sampling;  // of the volumes that were looked at
  std::set<int64_t> accelerations;
  std::set<int64_t> acs_widths;
  std::vector<VolumeEntry> entries;
  Report verdict;  // what they are good for
};

Report to_report(const Tally& tally) {
  Report report = Report::object();
  for (const auto& [value, count] : tally) {
    report[value] = count;
  }
  return report;
}

Report to_report(const std::string& name, const Part& part) {
  return {{"name", name.empty() ? "." : name},
          {"volumes", part.volumes},
          {"slices", part.slices},
          {"image_files", part.image_files},
          {"reconstructions", part.reconstructions},
          {"bytes", part.bytes},
          {"coils", part.coils},
          {"accelerations", part.accelerations},
          {"acs_widths", part.acs_widths},
          {"layouts", to_report(part.layouts)},
          {"masks", to_report(part.masks)},
          {"sampling", to_report(part.sampling)},
          {"kspace_shapes", to_report(part.kspace_shapes)},
          {"image_shapes", to_report(part.image_shapes)},
          {"verdict", part.verdict}};
}

/// Reads the headers of a data set's files, and values of some volumes of each part.
class DatasetSurvey {
 public:
  /// `deep`: looks at all values of all volumes.
  DatasetSurvey(const DataConfig& config, bool deep, Problems& problems)
      : config_(config), deep_(deep), problems_(problems) {}

  std::map<std::string, Part> parts;
  std::vector<InputFinding> findings;

  /// A file of k-space, or of what else lies there.
  void add_volume(const VolumeEntry& entry) {
    Part& part = part_of(entry.kspace, entry.relative);
    bool is_volume = true;
    attempt(entry.kspace.string(), problems_, [&] {
      const Hdf5File file(entry.kspace);
      is_volume = file.has_dataset(kKspaceName) || main_images(file).empty();
      if (is_volume) {
        add_kspace(part, entry.kspace);
      }
      add_images(part, file);
      require_image(entry);
      if (slices_.count(entry.kspace) > 0) {
        usable_[part_name(entry.relative)].push_back(entry);
      }
    });
    if (is_volume) {
      part.entries.push_back(entry);
    }
  }

  /// Looks at what some of the volumes hold; to be called after all were added.
  void check_input() {
    for (const auto& usable : usable_) {
      Part& part = parts[usable.first];
      InputCheck input(config_, Targets::labels);
      for (const VolumeEntry& entry : some_of(usable.second)) {
        Problems more;
        attempt(entry.kspace.string(), more, [&] {
          const VolumeCheck check = input.add(entry);
          ++part.sampling[sampling_text(check)];
          append(check.findings);
        });
        add_new(more);
      }
      append(input.exchanged());
    }
    for (auto& [name, part] : parts) {
      Verdicts verdicts(config_, deep_);
      for (const VolumeEntry& entry : deep_ ? part.entries : some_of(part.entries)) {
        verdicts.add(entry);
      }
      part.verdict = verdicts.report();
      add_new(verdicts.unreadable());
    }
  }

  /// A file in a folder `image`; to be added after the volumes.
  void add_image(const ImageEntry& entry) {
    Part& part = part_of(entry.file, entry.relative);
    attempt(entry.file.string(), problems_, [&] {
      const Hdf5File file(entry.file);
      require(!main_images(file).empty(), [&] {
        return Error::Parts{entry.file.string(), "no images",
                            std::string("a data set '") + data_layouts().front().target + "'", ""};
      });
      add_images(part, file);
      require_pair(file);
    });
  }

 private:
  static std::string part_name(const fs::path& relative) {
    return relative.parent_path().generic_string();
  }

  /// Problems that were not noticed before.
  void add_new(const Problems& more) {
    std::copy_if(more.begin(), more.end(), std::back_inserter(problems_), [&](const auto& one) {
      return std::find(problems_.begin(), problems_.end(), one) == problems_.end();
    });
  }

  void append(const std::vector<InputFinding>& more) {
    findings.insert(findings.end(), more.begin(), more.end());
  }

  Part& part_of(const fs::path& file, const fs::path& relative) {
    Part& part = parts[part_name(relative)];
    std::error_code error;
    const auto bytes = fs::file_size(file, error);
    part.bytes += error ? 0 : bytes;
    return part;
  }

  void add_kspace(Part& part, const fs::path& path) {
    const KspaceVolume volume(path, config_);
    const MaskPattern mask = describe_mask(volume.mask());
    ++part.volumes;
    part.slices += volume.slices();
    ++part.layouts[to_string(volume.layout().name)];
    ++part.kspace_shapes[shape_text({volume.coils(), volume.height(), volume.width()})];
    part.coils.insert(volume.coils());
    ++part.masks[to_string(mask.kind) + (volume.mask_is_drawn() ? ", drawn" : "")];
    part.accelerations.insert(volume.acceleration());
    part.acs_widths.insert(mask.acs_width);
    slices_[path] = volume.slices();
  }

  void add_images(Part& part, const Hdf5File& file) const {
    const std::string name = main_images(file);
    if (name.empty()) {
      return;
    }
    const auto shape = file.dataset(name).shape;
    require(shape.size() == 3, [&] {
      return Error::Parts{file.path().string() + ": '" + name + "'", "shape " + shape_text(shape),
                          "[slices, height, width]", ""};
    });
    ++part.image_shapes[shape_text({shape[1], shape[2]})];
    if (name == kReconstruction) {
      ++part.reconstructions;
    } else {
      ++part.image_files;
      const LabelVolume checked(file.path());
    }
  }

  /// Its volume must be there, with as many slices.
  void require_pair(const Hdf5File& images) const {
    require_kspace(images.path());
    const auto volume = slices_.find(kspace_place(images.path()).value_or(""));
    if (volume != slices_.end()) {
      require_as_many_slices(images.path(), images.dataset(main_images(images)).shape.front(),
                             volume->first, volume->second);
    }
  }

  const DataConfig& config_;
  bool deep_;
  Problems& problems_;
  std::map<fs::path, int64_t> slices_;                      // of the usable volumes
  std::map<std::string, std::vector<VolumeEntry>> usable_;  // by part
};

Report summary(const std::map<std::string, Part>& parts) {
  Part all;
  Report rows = Report::array();
  for (const auto& [name, part] : parts) {
    all.volumes += part.volumes;
    all.slices += part.slices;
    all.bytes += part.bytes;
    rows.push_back(to_report(name, part));
  }
  Report report{
      {"kind", "data set"}, {"volumes", all.volumes}, {"slices", all.slices}, {"bytes", all.bytes}};
  report["parts"] = rows;
  return report;
}

}  // namespace

Report dataset_report(const fs::path& folder, const DataConfig& config, bool deep,
                      Problems& problems) {
  std::vector<VolumeEntry> volumes;
  std::vector<ImageEntry> images;
  attempt(folder.string(), problems, [&] { volumes = find_volumes_if_any(folder); });
  attempt(folder.string(), problems, [&] { images = find_images_if_any(folder, ""); });
  require(!volumes.empty() || !images.empty() || !problems.empty(), [&] {
    return Error::Parts{folder.string(), "no .h5 file", "volumes, in folders of any depth",
                        "Check the path."};
  });
  DatasetSurvey survey(config, deep, problems);
  std::set<fs::path> seen;
  for (const auto& entry : volumes) {
    seen.insert(entry.kspace);
    survey.add_volume(entry);
  }
  for (const auto& entry : images) {
    if (seen.count(entry.file) == 0) {
      survey.add_image(entry);
    }
  }
  survey.check_input();
  Report report = summary(survey.parts);
  add_findings(survey.findings, report, problems);
  return report;
}

}  // namespace dircn::detail
