// Reading ahead and writing behind, with a network that is made up.

#include "dircn/reconstruct/volume_pipeline.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <atomic>
#include <initializer_list>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/formats/hdf5.h"
#include "reconstruct/pipelined_volumes.h"

namespace dircn::volume_pipeline_test {
namespace {

using testing::as_it_is;
using testing::Ended;
using testing::FilePipeline;
using testing::image_of;
using testing::kEdge;
using testing::kspace_of;
using testing::let_it_read;
using testing::outputs_of;
using testing::run;
using testing::Slice;
using testing::wait_until;

class VolumePipelineTest : public testing::PipelinedVolumes {};

TEST_F(VolumePipelineTest, DeliversEverySliceInOrderAndWritesItsImage) {
  FilePipeline pipeline(tasks_, options_, as_it_is);
  const Ended ended = run(pipeline, [&](const Slice& slice) {
    EXPECT_TRUE(torch::equal(slice.kspace, kspace_of(slice.volume)[slice.index]));
    EXPECT_TRUE(torch::equal(slice.mask, testing::some_columns(20)));
    EXPECT_EQ(slice.grid.rows.pixels, kEdge);
    EXPECT_EQ(slice.grid.columns.pixels, kEdge);
    pipeline.write(slice, outputs_of(image_of(slice)));
  });
  const std::vector<std::pair<size_t, int64_t>> order = {{0, 0}, {0, 1}, {1, 0},
                                                         {1, 1}, {2, 0}, {2, 1}};
  EXPECT_EQ(ended.slices, order);
  EXPECT_EQ(ended.written, (std::set<size_t>{0, 1, 2}));
  EXPECT_TRUE(ended.failed.empty());
  EXPECT_TRUE(ended.notes.empty());
  expect_only({0, 1, 2});
  for (const auto& [volume, index] : order) {
    const auto written = Hdf5File(output(volume)).read_real("reconstruction");
    EXPECT_TRUE(torch::equal(written[index], image_of({{}, volume, index})));
  }
  EXPECT_FALSE(pipeline.next().has_value());
}

/// While the network has the first slice, the last of its volume and the first of the next one are
/// read, and no more.
TEST_F(VolumePipelineTest, ReadsAheadAcrossVolumesButNoFurther) {
  std::atomic<int> read{0};
  FilePipeline pipeline(tasks_, options_, [&](const MeasuredSlice& slice) {
    ++read;
    return slice.kspace;
  });
  ASSERT_TRUE(pipeline.next().has_value());
  wait_until([&] { return read == 3; });
  let_it_read();
  EXPECT_EQ(read, 3);
}

TEST_F(VolumePipelineTest, KeepsNoMoreThanWhatWaitsAndTheOneInWork) {
  std::atomic<int> alive{0};
  std::atomic<int> most{0};
  const auto counted = [&](const MeasuredSlice&) {
    most = std::max(most.load(), ++alive);
    return torch::from_blob(new float[1], {1}, [&](void* data) {
      delete[] static_cast<float*>(data);
      --alive;
    });
  };
  for (const size_t ahead : {size_t{1}, size_t{2}, size_t{3}}) {
    most = 0;
    const int expected = static_cast<int>(ahead) + 1;
    FilePipeline pipeline(tasks_, options_, counted, ahead);
    run(pipeline, [&](const Slice& slice) {
      if (slice.volume == 0) {
        wait_until([&] { return alive == expected; });
        let_it_read();
      }
      pipeline.write(slice, outputs_of(image_of(slice)));
    });
    EXPECT_EQ(alive, 0);
    EXPECT_EQ(most, expected);
  }
}

TEST_F(VolumePipelineTest, SaysWhereTheFieldOfViewIsNotCropped) {
  testing::write_kspace(tasks_[1].kspace, kspace_of(1), testing::some_points(24, 20));
  FilePipeline pipeline(tasks_, options_, as_it_is);
  const Ended ended = run(pipeline);
  ASSERT_EQ(ended.notes.size(), 1U);
  const std::string file = tasks_[1].kspace.string();
  for (const std::string part : {": 2-D mask, so the field of view is not cropped",
                                 ": 'mask': found a mask that samples 1 x 1 points"}) {
    EXPECT_NE(ended.notes[0].find(file + part), std::string::npos) << ended.notes[0];
  }
}

TEST_F(VolumePipelineTest, PreparesOnOneCoreWithoutGradients) {
  const int before = torch::get_num_threads();
  torch::set_num_threads(3);
  std::atomic<int> threads{0};
  std::atomic<bool> gradients{true};
  FilePipeline pipeline(tasks_, options_, [&](const MeasuredSlice& slice) {
    threads = torch::get_num_threads();
    gradients = torch::GradMode::is_enabled();
    return slice.kspace;
  });
  run(pipeline);
  EXPECT_EQ(threads, 1);
  EXPECT_FALSE(gradients);
  EXPECT_EQ(torch::get_num_threads(), 3);
  torch::set_num_threads(before);
}

TEST_F(VolumePipelineTest, EndsAtOnceWithoutVolumesAndRefusesToReadNothingAhead) {
  FilePipeline pipeline({}, options_, as_it_is);
  EXPECT_FALSE(pipeline.next().has_value());
  EXPECT_THROW(FilePipeline(tasks_, options_, as_it_is, 0), Error);
}

}  // namespace
}  // namespace dircn::volume_pipeline_test
