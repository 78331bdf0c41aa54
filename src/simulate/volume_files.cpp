#include "simulate/volume_files.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "dircn/data/annotations.h"
#include "dircn/formats/hdf5_writer.h"
#include "simulate/workers.h"

namespace dircn::simulation {
namespace fs = std::filesystem;
namespace {

/// Makes the slices on all threads and hands them to `take` one at a time, in any order. Returns
/// false, with slices left out, if `on_slice` said so.
template <typename Take>
bool for_each_slice(const SimulatedVolume& volume, const OnSlice& on_slice, const Take& take) {
  std::mutex taking;
  std::atomic<bool> go_on{true};
  for_each_item(volume.scan().slices, [&](int64_t index) {
    if (!go_on) {
      return;
    }
    const SimulatedSlice slice = volume.slice(index);
    const std::lock_guard<std::mutex> lock(taking);
    take(index, slice);
    go_on = on_slice() && go_on;
  });
  return go_on;
}

bool is_masked(const SimulatedVolume& volume) {
  return volume.id().split == Split::leaderboard;
}

/// The part of an ISMRMRD header that fastMRI's readers look at.
std::string ismrmrd_header(const Scan& scan) {
  const auto size = [](const std::string& name, int64_t x, int64_t y) {
    return "<" + name + "><matrixSize><x>" + std::to_string(x) + "</x><y>" + std::to_string(y) +
           "</y><z>1</z></matrixSize></" + name + ">";
  };
  return R"(<?xml version="1.0" encoding="utf-8"?>)"
         R"(<ismrmrdHeader xmlns="http://www.ismrm.org/ISMRMRD"><encoding>)" +
         size("encodedSpace", scan.height, scan.width) +
         size("reconSpace", scan.label, scan.label) +
         "<encodingLimits><kspace_encoding_step_1><minimum>0</minimum><maximum>" +
         std::to_string(scan.width - 1) + "</maximum><center>" + std::to_string(scan.width / 2) +
         "</center></kspace_encoding_step_1></encodingLimits>"
         "<trajectory>cartesian</trajectory></encoding></ismrmrdHeader>";
}

/// Who the made-up patient is: one for each volume.
std::string patient(const VolumeId& id) {
  return "simulated-" + std::to_string(id.seed) + "-" + to_string(id.split) + "-" +
         std::to_string(id.acceleration) + "-" + std::to_string(id.index);
}

/// What its slices have in common: the largest value, and the sum of squares.
struct Totals {
  double maximum = 0;
  double energy = 0;
};

/// Writes what the files say beside the slices.
void describe(const SimulatedVolume& volume, const DataLayout& layout, const Totals& totals,
              Hdf5Writer& kspace_file, Hdf5Writer& images) {
  if (layout.has_masks || is_masked(volume)) {
    kspace_file.write_real(kMaskName, volume.mask());
  }
  if (layout.has_scan_header) {
    kspace_file.write_text(kScanHeaderName, ismrmrd_header(volume.scan()));
  }
  images.set_attribute(kMaximumName, totals.maximum);
  if (layout.has_scan_header) {
    kspace_file.set_attribute("norm", std::sqrt(totals.energy));
    kspace_file.set_attribute("patient_id", patient(volume.id()));
    kspace_file.set_attribute("acquisition", acquisition_name(volume.contrast()));
  } else {
    images.set_attribute(kAnnotationsName, annotations_json(volume.lesions()));
  }
}

}  // namespace

bool write_volume(const SimulatedVolume& volume, const DataLayout& layout, const VolumeFiles& files,
                  const OnSlice& on_slice) {
  const Scan& scan = volume.scan();
  const bool masked = is_masked(volume);
  const bool with_target = files.image || !masked;
  Hdf5Writer kspace_file(files.kspace);
  std::optional<Hdf5Writer> image_file;
  Hdf5Writer& images = files.image ? image_file.emplace(*files.image) : kspace_file;
  kspace_file.create_complex(kKspaceName, {scan.slices, scan.coils, scan.height, scan.width});
  if (with_target) {
    images.create_real(layout.target, {scan.slices, scan.label, scan.label});
  }
  if (layout.zero_filled != nullptr) {
    images.create_real(layout.zero_filled, {scan.slices, scan.label, scan.label});
  }
  double maximum = 0;
  std::vector<double> energies(static_cast<size_t>(scan.slices));  // summed in one order
  const bool whole =
      for_each_slice(volume, on_slice, [&](int64_t index, const SimulatedSlice& slice) {
        kspace_file.write_slice(kKspaceName, index,
                                masked ? slice.kspace * volume.mask() : slice.kspace);
        if (with_target) {
          images.write_slice(layout.target, index, slice.label);
        }
        if (layout.zero_filled != nullptr) {
          images.write_slice(layout.zero_filled, index, slice.input);
        }
        maximum = std::max(maximum, slice.label.amax().item<double>());
        energies[static_cast<size_t>(index)] =
            slice.label.to(torch::kDouble).square().sum().item<double>();
      });
  if (!whole) {
    return false;
  }
  describe(volume, layout, {maximum, std::accumulate(energies.begin(), energies.end(), 0.0)},
           kspace_file, images);
  if (image_file) {
    image_file->finish();
  }
  kspace_file.finish();
  return true;
}

}  // namespace dircn::simulation
