#pragma once

#include <torch/types.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/data/volume.h"
#include "dircn/reconstruct/slice_outputs.h"
#include "dircn/reconstruct/volume_output.h"

namespace dircn {

namespace detail {
class OpenVolume;
}

/// A volume to be reconstructed: where its k-space is and where its images go.
struct VolumeTask {
  std::filesystem::path kspace;
  std::filesystem::path output;  // of HDF5; for others see `OutputFormat::path`
};

struct PipelineOptions {
  DataConfig data;              // layout, masks to be drawn, size of images where a file names none
  std::optional<int64_t> crop;  // edge of the square that is written, whatever the file says
  size_t ahead = 2;             // slices at most that are read and wait; positive
  std::vector<OutputFormat> formats = {output_formats().at("h5")};
  std::map<std::string, std::string> provenance = {};  // attributes that HDF5 files get
};

/// Reads volumes and writes their images beside the network: one thread of its own, on one core,
/// does all that touches files, so that a slice is ready when the network has done the one before,
/// also where a volume begins or ends. No more than `ahead` slices wait or
/// are being read, beside the one that `next()` gave last; what an output keeps of its volume until
/// that is whole comes to that.
///
///     VolumePipeline pipeline(tasks, options, prepare);
///     while (auto event = pipeline.next()) {
///       if (const auto* slice = std::get_if<VolumePipeline::Slice>(&*event)) {
///         pipeline.write(*slice, outputs_of(slice->kspace, slice->mask, slice->size));
///       }
///     }
class VolumePipeline {
 public:
  /// A slice for the network.
  struct Slice {
    size_t volume;         // place in the list of tasks
    int64_t index;         // in the volume
    torch::Tensor kspace;  // what `prepare` made of it
    torch::Tensor mask;    // the volume's own: bool [W] or [H, W]
    ImageSize size;        // of the image that is to be written
  };
  /// Something that the log is to say, before the volume's first slice.
  struct Note {
    std::string text;
  };
  /// The volume's output is there, whole.
  struct Written {
    size_t volume;
  };
  /// No more slices of the volume come; no unfinished file of it stays.
  struct Failed {
    size_t volume;
    std::string reason;
  };
  using Event = std::variant<Slice, Note, Written, Failed>;

  /// Makes k-space [C, H, W] complex64 as it was read, and its mask, ready for the network. Called
  /// on the pipeline's thread.
  using Prepare =
      std::function<torch::Tensor(const torch::Tensor& kspace, const torch::Tensor& mask)>;

  /// Begins to read. Throws `Error` unless `options.ahead` is positive; what goes wrong with a
  /// volume is an event.
  VolumePipeline(std::vector<VolumeTask> volumes, PipelineOptions options, Prepare prepare);
  /// As `stop()`, and waits for the thread.
  ~VolumePipeline();
  VolumePipeline(const VolumePipeline&) = delete;
  VolumePipeline& operator=(const VolumePipeline&) = delete;

  /// Waits for the next event: slices in order, volume after volume, and every volume ends as
  /// `Written` or `Failed`. None after the last of them. Each slice must be answered by `write` or
  /// `fail` before the next call.
  std::optional<Event> next();

  /// Hands over what was computed of a slice. Returns at once.
  void write(const Slice& slice, SliceOutputs outputs);

  /// Gives a volume up, which becomes `Failed` unless it already is.
  void fail(size_t volume, const std::string& reason);

  /// Reads no more. Volumes whose images were all handed over are still written, the others leave
  /// nothing behind; `next()` tells of the former and then ends.
  void stop();

 private:
  struct Image {
    size_t volume;
    int64_t index;
    SliceOutputs outputs;
  };

  template <typename Action>
  void change(Action action);
  template <typename Condition>
  void drop_slices(Condition condition);
  bool may_read() const;
  void work();
  void read_next();
  void write_now(const Image& image);
  void open(size_t number);
  void begin_next_volume();
  void close_failed();

  const std::vector<VolumeTask> volumes_;
  const PipelineOptions options_;
  const Prepare prepare_;

  // The thread's own.
  std::map<size_t, std::unique_ptr<detail::OpenVolume>> open_;
  size_t volume_ = 0;  // which slice is read next
  int64_t index_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;  // anything below
  std::deque<Event> events_;
  std::deque<Image> images_;
  std::vector<bool> failed_;
  size_t left_;  // volumes that are neither written nor failed
  bool stopped_ = false;
  bool ended_ = false;

  std::thread thread_;
};

}  // namespace dircn
