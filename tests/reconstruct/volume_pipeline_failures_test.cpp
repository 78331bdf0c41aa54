// Volumes that fail, and pipelines that are stopped.

#include "dircn/reconstruct/volume_pipeline.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <atomic>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "reconstruct/pipelined_volumes.h"

namespace dircn::volume_pipeline_failures_test {
namespace {

using testing::as_it_is;
using testing::Ended;
using testing::FilePipeline;
using testing::image_of;
using testing::outputs_of;
using testing::run;
using testing::Slice;

class VolumePipelineFailures : public testing::PipelinedVolumes {};

TEST_F(VolumePipelineFailures, ABadSliceEndsItsVolumeAlone) {
  spoil(1);
  FilePipeline pipeline(tasks_, options_, as_it_is);
  const Ended ended = run(pipeline);
  EXPECT_EQ(ended.written, (std::set<size_t>{0, 2}));
  ASSERT_EQ(ended.failed.size(), 1U);
  EXPECT_EQ(ended.failed[0].volume, 1U);
  EXPECT_NE(ended.failed[0].reason.find("slice 1"), std::string::npos) << ended.failed[0].reason;
  expect_only({0, 2});
}

TEST_F(VolumePipelineFailures, SoDoesAFileThatIsNone) {
  testing::write_file(tasks_[0].kspace, "no HDF5");
  FilePipeline pipeline(tasks_, options_, as_it_is);
  const Ended ended = run(pipeline);
  ASSERT_EQ(ended.failed.size(), 1U);
  EXPECT_EQ(ended.failed[0].volume, 0U);
  expect_only({1, 2});
}

TEST_F(VolumePipelineFailures, SoDoesAnOutputThatCannotBeWritten) {
  testing::write_file(folder_ / "file", "");
  tasks_[2].output = folder_ / "file/2.h5";
  FilePipeline pipeline(tasks_, options_, as_it_is);
  const Ended ended = run(pipeline);
  ASSERT_EQ(ended.failed.size(), 1U);
  EXPECT_EQ(ended.failed[0].volume, 2U);
  EXPECT_NE(ended.failed[0].reason.find("file"), std::string::npos) << ended.failed[0].reason;
  expect_only({0, 1});
}

TEST_F(VolumePipelineFailures, SoDoesAnImageThatDoesNotFit) {
  FilePipeline pipeline(tasks_, options_, as_it_is);
  const Ended ended = run(pipeline, [&](const Slice& slice) {
    pipeline.write(slice, outputs_of(slice.volume == 1 ? torch::zeros({3, 3}) : image_of(slice)));
  });
  ASSERT_EQ(ended.failed.size(), 1U);
  EXPECT_EQ(ended.failed[0].volume, 1U);
  expect_only({0, 2});
}

TEST_F(VolumePipelineFailures, SoDoesWhatPrepareThrows) {
  std::atomic<int> calls{0};
  FilePipeline pipeline(tasks_, options_, [&](const MeasuredSlice& slice) {
    if (++calls == 3) {
      throw std::runtime_error("the third slice");
    }
    return slice.kspace;
  });
  const Ended ended = run(pipeline);
  ASSERT_EQ(ended.failed.size(), 1U);
  EXPECT_EQ(ended.failed[0].volume, 1U);
  EXPECT_EQ(ended.failed[0].reason, "the third slice");
  expect_only({0, 2});
}

TEST_F(VolumePipelineFailures, AVolumeThatIsGivenUpGivesNoMoreSlices) {
  FilePipeline pipeline(tasks_, options_, as_it_is);
  const Ended ended = run(pipeline, [&](const Slice& slice) {
    if (slice.volume == 1) {
      pipeline.fail(slice.volume, "NaN");
      pipeline.fail(slice.volume, "twice");
    } else {
      pipeline.write(slice, outputs_of(image_of(slice)));
    }
  });
  const std::vector<std::pair<size_t, int64_t>> order = {{0, 0}, {0, 1}, {1, 0}, {2, 0}, {2, 1}};
  EXPECT_EQ(ended.slices, order);
  EXPECT_EQ(ended.written, (std::set<size_t>{0, 2}));
  ASSERT_EQ(ended.failed.size(), 1U);
  EXPECT_EQ(ended.failed[0].reason, "NaN");
  expect_only({0, 2});
}

/// A signal came when the first volume was handed over and the second one was begun.
TEST_F(VolumePipelineFailures, WritesWhatIsCompleteWhenStopped) {
  std::atomic<int> read{0};
  FilePipeline pipeline(tasks_, options_, [&](const MeasuredSlice& slice) {
    ++read;
    return slice.kspace;
  });
  const Ended ended = run(pipeline, [&](const Slice& slice) {
    pipeline.write(slice, outputs_of(image_of(slice)));
    if (slice.volume == 1) {
      pipeline.stop();
    }
  });
  EXPECT_EQ(ended.slices.size(), 3U);
  EXPECT_EQ(ended.written, (std::set<size_t>{0}));
  EXPECT_TRUE(ended.failed.empty());
  EXPECT_LE(read, 5);
  expect_only({0});
}

TEST_F(VolumePipelineFailures, LeavesNothingWhenItIsDroppedAtAnyPlace) {
  for (int taken = 0; taken < 2; ++taken) {
    {
      FilePipeline pipeline(tasks_, options_, as_it_is);
      for (int i = 0; i < taken; ++i) {
        ASSERT_TRUE(pipeline.next().has_value());
      }
    }
    expect_only({});
  }
}

}  // namespace
}  // namespace dircn::volume_pipeline_failures_test
