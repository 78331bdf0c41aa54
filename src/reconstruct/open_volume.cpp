#include "reconstruct/open_volume.h"

#include <utility>

#include "dircn/data/prepared_slice.h"

namespace dircn::detail {
namespace {

ImageSize size_of(const KspaceVolume& volume, const ReconstructionOptions& options) {
  const int64_t edge = options.crop.value_or(options.data.crop);
  const ImageSize square{edge, edge};
  return options.crop ? square : volume.image_size().value_or(square);
}

}  // namespace

OpenVolume::OpenVolume(const VolumeTask& task, const ReconstructionOptions& options,
                       Prepare prepare)
    : kspace_(task.kspace, options.data),
      prepare_(std::move(prepare)),
      size_(size_of(kspace_, options)),
      note_(fov_crop_note(task.kspace, options.data.fov_crop, kspace_.mask())) {
  for (const auto& format : options.formats) {
    files_.push_back(format.open(format.path(task.output), kspace_, size_, options.provenance));
  }
}

SliceInput OpenVolume::read(int64_t index) {
  return {prepare_(kspace_.read_slice(index), kspace_.mask()), kspace_.mask(), size_};
}

void OpenVolume::write(int64_t index, const SliceOutputs& outputs) {
  for (const auto& file : files_) {
    file->write_slice(index, outputs);
  }
}

void OpenVolume::finish() {
  for (const auto& file : files_) {
    file->finish();
  }
}

}  // namespace dircn::detail
