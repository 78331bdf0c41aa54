#include "dircn/reconstruct/reconstruct.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <numeric>
#include <string>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/core/interrupt.h"
#include "dircn/core/log.h"
#include "dircn/core/progress.h"
#include "dircn/core/text.h"
#include "dircn/data/prepared_slice.h"
#include "dircn/data/volume.h"
#include "dircn/reconstruct/network_ensemble.h"
#include "dircn/reconstruct/volume_pipeline.h"
#include "reconstruct/open_volume.h"

namespace dircn {
namespace {

namespace fs = std::filesystem;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
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

/// Leaves those of which the header can be read, and returns the number of slices of each; the log
/// tells of the others.
std::vector<int64_t> keep_readable(std::vector<detail::VolumeTask>& tasks, const DataConfig& data) {
  std::vector<int64_t> slices;
  const auto unreadable = [&](const detail::VolumeTask& task) {
    try {
      slices.push_back(KspaceVolume(task.kspace, data).slices());
      return false;
    } catch (const std::exception& error) {
      log_error(reason(error));
      return true;
    }
  };
  tasks.erase(std::remove_if(tasks.begin(), tasks.end(), unreadable), tasks.end());
  return slices;
}

/// Whether a volume is there in all of the formats.
bool is_done(const fs::path& base, const ReconstructionOptions& options) {
  return std::all_of(options.formats.begin(), options.formats.end(),
                     [&](const auto& format) { return is_written(format, base, options.extras); });
}

/// A copy to a GPU is made from pinned memory, so that nobody waits for what the GPU is at.
torch::Tensor on_device(const torch::Tensor& tensor, torch::Device device) {
  return device.is_cuda() && tensor.is_cpu() ? tensor.pin_memory().to(device, /*non_blocking=*/true)
                                             : tensor.to(device);
}

}  // namespace

Reconstructor::Reconstructor(std::shared_ptr<SliceMethod> method, ReconstructionOptions options)
    : method_(std::move(method)), options_(std::move(options)) {}

Reconstructor::Reconstructor(const Network& network, ReconstructionOptions options,
                             torch::Device device)
    : Reconstructor(
          std::make_shared<NetworkEnsemble>(std::vector<Network>{network}, EnsembleOptions{device}),
          std::move(options)) {}

torch::Tensor Reconstructor::prepare(const MeasuredSlice& slice) const {
  const torch::NoGradGuard no_grad;
  const torch::Device device = method_->device();
  return prepare_slice({on_device(slice.kspace, device), on_device(slice.mask, device), slice.grid})
      .kspace;
}

SliceOutputs Reconstructor::compute(const torch::Tensor& prepared, const torch::Tensor& mask,
                                    const ImageGrid& grid, const Extras& wanted) {
  const torch::NoGradGuard no_grad;
  auto images =
      on_grid(method_->reconstruct(prepared, on_device(mask, method_->device()), wanted), grid);
  if (wanted.count(Extra::zero_filled) > 0) {
    images[kZeroFilled] = combined_image(prepared, grid).contiguous().cpu();
  }
  return images;
}

SliceOutputs Reconstructor::outputs(const MeasuredSlice& slice, const Extras& wanted) {
  return compute(prepare(slice), slice.mask, slice.grid, wanted);
}

torch::Tensor Reconstructor::slice(const MeasuredSlice& slice) {
  return outputs(slice, {}).at(kReconstruction);
}

/// The method's side of a pipeline: takes the slices that were read, and tells how volumes ended.
class Reconstructor::Run {
 public:
  /// `slices`: how many each of the tasks' volumes has.
  Run(Reconstructor& reconstructor, const std::vector<detail::VolumeTask>& tasks,
      const std::vector<int64_t>& slices, ReconstructionSummary& summary)
      : reconstructor_(reconstructor),
        tasks_(tasks),
        summary_(summary),
        left_(slices),
        progress_(std::accumulate(left_.begin(), left_.end(), int64_t{0}), "slices") {}

  void run() {
    const auto& options = reconstructor_.options_;
    const Clock::time_point start = Clock::now();
    const auto prepare = [this](const MeasuredSlice& slice) {
      return reconstructor_.prepare(slice);
    };
    VolumePipeline pipeline(tasks_.size(), [&](size_t volume) {
      return std::make_unique<detail::OpenVolume>(tasks_[volume], options, prepare,
                                                  reconstructor_.calibrations());
    });
    while (const auto event = pipeline.next()) {
      if (const auto* slice = std::get_if<VolumePipeline::Slice>(&*event)) {
        reconstruct(*slice, pipeline);
      } else {
        report(*event);
      }
    }
    summary_.seconds = seconds_since(start);
  }

 private:
  void reconstruct(const VolumePipeline::Slice& slice, VolumePipeline& pipeline) {
    if (interrupted()) {
      stop(pipeline);
      return;
    }
    try {
      const Clock::time_point start = Clock::now();
      auto outputs = reconstructor_.compute(slice.kspace, slice.mask, slice.grid,
                                            reconstructor_.options_.extras);
      summary_.network_seconds += seconds_since(start);
      ++summary_.slices;
      pipeline.write(slice, std::move(outputs));
      --left_[slice.volume];
      progress_.advance();
    } catch (const std::exception& error) {
      if (interrupted()) {  // a program that was at work was ended, too
        stop(pipeline);
      } else {
        pipeline.fail(slice.volume, reason(error));
      }
    }
  }

  void stop(VolumePipeline& pipeline) {
    summary_.interrupted = true;
    pipeline.stop();
  }

  void report(const VolumePipeline::Event& event) {
    if (const auto* note = std::get_if<VolumePipeline::Note>(&event)) {
      progress_.interrupt_line();
      log_warning(note->text);
    } else if (const auto* failed = std::get_if<VolumePipeline::Failed>(&event)) {
      ++summary_.failed;
      progress_.interrupt_line();
      progress_.skip(left_[failed->volume]);
      log_error(tasks_[failed->volume].kspace.string() +
                " was not reconstructed: " + failed->reason);
    } else {
      ++summary_.reconstructed;
    }
  }

  Reconstructor& reconstructor_;
  const std::vector<detail::VolumeTask>& tasks_;
  ReconstructionSummary& summary_;
  std::vector<int64_t> left_;  // slices of each volume that the network has not done
  Progress progress_;
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
  std::vector<detail::VolumeTask> waiting;
  for (const auto& entry : volumes) {
    for (const auto& format : options_.formats) {
      refuse_to_replace_input(entry, format.path(output / entry.relative));
    }
    if (!options_.overwrite && is_done(output / entry.relative, options_)) {
      ++summary.skipped;
    } else {
      waiting.push_back({entry.kspace, output / entry.relative});
    }
  }
  const auto found = static_cast<int64_t>(waiting.size());
  const auto slices = keep_readable(waiting, options_.data);
  summary.failed = found - static_cast<int64_t>(waiting.size());
  Run(*this, waiting, slices, summary).run();
  return summary;
}

std::string to_string(const ReconstructionSummary& summary) {
  std::string text = std::to_string(summary.reconstructed) + " volumes reconstructed, " +
                     std::to_string(summary.skipped) + " skipped (already there), " +
                     std::to_string(summary.failed) + " failed";
  if (summary.slices > 0) {
    text += "; the network ran " + std::to_string(std::lround(100 * summary.busy())) + " % of " +
            fixed(summary.seconds, 1) + " s (" + std::to_string(summary.slices) + " slices, " +
            fixed(1000 * summary.network_seconds / static_cast<double>(summary.slices), 1) +
            " ms each)";
  }
  return text + (summary.interrupted ? "; interrupted before the rest, run again to continue" : "");
}

}  // namespace dircn
