#include "simulate/volume_files.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
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

void create_kspace(Hdf5Writer& file, const Scan& scan) {
  file.create_complex("kspace", {scan.slices, scan.coils, scan.height, scan.width});
}

void write_kspace(Hdf5Writer& file, const SimulatedVolume& volume, int64_t index,
                  const torch::Tensor& kspace) {
  file.write_slice("kspace", index, is_masked(volume) ? kspace * volume.mask() : kspace);
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

}  // namespace

bool write_snu_volume(const SimulatedVolume& volume, const fs::path& kspace, const fs::path& image,
                      const OnSlice& on_slice) {
  const Scan& scan = volume.scan();
  Hdf5Writer kspace_file(kspace);
  Hdf5Writer image_file(image);
  create_kspace(kspace_file, scan);
  for (const char* name : {"image_label", "image_input"}) {
    image_file.create_real(name, {scan.slices, scan.label, scan.label});
  }
  double maximum = 0;
  const bool whole =
      for_each_slice(volume, on_slice, [&](int64_t index, const SimulatedSlice& slice) {
        write_kspace(kspace_file, volume, index, slice.kspace);
        image_file.write_slice("image_label", index, slice.label);
        image_file.write_slice("image_input", index, slice.input);
        maximum = std::max(maximum, slice.label.amax().item<double>());
      });
  if (!whole) {
    return false;
  }
  image_file.set_attribute("max", maximum);
  image_file.set_attribute("annotations", annotations_json(volume.lesions()));
  kspace_file.write_real("mask", volume.mask());
  image_file.finish();
  kspace_file.finish();
  return true;
}

bool write_fastmri_volume(const SimulatedVolume& volume, const fs::path& path,
                          const OnSlice& on_slice) {
  const Scan& scan = volume.scan();
  Hdf5Writer file(path);
  create_kspace(file, scan);
  if (!is_masked(volume)) {
    file.create_real("reconstruction_rss", {scan.slices, scan.label, scan.label});
  }
  double maximum = 0;
  std::vector<double> energies(static_cast<size_t>(scan.slices));  // summed in one order
  const bool whole =
      for_each_slice(volume, on_slice, [&](int64_t index, const SimulatedSlice& slice) {
        write_kspace(file, volume, index, slice.kspace);
        if (!is_masked(volume)) {
          file.write_slice("reconstruction_rss", index, slice.label);
        }
        maximum = std::max(maximum, slice.label.amax().item<double>());
        energies[static_cast<size_t>(index)] =
            slice.label.to(torch::kDouble).square().sum().item<double>();
      });
  if (!whole) {
    return false;
  }
  double energy = 0;
  for (const double part : energies) {
    energy += part;
  }
  if (is_masked(volume)) {
    file.write_real("mask", volume.mask());
  }
  file.write_text("ismrmrd_header", ismrmrd_header(scan));
  file.set_attribute("max", maximum);
  file.set_attribute("norm", std::sqrt(energy));
  file.set_attribute("patient_id", patient(volume.id()));
  file.set_attribute("acquisition", acquisition_name(volume.contrast()));
  file.finish();
  return true;
}

}  // namespace dircn::simulation
