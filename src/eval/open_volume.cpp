#include "open_volume.h"

#include "dircn/data/fov_crop.h"

namespace dircn::detail {
namespace {

ImageSize size_of(const KspaceVolume& volume, const PipelineOptions& options) {
  const int64_t edge = options.crop.value_or(options.data.crop);
  const ImageSize square{edge, edge};
  return options.crop ? square : volume.image_size().value_or(square);
}

}  // namespace

OpenVolume::OpenVolume(const VolumeTask& task, const PipelineOptions& options)
    : kspace_(task.kspace, options.data),
      size_(size_of(kspace_, options)),
      note_(fov_crop_note(task.kspace, options.data.fov_crop, kspace_.mask())),
      writer_(task.output, kspace_.slices(), size_.height, size_.width) {
  writer_.copy_description(kspace_.file());
  if (kspace_.mask_is_drawn()) {
    writer_.write_mask(kspace_.mask());
  }
}

void OpenVolume::write_slice(int64_t index, const torch::Tensor& image) {
  writer_.write_slice(index, image);
  ++written_;
}

}  // namespace dircn::detail
