#pragma once

#include <torch/types.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "dircn/data/volume.h"
#include "dircn/reconstruct/slice_outputs.h"

namespace dircn {

/// What is read of a slice.
struct SliceInput {
  torch::Tensor kspace;      // [C, H, W] complex64; undefined where nothing is made of it
  torch::Tensor mask;        // of that: bool [W] or [H, W]
  ImageGrid grid;            // to the image that is wanted
  SliceOutputs stored = {};  // what the volume's files have beside it, by name
};

/// A volume between its files and those who make something of its slices. Destroyed before
/// `finish()` it leaves nothing behind. All functions throw what goes wrong with its files.
class PipelinedVolume {
 public:
  PipelinedVolume() = default;
  PipelinedVolume(const PipelinedVolume&) = delete;
  PipelinedVolume& operator=(const PipelinedVolume&) = delete;
  virtual ~PipelinedVolume() = default;

  virtual int64_t slices() const = 0;
  /// What the log is to say of the volume.
  virtual const std::optional<std::string>& note() const = 0;
  virtual SliceInput read(int64_t index) = 0;

  /// Takes what was computed of a slice: every slice once, in order.
  virtual void write(int64_t /*index*/, const SliceOutputs& /*outputs*/) {}
  virtual void finish() {}
};

/// Reads volumes and writes what is made of them beside the network: one thread of its own, on one
/// core, does all that touches files, so that a slice is ready when the network has done the one
/// before, also where a volume begins or ends. No more than `ahead` slices wait or
/// are being read, beside the one that `next()` gave last; what an output keeps of its volume until
/// that is whole comes to that.
///
///     VolumePipeline pipeline(volumes, open);
///     while (auto event = pipeline.next()) {
///       if (const auto* slice = std::get_if<VolumePipeline::Slice>(&*event)) {
///         pipeline.write(*slice, outputs_of(slice->kspace, slice->mask, slice->grid));
///       }
///     }
class VolumePipeline {
 public:
  /// A slice for the network.
  struct Slice : SliceInput {
    size_t volume;  // its number
    int64_t index;  // in the volume
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

  /// Opens the volume of that number. Called on the pipeline's thread, as all functions of what it
  /// returns.
  using Open = std::function<std::unique_ptr<PipelinedVolume>(size_t volume)>;

  /// Begins to read. `ahead`: how many slices wait at most; two are one for the network to take,
  /// and one to be read meanwhile. Throws `Error` unless it is positive; what goes wrong with a
  /// volume is an event.
  VolumePipeline(size_t volumes, Open open, size_t ahead = 2);
  /// As `stop()`, and waits for the thread.
  ~VolumePipeline();
  VolumePipeline(const VolumePipeline&) = delete;
  VolumePipeline& operator=(const VolumePipeline&) = delete;

  /// Waits for the next event: slices in order, volume after volume, and every volume ends as
  /// `Written` or `Failed`. None after the last of them. Each slice must be answered by `write` or
  /// `fail` before the next call; its volume may be closed before, if it fails meanwhile.
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

  const size_t volumes_;
  const Open open_volume_;
  const size_t ahead_;

  // The thread's own.
  std::map<size_t, std::unique_ptr<PipelinedVolume>> open_;
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
