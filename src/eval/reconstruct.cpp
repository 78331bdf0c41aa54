#include "dircn/eval/reconstruct.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/core/interrupt.h"
#include "dircn/core/log.h"
#include "dircn/core/progress.h"
#include "dircn/data/fov_crop.h"
#include "dircn/data/volume.h"
#include "dircn/io/reconstruction_writer.h"
#include "dircn/mri/acs.h"
#include "dircn/mri/crop.h"

namespace dircn {
namespace {

namespace fs = std::filesystem;

/// The number of slices of each volume, from the files' headers; none for a file that cannot be
/// opened.
std::vector<std::optional<int64_t>> count_slices(const std::vector<VolumeEntry>& volumes,
                                                 const DataConfig& data) {
  std::vector<std::optional<int64_t>> counts;
  for (const auto& entry : volumes) {
    try {
      counts.emplace_back(KspaceVolume(entry.kspace, data).slices());
    } catch (const std::exception& error) {
      log_error(reason(error));
      counts.emplace_back(std::nullopt);
    }
  }
  return counts;
}

void refuse_to_replace_input(const VolumeEntry& entry, const fs::path& output) {
  std::error_code missing;
  require(!fs::equivalent(entry.kspace, output, missing), [&] {
    return Error::Parts{output.string(), "the input volume itself under the output's name",
                        "another folder", "Choose an --output folder that is not the input's."};
  });
}

/// Whether a path lies in a folder or below it.
bool lies_below(const fs::path& path, const fs::path& folder) {
  const auto inner = fs::weakly_canonical(path);
  const auto outer = fs::weakly_canonical(folder);
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

}  // namespace

Reconstructor::Reconstructor(Dircn network, ReconstructionOptions options)
    : network_(std::move(network)), options_(std::move(options)) {
  network_->to(options_.device);
  network_->eval();
}

torch::Tensor Reconstructor::slice(const torch::Tensor& kspace, const torch::Tensor& mask,
                                   ImageSize size) {
  const torch::NoGradGuard no_grad;
  const auto masked = kspace.to(options_.device) * mask.to(options_.device);
  const auto crop = effective_fov_crop(options_.data.fov_crop, mask);
  const auto measured = crop == FovCrop::square ? fov_crop(masked) : masked;
  const auto image =
      network_->forward(measured.unsqueeze(0), canonical_mask(mask).to(options_.device));
  require(torch::isfinite(image).all().item<bool>(), [] {
    return Error::Parts{"network", "NaN or Inf in its output", "finite values",
                        "Check the checkpoint and the scale of the k-space."};
  });
  return center_crop_or_pad(image.squeeze(0), size.height, size.width).cpu();
}

/// One volume, from its file to its output. False if a signal stopped it; then nothing was written.
class Reconstructor::VolumeRun {
 public:
  VolumeRun(Reconstructor& reconstructor, Progress& progress)
      : reconstructor_(reconstructor), progress_(progress) {}

  bool run(const VolumeEntry& entry, const fs::path& output) {
    const auto& options = reconstructor_.options_;
    const KspaceVolume volume(entry.kspace, options.data);
    const ImageSize size = size_of(volume);
    if (const auto note = fov_crop_note(entry.kspace, options.data.fov_crop, volume.mask())) {
      progress_.interrupt_line();
      log_info(*note);
    }
    ReconstructionWriter writer(output, volume.slices(), size.height, size.width);
    writer.copy_description(volume.file());
    if (volume.mask_is_drawn()) {
      writer.write_mask(volume.mask());
    }
    for (int64_t i = 0; i < volume.slices(); ++i) {
      if (interrupted()) {
        return false;
      }
      writer.write_slice(i, reconstructor_.slice(volume.read_slice(i), volume.mask(), size));
      progress_.advance();
      ++done_;
    }
    writer.finish();
    return true;
  }

  /// Slices reconstructed so far.
  int64_t done() const { return done_; }

 private:
  /// Of the images that are written.
  ImageSize size_of(const KspaceVolume& volume) const {
    const auto& options = reconstructor_.options_;
    const int64_t edge = options.crop.value_or(options.data.crop);
    const ImageSize square{edge, edge};
    return options.crop ? square : volume.image_size().value_or(square);
  }

  Reconstructor& reconstructor_;
  Progress& progress_;
  int64_t done_ = 0;
};

std::vector<VolumeEntry> input_volumes(const fs::path& input, const fs::path& output) {
  auto volumes = find_volumes(input);
  const bool output_is_inside = lies_below(output, input) && !lies_below(input, output);
  if (output_is_inside) {
    const auto written_earlier = [&](const VolumeEntry& entry) {
      return lies_below(entry.kspace, output);
    };
    volumes.erase(std::remove_if(volumes.begin(), volumes.end(), written_earlier), volumes.end());
  }
  require(!volumes.empty(), [&] {
    return Error::Parts{input.string(), "nothing but what lies in the output folder",
                        "volumes of k-space", "Choose another --output folder."};
  });
  return volumes;
}

ReconstructionSummary Reconstructor::volumes(const std::vector<VolumeEntry>& volumes,
                                             const fs::path& output) {
  ReconstructionSummary summary;
  std::vector<VolumeEntry> waiting;
  for (const auto& entry : volumes) {
    refuse_to_replace_input(entry, output / entry.relative);
    std::error_code unreadable;
    if (!options_.overwrite && fs::exists(output / entry.relative, unreadable)) {
      ++summary.skipped;
    } else {
      waiting.push_back(entry);
    }
  }
  const auto slices = count_slices(waiting, options_.data);
  int64_t total = 0;
  for (const auto& count : slices) {
    total += count.value_or(0);
  }
  Progress progress(total, "slices");
  for (size_t i = 0; i < waiting.size() && !summary.interrupted; ++i) {
    if (!slices[i]) {
      ++summary.failed;
      continue;
    }
    VolumeRun run(*this, progress);
    try {
      summary.interrupted = !run.run(waiting[i], output / waiting[i].relative);
      summary.reconstructed += summary.interrupted ? 0 : 1;
    } catch (const std::exception& error) {
      ++summary.failed;
      progress.interrupt_line();
      progress.skip(*slices[i] - run.done());
      log_error(waiting[i].kspace.string() + " was not reconstructed: " + reason(error));
    }
  }
  return summary;
}

std::string to_string(const ReconstructionSummary& summary) {
  auto text = std::to_string(summary.reconstructed) + " volumes reconstructed, " +
              std::to_string(summary.skipped) + " skipped (already there), " +
              std::to_string(summary.failed) + " failed";
  return summary.interrupted ? text + "; interrupted before the rest, run again to continue" : text;
}

}  // namespace dircn
