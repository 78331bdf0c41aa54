#include "reconstruct/open_volume.h"

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
      note_(fov_crop_note(task.kspace, options.data.fov_crop, kspace_.mask())) {
  for (const auto& format : options.formats) {
    files_.push_back(format.open(format.path(task.output), kspace_, size_, options.provenance));
  }
}

void OpenVolume::write_slice(int64_t index, const SliceOutputs& outputs) {
  for (const auto& file : files_) {
    file->write_slice(index, outputs);
  }
  ++written_;
}

void OpenVolume::finish() {
  for (const auto& file : files_) {
    file->finish();
  }
}

}  // namespace dircn::detail
