#include "inspect/hdf5_report.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "dircn/core/text.h"
#include "dircn/data/label_volume.h"
#include "dircn/data/volume.h"
#include "dircn/data/volume_tree.h"
#include "dircn/reconstruct/slice_outputs.h"
#include "inspect/verdict.h"

namespace dircn::detail {
namespace {

using Kind = Hdf5Dataset::Kind;

constexpr double kSameMaximum = 1e-3;  // relative

// --- Any file ------------------------------------------------------------------------------------

Report dataset_table(const Hdf5File& file, Problems& problems) {
  Report rows = Report::array();
  for (const auto& name : file.dataset_names()) {
    attempt(file.path().string(), problems, [&] {
      const Hdf5Dataset header = file.dataset(name);
      rows.push_back({{"name", name}, {"type", header.type}, {"shape", header.shape}});
    });
  }
  return rows;
}

Report attribute_value(const std::optional<Hdf5Attribute>& value) {
  if (!value) {
    return "(neither one number nor one text)";
  }
  const auto* number = std::get_if<double>(&*value);
  return number != nullptr ? Report(*number) : Report(excerpt(std::get<std::string>(*value)));
}

Report attribute_values(const Hdf5File& file, Problems& problems) {
  Report values = Report::object();
  for (const auto& name : file.attribute_names()) {
    attempt(file.path().string(), problems,
            [&] { values[name] = attribute_value(file.attribute(name)); });
  }
  return values;
}

/// Smallest and largest of the finite values that were added, and how many others there were.
struct ValueRange {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  int64_t not_finite = 0;

  bool empty() const { return low > high; }

  /// `values`: real, of any shape.
  void add(const torch::Tensor& values) {
    const torch::Tensor finite = torch::isfinite(values);
    const int64_t others = values.numel() - finite.sum().item<int64_t>();
    const torch::Tensor usable = others > 0 ? values.masked_select(finite) : values;
    not_finite += others;
    if (usable.numel() > 0) {
      low = std::min(low, usable.min().item<double>());
      high = std::max(high, usable.max().item<double>());
    }
  }
};

/// Reads a data set [S, ...] slice by slice; of complex numbers, their magnitudes.
ValueRange range_of(const Hdf5File& file, const std::string& name, const Hdf5Dataset& header) {
  ValueRange range;
  const auto& shape = header.shape;
  const bool empty = std::count(shape.begin(), shape.end(), 0) > 0;  // of however many slices
  const int64_t slices = shape.empty() || empty ? 0 : shape.front();
  for (int64_t i = 0; i < slices; ++i) {
    range.add(header.kind == Kind::kComplex ? file.read_complex_slice(name, i).abs()
                                            : file.read_real_slice(name, i));
  }
  if (range.empty()) {
    range.low = range.high = std::nan("");
  }
  return range;
}

void note_not_finite(const Hdf5File& file, const std::string& name, const ValueRange& range,
                     Problems& problems) {
  if (range.not_finite > 0) {
    problems.push_back(file.path().string() + ": '" + name + "': found " +
                       std::to_string(range.not_finite) +
                       " values that are NaN or Inf; expected finite values");
  }
}

// --- k-space -------------------------------------------------------------------------------------

Report mask_report(const KspaceVolume& volume) {
  const MaskPattern pattern = describe_mask(volume.mask());
  Report report{{"source", volume.mask_is_drawn() ? "drawn" : "stored"},
                {"pattern", to_string(pattern.kind)},
                {"acceleration", volume.acceleration()},
                {"sampled", pattern.sampled},
                {"fraction", pattern.fraction},
                {"acs_width", pattern.acs_width}};
  if (volume.mask().dim() == 2) {
    report["acs_height"] = pattern.acs_height;
  }
  return report;
}

void add_volume(const std::filesystem::path& path, const DataConfig& config, Report& report) {
  const KspaceVolume volume(path, config);
  report["layout"] = to_string(volume.layout().name);
  const auto& size = volume.image_size();
  report["slices"] = volume.slices();
  report["coils"] = volume.coils();
  report["height"] = volume.height();
  report["width"] = volume.width();
  report["image_size"] = size ? Report{size->height, size->width} : Report();
  if (!volume.contradictions().empty()) {
    report["contradictions"] = volume.contradictions();
  }
  report["mask"] = mask_report(volume);
}

/// What a readable volume holds, with its label where that is at hand.
void add_check(const std::filesystem::path& path, const DataConfig& config, Report& report,
               Problems& problems) {
  const VolumeCheck check = InputCheck(config, Targets::labels).add(find_volumes(path).front());
  report["kspace"]["sampling"] = sampling_text(check);
  add_findings(check.findings, report, problems);
}

Report kspace_report(const Hdf5File& file, const DataConfig& config, Problems& problems) {
  Report report = Report::object();
  attempt(file.path().string(), problems, [&] { add_volume(file.path(), config, report); });
  attempt(file.path().string(), problems, [&] {
    const Hdf5Dataset header = file.dataset(kKspaceName);
    if (header.kind == Kind::kComplex) {
      const ValueRange range = range_of(file, kKspaceName, header);
      report["magnitude"] = {
          {"low", range.low}, {"high", range.high}, {"not_finite", range.not_finite}};
      note_not_finite(file, kKspaceName, range, problems);
    }
  });
  return report;
}

// --- Images --------------------------------------------------------------------------------------

/// What holds images, in any layout, the one that matters most first.
std::vector<const char*> image_names() {
  std::vector<const char*> names;
  for (const DataLayout& layout : data_layouts()) {
    if (layout.single_coil_target != nullptr) {
      names.push_back(layout.single_coil_target);
    }
    names.push_back(layout.target);
  }
  names.push_back(kReconstruction);
  for (const DataLayout& layout : data_layouts()) {
    names.insert(names.end(), layout.beside_target.begin(), layout.beside_target.end());
  }
  return names;
}

Report image_table(const Hdf5File& file, Problems& problems) {
  Report rows = Report::array();
  for (const char* name : image_names()) {
    attempt(file.path().string(), problems, [&] {
      if (file.has_dataset(name)) {
        const Hdf5Dataset header = file.dataset(name);
        const ValueRange range = range_of(file, name, header);
        rows.push_back({{"name", name},
                        {"shape", header.shape},
                        {"low", range.low},
                        {"high", range.high},
                        {"not_finite", range.not_finite}});
        note_not_finite(file, name, range, problems);
      }
    });
  }
  return rows;
}

/// How the attribute `max` compares with the images, and what is annotated.
void add_label(const std::filesystem::path& path, const Report& images, Report& report) {
  const LabelVolume label(path);
  if (label.file().has_attribute(kMaximumName)) {
    const auto largest = images.front()["high"].get<double>();
    report["max_attribute"] = label.maximum();
    report["largest_value"] = largest;
    report["max_agrees"] = std::abs(label.maximum() - largest) <= kSameMaximum * label.maximum();
  }
  int64_t boxes = 0;
  int64_t annotated = 0;
  if (label.file().has_attribute(kAnnotationsName)) {
    for (int64_t slice = 0; slice < label.slices(); ++slice) {
      const auto count = static_cast<int64_t>(label.boxes(slice).size());
      boxes += count;
      annotated += count > 0 ? 1 : 0;
    }
  }
  report["annotations"] = boxes;
  report["annotated_slices"] = annotated;
}

std::string kind_of(const Hdf5File& file, Layout layout) {
  if (file.has_dataset(kKspaceName)) {
    return data_layout(file, layout).volume_kind;
  }
  const std::string images = main_images(file);
  if (images.empty()) {
    return file.is_ismrmrd() ? "ISMRMRD, readouts of a scanner" : "HDF5";
  }
  return images == kReconstruction ? "reconstruction" : "images";
}

}  // namespace

void add_findings(const std::vector<InputFinding>& findings, Report& report, Problems& problems) {
  for (const InputFinding& finding : findings) {
    const std::string text = finding.text();
    if (finding.fatal) {
      problems.push_back(text);
    } else {
      report["remarks"].push_back({{"remark", text}});
    }
  }
}

std::string sampling_text(const VolumeCheck& check) {
  if (check.empty) {
    return "nothing measured";
  }
  return check.masked ? "masked already, not for training" : "full";
}

std::string main_images(const Hdf5File& file) {
  for (const char* name : image_names()) {
    if (file.has_dataset(name)) {
      return name;
    }
  }
  return "";
}

Report hdf5_report(const std::filesystem::path& path, const DataConfig& config,
                   Problems& problems) {
  const Hdf5File file(path);
  Report report{{"kind", "HDF5"}, {"bytes", std::filesystem::file_size(path)}};
  attempt(path.string(), problems, [&] { report["datasets"] = dataset_table(file, problems); });
  attempt(path.string(), problems,
          [&] { report["attributes"] = attribute_values(file, problems); });
  if (file.has_dataset(kKspaceName)) {
    report["kspace"] = kspace_report(file, config, problems);
  }
  Report images = image_table(file, problems);
  if (!images.empty()) {
    const std::string main = images.front()["name"];
    report["images"] = images;
    if (main == target_name(data_layout(file, Layout::automatic), file)) {
      attempt(path.string(), problems, [&] { add_label(path, images, report); });
    }
  }
  if (report.contains("kspace") && problems.empty()) {
    attempt(path.string(), problems, [&] { add_check(path, config, report, problems); });
  }
  report["kind"] = kind_of(file, config.layout);
  if (file.has_dataset(kKspaceName) || (images.empty() && file.is_ismrmrd())) {
    Verdicts verdicts(config, /*deep=*/true);  // all values are read of one file anyway
    attempt(path.string(), problems, [&] { verdicts.add(find_volumes(path).front()); });
    report["verdict"] = verdicts.report();
  }
  return report;
}

}  // namespace dircn::detail
