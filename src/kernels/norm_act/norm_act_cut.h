#pragma once

// How the kernels of norm_act_cpu.cpp go through an image: in tasks for the threads, those in
// blocks that stay in the first cache, those in rows of lanes (Note [Lanes] in norm_act_loops.h).

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "dircn/runtime/threads.h"
#include "kernels/cache_lines.h"
#include "kernels/norm_act/norm_act_cpu.h"
#include "kernels/norm_act/norm_act_loops.h"

namespace dircn {

/// The cut of a shape, which depends on nothing else.
struct Cut {
  explicit Cut(const NormShape& shape)
      : channels(shape.channels), image(shape.pixels * shape.channels) {
    constexpr int64_t kVector = 16;     // values in the widest register
    constexpr int64_t kFewLanes = 256;  // fewer: a row ends before its sums are back from the cache
    const int64_t period = std::lcm(channels, kVector);
    lanes = period * ((kFewLanes + period - 1) / period);
    blocks = (image + kRows * lanes - 1) / (kRows * lanes);
    tasks = std::clamp<int64_t>(blocks / 4, 1, 64);
  }

  /// The first value of a task; of the one after the last: the image's size.
  int64_t begin(int64_t task) const {
    return std::min(image, blocks * task / tasks * kRows * lanes);
  }

  /// Calls work(first value, block) for the blocks of a task.
  template <typename Work>
  void for_each_block(int64_t task, const Work& work) const {
    const int64_t end = begin(task + 1);
    for (int64_t at = begin(task); at < end;) {
      const int64_t rows = std::min(kRows, (end - at) / lanes);
      const Block block = rows > 0 ? Block{rows, lanes} : Block{1, end - at};
      work(at, block);
      at += block.rows * block.lanes;
    }
  }

  /// A value for each channel, repeated over the lanes.
  template <typename Value>
  Lanes<float> spread(const Value& value) const {
    Lanes<float> result(lanes);
    for (int64_t lane = 0; lane < lanes; lane += channels) {
      for (int64_t c = 0; c < channels; ++c) {
        result[lane + c] = static_cast<float>(value(c));
      }
    }
    return result;
  }

  static constexpr int64_t kRows = 16;
  int64_t channels;
  int64_t image;  // values
  int64_t lanes;
  int64_t blocks;
  int64_t tasks;
};

template <typename Work>
void for_each_task(const NormShape& shape, const Cut& cut, const Work& work) {
  parallel_for(shape.images * cut.tasks, [&](int64_t i) { work(i / cut.tasks, i % cut.tasks); });
}

/// Two sums for each image and channel: add(image, task, lane sums) adds a task's values.
/// -> [images][2][channels].
template <typename Add>
std::vector<double> channel_sums(const NormShape& shape, const Cut& cut, const Add& add) {
  const int64_t size = 2 * shape.channels;
  std::vector<double> parts(shape.images * cut.tasks * size);
  for_each_task(shape, cut, [&](int64_t image, int64_t task) {
    Lanes<float> block(3 * cut.lanes);
    Lanes<double> total(2 * cut.lanes);
    add(image, task, LaneSums{block.data(), total.data(), cut.lanes});
    double* part = &parts[(image * cut.tasks + task) * size];
    for (int64_t lane = 0; lane < 2 * cut.lanes; lane += shape.channels) {
      double* sum = part + (lane < cut.lanes ? 0 : shape.channels);
      for (int64_t c = 0; c < shape.channels; ++c) {
        sum[c] += total[lane + c];
      }
    }
  });
  std::vector<double> sums(shape.images * size);
  for (int64_t i = 0; i < shape.images * cut.tasks; ++i) {
    for (int64_t k = 0; k < size; ++k) {
      sums[i / cut.tasks * size + k] += parts[i * size + k];
    }
  }
  return sums;
}

}  // namespace dircn
