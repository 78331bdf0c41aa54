#pragma once

#include <gtest/gtest.h>
#include <torch/types.h>

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "dircn/reconstruct/reconstruct.h"
#include "dircn/reconstruct/volume_pipeline.h"
#include "reconstruct/open_volume.h"
#include "support/challenge_files.h"
#include "support/paths.h"

namespace dircn::testing {

using Slice = VolumePipeline::Slice;

inline constexpr int64_t kSlices = 2;
inline constexpr int64_t kEdge = 16;

inline torch::Tensor kspace_of(size_t volume) {
  return full_kspace(kSlices, 2, 24, 20, volume + 1);
}

/// The made-up network's output tells which slice it is of.
inline torch::Tensor image_of(const Slice& slice) {
  return torch::full({kEdge, kEdge}, static_cast<double>(10 * slice.volume) + slice.index);
}

inline SliceOutputs outputs_of(const torch::Tensor& image) {
  return {{kReconstruction, image}};
}

inline torch::Tensor as_it_is(const MeasuredSlice& slice) {
  return slice.kspace;
}

template <typename Condition>
void wait_until(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition() && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

/// Long enough to read more, if nothing held the reader.
inline void let_it_read() {
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
}

/// From files to files.
class FilePipeline : public VolumePipeline {
 public:
  FilePipeline(const std::vector<detail::VolumeTask>& tasks, const ReconstructionOptions& options,
               const detail::OpenVolume::Prepare& prepare, size_t ahead = 2)
      : VolumePipeline(
            tasks.size(),
            [=](size_t volume) {
              return std::make_unique<detail::OpenVolume>(tasks[volume], options, prepare,
                                                          Calibrations{Calibration::centre});
            },
            ahead) {}
};

/// How a pipeline came to its end.
struct Ended {
  std::vector<std::pair<size_t, int64_t>> slices;
  std::vector<std::string> notes;
  std::set<size_t> written;
  std::vector<VolumePipeline::Failed> failed;
};

inline void collect(const VolumePipeline::Event& event, Ended& ended) {
  if (const auto* note = std::get_if<VolumePipeline::Note>(&event)) {
    ended.notes.push_back(note->text);
  } else if (const auto* written = std::get_if<VolumePipeline::Written>(&event)) {
    ended.written.insert(written->volume);
  } else if (const auto* failed = std::get_if<VolumePipeline::Failed>(&event)) {
    ended.failed.push_back(*failed);
  }
}

/// Answers every slice by `answer`, else by its image.
template <typename Answer>
Ended run(VolumePipeline& pipeline, Answer answer) {
  Ended ended;
  while (const auto event = pipeline.next()) {
    if (const auto* slice = std::get_if<Slice>(&*event)) {
      ended.slices.emplace_back(slice->volume, slice->index);
      answer(*slice);
    } else {
      collect(*event, ended);
    }
  }
  return ended;
}

inline Ended run(VolumePipeline& pipeline) {
  return run(pipeline,
             [&](const Slice& slice) { pipeline.write(slice, outputs_of(image_of(slice))); });
}

/// Three volumes of two slices.
class PipelinedVolumes : public ::testing::Test {
 protected:
  PipelinedVolumes() {
    for (size_t volume = 0; volume < 3; ++volume) {
      tasks_.push_back({folder_ / ("in/" + std::to_string(volume) + ".h5"), output(volume)});
      write_volume(volume, kspace_of(volume));
    }
    options_.crop = ImageSize{kEdge, kEdge};
  }

  void write_volume(size_t volume, const torch::Tensor& kspace) const {
    write_kspace(tasks_[volume].kspace, kspace, some_columns(20));
  }

  /// Slice 1 of a volume cannot be used.
  void spoil(size_t volume) const {
    auto kspace = kspace_of(volume);
    kspace[1][0][3][4] = std::nan("");
    write_volume(volume, kspace);
  }

  std::filesystem::path output(size_t volume) const {
    return folder_ / ("out/" + std::to_string(volume) + ".h5");
  }

  /// These outputs are there and nothing else, not even what was begun.
  void expect_only(const std::set<size_t>& volumes) const {
    std::set<std::filesystem::path> expected;
    for (const size_t volume : volumes) {
      expected.insert(output(volume));
    }
    std::set<std::filesystem::path> found;
    if (std::filesystem::exists(folder_ / "out")) {
      for (const auto& entry : std::filesystem::directory_iterator(folder_ / "out")) {
        found.insert(entry.path());
      }
    }
    EXPECT_EQ(found, expected);
  }

  TemporaryFolder folder_;
  std::vector<detail::VolumeTask> tasks_;
  ReconstructionOptions options_;
};

}  // namespace dircn::testing
