#include "simulate/scan_files.h"

#include <algorithm>
#include <optional>

#include "dircn/data/prepared_slice.h"
#include "dircn/formats/hdf5_writer.h"

namespace dircn::simulation {

bool write_scan(VariedScan& scan, Split split, const DataLayout& layout, const VolumeFiles& files,
                const OnSlice& on_slice) {
  const bool masked = split == Split::leaderboard;
  const MeasuredPart& part = scan.plan().part;
  const torch::Tensor& mask = scan.mask().mask;
  Hdf5Writer kspace_file(files.kspace);
  std::optional<Hdf5Writer> image_file;
  Hdf5Writer& images = files.image ? image_file.emplace(*files.image) : kspace_file;
  const bool with_target = files.image || !masked;
  kspace_file.create_complex(kKspaceName, {scan.slices(), scan.coils(), part.rows, part.columns});
  if (with_target) {
    images.create_real(layout.target, {scan.slices(), part.rows, part.columns});
  }
  double maximum = 0;
  for (int64_t slice = 0; slice < scan.slices(); ++slice) {
    const torch::Tensor kspace = scan.kspace(slice);
    const torch::Tensor target = combined_image(kspace);
    kspace_file.write_slice(kKspaceName, slice, masked ? kspace * mask : kspace);
    if (with_target) {
      images.write_slice(layout.target, slice, target);
    }
    maximum = std::max(maximum, target.max().item<double>());
    if (!on_slice()) {
      return false;
    }
  }
  if (layout.has_masks || masked) {
    kspace_file.write_real(kMaskName, mask.to(torch::kFloat));
  }
  images.set_attribute(kMaximumName, maximum);
  if (image_file) {
    image_file->finish();
  }
  kspace_file.finish();
  return true;
}

}  // namespace dircn::simulation
