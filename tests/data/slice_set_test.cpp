#include "dircn/data/slice_set.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <chrono>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "support/challenge_files.h"
#include "support/paths.h"

namespace dircn::slice_set_test {
namespace {

namespace fs = std::filesystem;
using Labels = SliceSet::Labels;
using testing::full_kspace;
using testing::Hdf5Maker;
using testing::some_columns;
using testing::TemporaryFolder;
using testing::write_images;
using testing::write_kspace;

constexpr double kMaximum = 1e-3;

torch::Tensor some_label(int64_t slices) {
  return torch::rand({slices, 9, 8});
}

/// a.h5 has two slices, b.h5 one of another shape; both have labels.
void write_pairs(const fs::path& root) {
  write_kspace(root / "kspace/a.h5", full_kspace(2, 3, 12, 8, 1), some_columns(8));
  write_kspace(root / "kspace/b.h5", full_kspace(1, 2, 10, 11, 2), some_columns(11));
  write_images(root / "image/a.h5", some_label(2), kMaximum);
  write_images(root / "image/b.h5", some_label(1), 2 * kMaximum);
}

/// Expects that an action throws an `Error` whose text holds all `parts`.
void expect_error(const std::function<void()>& action, const std::vector<std::string>& parts) {
  try {
    action();
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    for (const auto& part : parts) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos)
          << "'" << part << "' is not in: " << error.what();
    }
  }
}

TEST(SliceSet, ListsSlicesVolumeAfterVolume) {
  const TemporaryFolder folder;
  write_pairs(folder.path());
  const SliceSet set(folder.path(), Labels::kIgnored, "training set");
  ASSERT_EQ(set.size(), 3);
  EXPECT_EQ(set.volumes(), 2);
  EXPECT_EQ(set.name(0), "a.h5 slice 0");
  EXPECT_EQ(set.name(1), "a.h5 slice 1");
  EXPECT_EQ(set.name(2), "b.h5 slice 0");
  EXPECT_EQ(set.slice_of(1), 1);
  EXPECT_EQ(set.volume_of(2).relative, "b.h5");
}

TEST(SliceSet, ReadsWhatTheFilesHold) {
  const TemporaryFolder folder;
  write_pairs(folder.path());
  const auto label = some_label(2);
  write_images(folder / "image/a.h5", label, kMaximum);
  const SliceSet set(folder.path(), Labels::kRequired, "validation set");
  const RawSlice second = set.read(1);
  EXPECT_TRUE(torch::equal(second.kspace, full_kspace(2, 3, 12, 8, 1)[1]));
  EXPECT_TRUE(torch::equal(second.mask, some_columns(8)));
  EXPECT_TRUE(torch::equal(second.label.value(), label[1]));
  EXPECT_DOUBLE_EQ(second.maximum, kMaximum);
  const RawSlice third = set.read(2);
  EXPECT_EQ(third.kspace.sizes(), torch::IntArrayRef({2, 10, 11}));
  EXPECT_DOUBLE_EQ(third.maximum, 2 * kMaximum);
}

TEST(SliceSet, SaysWhereASliceComesFrom) {
  const TemporaryFolder folder;
  write_pairs(folder / "acc4");
  const SliceSet set(folder.path(), Labels::kIgnored, "training set");
  const RawSlice slice = set.read(1);
  EXPECT_EQ(slice.name, "acc4/a.h5 slice 1");
  EXPECT_EQ(slice.volume, "a.h5");
  EXPECT_TRUE(torch::equal(slice.acquired, torch::ones({8}, torch::kBool)));
}

TEST(SliceSet, ReadsMaximaWithoutLabels) {
  const TemporaryFolder folder;
  write_pairs(folder.path());
  const SliceSet set(folder.path(), Labels::kMaxima, "training set");
  const RawSlice slice = set.read(2);
  EXPECT_FALSE(slice.label.has_value());
  EXPECT_DOUBLE_EQ(slice.maximum, 2 * kMaximum);
  EXPECT_EQ(SliceSet(folder.path(), Labels::kIgnored, "training set").read(2).maximum, 0);
  write_images(folder / "image/b.h5", some_label(1), -1);
  EXPECT_THROW(SliceSet(folder.path(), Labels::kMaxima, "training set"), Error);
  fs::remove_all(folder / "image");
  expect_error([&] { SliceSet(folder.path(), Labels::kMaxima, "training set"); },
               {"kspace/a.h5: found no image file"});
}

/// Whole volumes of two slices each, none in both parts; those of the other part are not opened.
TEST(SliceSet, HasTheVolumesOfItsPart) {
  const TemporaryFolder folder;
  for (int i = 0; i < 10; ++i) {
    write_kspace(folder / ("v" + std::to_string(i) + ".h5"), full_kspace(2, 1, 8, 8, 1),
                 some_columns(8));
  }
  DataConfig config;
  config.validation_share = 0.3;
  const SliceSet validation(folder.path(), Labels::kIgnored, "validation set", config,
                            Part::validation);
  const SliceSet training(folder.path(), Labels::kIgnored, "training set", config, Part::training);
  ASSERT_EQ(validation.size(), 6);
  EXPECT_EQ(validation.volumes(), 3);
  EXPECT_EQ(validation.name(0), "v0.h5 slice 0");
  EXPECT_EQ(validation.name(3), "v5.h5 slice 1");
  EXPECT_EQ(validation.name(5), "v8.h5 slice 1");
  EXPECT_EQ(training.size(), 14);
  EXPECT_EQ(training.name(0), "v1.h5 slice 0");
  testing::write_file(folder / "v0.h5", "hello");
  EXPECT_NO_THROW(
      SliceSet(folder.path(), Labels::kIgnored, "training set", config, Part::training));
}

TEST(SliceSet, NeedsNoImagesForTraining) {
  const TemporaryFolder folder;
  write_kspace(folder / "a.h5", full_kspace(1, 2, 8, 8, 1), torch::eye(8));
  const SliceSet set(folder.path(), Labels::kIgnored, "training set");
  const RawSlice slice = set.read(0);
  EXPECT_FALSE(slice.label.has_value());
  EXPECT_EQ(slice.mask.dim(), 2);
}

TEST(SliceSet, PassesOverHiddenAndOtherFiles) {
  const TemporaryFolder folder;
  write_pairs(folder.path());
  testing::write_file(folder / "image/.c.h5", "");
  testing::write_file(folder / "image/readme.txt", "");
  testing::write_file(folder / "kspace/.d.h5", "");
  EXPECT_EQ(SliceSet(folder.path(), Labels::kRequired, "validation set").size(), 3);
}

TEST(SliceSet, ReadsTheChallengesFiles) {
  const SliceSet set(testing::golden("S5_h5"), Labels::kRequired, "validation set");
  ASSERT_EQ(set.size(), 5);
  EXPECT_EQ(set.name(4), "brain2.h5 slice 2");
  EXPECT_EQ(set.read(4).label.value().sizes(), torch::IntArrayRef({40, 40}));
  EXPECT_FLOAT_EQ(static_cast<float>(set.read(0).maximum), 0.0009988353F);
}

/// 400 volumes whose k-space would be 400 times 2 GB: nothing of it is there to be read.
TEST(SliceSet, OpensHundredsOfVolumesWithoutTheirKspace) {
  const TemporaryFolder folder;
  for (int i = 0; i < 400; ++i) {
    Hdf5Maker maker(folder / (std::to_string(i) + ".h5"));
    maker.claim("kspace", {16, 16, 768, 396}, Hdf5Maker::complex_type());
    maker.real("mask", torch::ones({396}));
  }
  const auto start = std::chrono::steady_clock::now();
  const SliceSet set(folder.path(), Labels::kIgnored, "training set");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  EXPECT_EQ(set.size(), 400 * 16);
  EXPECT_THROW(set.read(0), Error);
}

TEST(SliceSet, NamesTheFileAndSliceThatCannotBeRead) {
  const TemporaryFolder folder;
  write_pairs(folder.path());
  auto label = some_label(2);
  label[1][3][3] = std::numeric_limits<float>::quiet_NaN();
  write_images(folder / "image/a.h5", label, kMaximum);
  const SliceSet set(folder.path(), Labels::kRequired, "validation set");
  EXPECT_NO_THROW(set.read(0));
  expect_error([&] { set.read(1); }, {"image/a.h5: 'image_label' slice 1", "NaN or Inf"});
  fs::remove(folder / "kspace/b.h5");
  expect_error([&] { set.read(2); }, {"kspace/b.h5", "no such file"});
}

struct BadSet {
  std::string name;
  std::function<void(const fs::path& root)> spoil;  // what `write_pairs` made
  std::vector<std::string> message;
};

void PrintTo(const BadSet& bad, std::ostream* stream) {
  *stream << bad.name;
}

std::function<void(const fs::path&)> with_label(const torch::Tensor& label,
                                                double maximum = kMaximum) {
  return [=](const fs::path& root) { write_images(root / "image/b.h5", label, maximum); };
}

void write_without_maximum(const fs::path& root) {
  Hdf5Maker(root / "image/b.h5").real("image_label", some_label(1));
}

void move_out_of_layout(const fs::path& root) {
  fs::rename(root / "kspace", root / "volumes");
}

std::vector<BadSet> bad_sets() {
  const double inf = std::numeric_limits<double>::infinity();
  return {
      {"KspaceWithoutImage",
       [](const fs::path& root) { fs::remove(root / "image/b.h5"); },
       {"kspace/b.h5: found a k-space file without image", "image/b.h5"}},
      {"ImageWithoutKspace",
       [](const fs::path& root) { fs::remove(root / "kspace/b.h5"); },
       {"image/b.h5: found an image file without k-space", "kspace/b.h5"}},
      {"NoImageFolder",
       [](const fs::path& root) { fs::remove_all(root / "image"); },
       {"kspace/a.h5: found no image file", "image/a.h5"}},
      {"NoLayout", move_out_of_layout, {"volumes/a.h5", "no image file", "kspace/ with image/"}},
      {"OtherSlices",
       with_label(some_label(2)),
       {"image/b.h5: found 2 slices; expected 1, as in", "kspace/b.h5"}},
      {"NoLabel",
       [](const fs::path& root) {
         Hdf5Maker(root / "image/b.h5").real("image_input", some_label(1));
       },
       {"image/b.h5", "only: image_input", "'image_label'"}},
      {"FlatLabel", with_label(some_label(1)[0]), {"image/b.h5", "shape [9, 8]", "[slices, "}},
      {"SmallLabel", with_label(torch::ones({1, 9, 6})), {"shape [1, 9, 6]", "at least 7 x 7"}},
      {"ComplexLabel",
       [](const fs::path& root) {
         Hdf5Maker(root / "image/b.h5").complex("image_label", full_kspace(1, 1, 9, 8, 1)[0]);
       },
       {"'image_label'", "complex numbers", "real numbers"}},
      {"NoMaximum", write_without_maximum, {"image/b.h5", "no attribute 'max'"}},
      {"ZeroMaximum", with_label(some_label(1), 0), {"image/b.h5: 'max'", "positive"}},
      {"InfiniteMaximum", with_label(some_label(1), inf), {"image/b.h5: 'max'", "inf"}},
      {"BadKspace",
       [](const fs::path& root) { testing::write_file(root / "kspace/a.h5", "hello"); },
       {"kspace/a.h5", "not HDF5"}},
      {"Empty",
       [](const fs::path& root) {
         fs::remove_all(root / "kspace");
         fs::create_directories(root / "kspace");
       },
       {"no .h5 file"}},
  };
}

class UnusableSet : public ::testing::TestWithParam<BadSet> {};

TEST_P(UnusableSet, IsAnErrorThatNamesTheFile) {
  const TemporaryFolder folder;
  write_pairs(folder.path());
  GetParam().spoil(folder.path());
  expect_error([&] { SliceSet(folder.path(), Labels::kRequired, "validation set"); },
               GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(Sets, UnusableSet, ::testing::ValuesIn(bad_sets()),
                         [](const auto& info) { return info.param.name; });

TEST(SliceSet, ImagesMustPairUpForTrainingToo) {
  const TemporaryFolder folder;
  write_pairs(folder.path());
  fs::remove(folder / "image/b.h5");
  expect_error([&] { SliceSet(folder.path(), Labels::kIgnored, "training set"); },
               {"kspace/b.h5", "without image"});
}

TEST(SliceSet, SaysWhichSetHasNoFolder) {
  expect_error([] { SliceSet("", Labels::kIgnored, "training set"); },
               {"training set: found no folder named", "data.train"});
}

}  // namespace
}  // namespace dircn::slice_set_test
