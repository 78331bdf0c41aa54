#include "reconstruct/open_volume.h"

#include <utility>

#include "dircn/data/input_check.h"
#include "dircn/data/prepared_slice.h"

namespace dircn::detail {
namespace {

/// Whatever a user is to know before the images: what voids them, what the volume says of itself,
/// and where nothing says how large images are, what they show.
std::optional<std::string> note_of(const KspaceVolume& volume, const ImageGrid& grid,
                                   const ReconstructionOptions& options,
                                   const Calibrations& calibrations) {
  std::string notes;
  const auto add = [&](const std::string& note) { notes += (notes.empty() ? "" : "; ") + note; };
  const torch::NoGradGuard no_grad;
  // The slice that is looked at is read again when it is its turn. Whoever looked at it then would
  // warn after half of the images; keeping it until then would hold it for as long.
  const VolumeEntry alone{volume.path(), std::nullopt, volume.path().filename()};
  for (const InputFinding& finding :
       InputCheck(options.data, Targets::labels, calibrations).add(alone).findings) {
    add(finding.text());
  }
  if (const auto own = volume.note()) {
    add(*own);
  }
  if (!options.crop && !volume.image_size()) {
    add(volume.path().string() +
        ": neither a header nor a target says how large its images are, so they show "
        "what was measured, " +
        std::to_string(grid.rows.pixels) + " x " + std::to_string(grid.columns.pixels) +
        " (--crop chooses another size)");
  }
  return notes.empty() ? std::nullopt : std::optional(notes);
}

}  // namespace

OpenVolume::OpenVolume(const VolumeTask& task, const ReconstructionOptions& options,
                       Prepare prepare, const Calibrations& calibrations)
    : kspace_(task.kspace, options.data),
      prepare_(std::move(prepare)),
      grid_(kspace_.grid(options.crop)),
      note_(note_of(kspace_, grid_, options, calibrations)) {
  for (const auto& format : options.formats) {
    files_.push_back(format.open(format.path(task.output), kspace_, grid_, options.provenance));
  }
}

SliceInput OpenVolume::read(int64_t index) {
  return {prepare_({kspace_.read_slice(index), kspace_.mask(), grid_}), kspace_.mask(), grid_};
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
