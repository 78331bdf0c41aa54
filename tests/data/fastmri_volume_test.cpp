// Files of fastMRI: masks that are drawn, headers that say what was acquired and how large images
// are.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <string>
#include <vector>

#include "data/draw_mask.h"
#include "dircn/core/error.h"
#include "dircn/data/prepared_slice.h"
#include "dircn/data/sample.h"
#include "dircn/data/slice_set.h"
#include "dircn/data/volume.h"
#include "support/challenge_files.h"
#include "support/golden.h"
#include "support/image_grids.h"
#include "support/paths.h"

namespace dircn::fastmri_volume_test {
namespace {

namespace fs = std::filesystem;
using testing::full_kspace;
using testing::Hdf5Maker;
using testing::ScanText;
using testing::square_grid;
using testing::TemporaryFolder;

constexpr int64_t kWidth = 40;

DataConfig equispaced() {
  DataConfig config;
  config.mask = {MaskType::equispaced, {0.1}, {4}};
  return config;
}

/// k-space with this header, a mask if there is one, and nothing else.
std::string with_header(const fs::path& path, const std::string& header,
                        const std::optional<torch::Tensor>& mask = std::nullopt,
                        const torch::Tensor& acquired = torch::ones({kWidth}, torch::kBool)) {
  Hdf5Maker maker(path);
  maker.complex("kspace", full_kspace(1, 2, 2 * kWidth, kWidth, 1) * acquired);
  testing::write_text(maker.file(), "ismrmrd_header", header);
  if (mask) {
    maker.real("mask", *mask);
  }
  return path.string();
}

TEST(FastmriVolume, GetsAMaskFromItsNameWhereItHasNone) {
  const TemporaryFolder folder;
  const auto kspace = full_kspace(1, 2, 2 * kWidth, kWidth, 1);
  testing::write_fastmri(folder / "a.h5", kspace, torch::rand({1, 32, 32}), std::nullopt);
  const DataConfig config = equispaced();
  const KspaceVolume volume(folder / "a.h5", config);
  EXPECT_EQ(volume.layout().name, Layout::fastmri);
  EXPECT_TRUE(torch::equal(volume.mask(), draw_mask(config.mask, "a.h5", kWidth).columns));
  EXPECT_EQ(volume.image_size()->height, 32);
  EXPECT_TRUE(volume.mask_is_drawn());
  EXPECT_EQ(volume.acceleration(), 4);
}

TEST(FastmriVolume, KeepsItsOwnMask) {
  const TemporaryFolder folder;
  const auto mask = testing::some_columns(kWidth);
  testing::write_fastmri(folder / "a.h5", full_kspace(1, 2, 2 * kWidth, kWidth, 1), std::nullopt,
                         mask);
  const KspaceVolume volume(folder / "a.h5", equispaced());
  EXPECT_TRUE(torch::equal(volume.mask(), mask));
  EXPECT_FALSE(volume.mask_is_drawn());
  EXPECT_EQ(volume.acceleration(), 4);
}

TEST(FastmriVolume, LeavesColumnsUnsampledThatWereNotAcquired) {
  const TemporaryFolder folder;
  // 33 lines around the 15th of 40 columns: 5 of padding before them, 2 behind.
  const std::string header = testing::scan_header(ScanText{30, 28, kWidth, 33, 15});
  auto expected = torch::ones({kWidth}, torch::kBool);
  expected.slice(0, 0, 5).fill_(false);
  expected.slice(0, 38).fill_(false);
  const KspaceVolume own(with_header(folder / "own.h5", header, torch::ones({kWidth})));
  EXPECT_TRUE(torch::equal(own.mask(), expected));
  EXPECT_TRUE(torch::equal(own.acquired(), expected));
  const DataConfig config = equispaced();
  const KspaceVolume drawn(with_header(folder / "drawn.h5", header), config);
  EXPECT_TRUE(
      torch::equal(drawn.mask(), draw_mask(config.mask, "drawn.h5", kWidth).columns & expected));
  EXPECT_TRUE(torch::equal(drawn.acquired(), expected));
  ASSERT_TRUE(drawn.image_size().has_value());
  EXPECT_EQ(drawn.image_size()->height, 30);
  EXPECT_EQ(drawn.image_size()->width, 28);
}

/// fastMRI's single-coil files: no axis of coils, and targets of another name beside those of all.
TEST(FastmriVolume, OfASingleCoilIsReadAsOne) {
  const TemporaryFolder folder;
  const auto kspace = full_kspace(2, 1, 2 * kWidth, kWidth, 1);
  const auto target = torch::rand({2, 30, 28}) + 0.1;
  {
    Hdf5Maker maker(folder / "a.h5");
    maker.complex("kspace", kspace.squeeze(1));
    maker.real("reconstruction_rss", torch::rand({2, 32, 32}));
    maker.real("reconstruction_esc", target);
  }
  const KspaceVolume volume(folder / "a.h5", equispaced());
  EXPECT_EQ(volume.layout().name, Layout::fastmri);
  EXPECT_EQ(volume.coils(), 1);
  EXPECT_EQ(volume.slices(), 2);
  EXPECT_EQ(volume.image_size()->height, 30);
  EXPECT_TRUE(torch::equal(volume.read_slice(1), kspace[1]));
  const SliceSet set(folder.path(), SliceSet::Labels::kRequired, "set", equispaced());
  EXPECT_TRUE(torch::equal(set.read(1).label.value(), target[1]));
  EXPECT_FLOAT_EQ(static_cast<float>(set.read(1).maximum), target.max().item<float>());
}

TEST(FastmriVolume, AsksWhichAxisIsWhat) {
  const TemporaryFolder folder;
  const auto expect_advice = [&](const torch::Tensor& kspace, const std::string& part) {
    {
      Hdf5Maker maker(folder / "a.h5");
      maker.complex("kspace", kspace);
      maker.real("mask", testing::some_columns(kWidth));
    }
    try {
      KspaceVolume(folder / "a.h5", equispaced());
      ADD_FAILURE() << part;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  };
  const auto kspace = full_kspace(2, 3, 50, kWidth, 1);
  expect_advice(kspace[0], "k[:, None] (one coil) or k[None] (one slice)");
  expect_advice(kspace.unsqueeze(1), "k[:, 0] (or k[0], by where that axis is)");
}

TEST(FastmriVolume, IsToldFromTheChallengesByItsContentOrByName) {
  const TemporaryFolder folder;
  Hdf5Maker(folder / "bare.h5").complex("kspace", full_kspace(1, 2, 8, 8, 1));
  EXPECT_THROW(KspaceVolume(folder / "bare.h5"), Error);
  DataConfig config = equispaced();
  config.layout = Layout::fastmri;
  EXPECT_EQ(KspaceVolume(folder / "bare.h5", config).layout().name, Layout::fastmri);
  EXPECT_FALSE(KspaceVolume(folder / "bare.h5", config).image_size().has_value());
  config.layout = Layout::snu;
  testing::write_fastmri(folder / "a.h5", full_kspace(1, 2, 16, 8, 1), torch::rand({1, 8, 8}),
                         std::nullopt);
  EXPECT_THROW(KspaceVolume(folder / "a.h5", config), Error);
}

TEST(FastmriVolume, TakesHeadersWithPrefixesAndSpaces) {
  const TemporaryFolder folder;
  std::string header = testing::scan_header(ScanText{30, 28, kWidth, 33, 15});
  for (const char* name : {"ismrmrdHeader", "encoding>", "reconSpace", "matrixSize", "x>", "y>"}) {
    for (const std::string bracket : {"</", "<"}) {
      for (size_t at = 0; (at = header.find(bracket + name, at)) != std::string::npos; at += 5) {
        header.insert(at + bracket.size(), "ns0:");
      }
    }
  }
  header.replace(header.find(">30<"), 4, "> 30\n<");
  EXPECT_EQ(KspaceVolume(with_header(folder / "a.h5", header), equispaced()).image_size()->height,
            30);
}

TEST(FastmriVolume, RefusesHeadersThatMakeNoSense) {
  const TemporaryFolder folder;
  const std::string good = testing::scan_header(ScanText{30, 28, kWidth, 33, 15});
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    return text.replace(text.find(from), from.size(), to);
  };
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "XML"},
      {"no XML", "XML"},
      {"<other/>", "ismrmrdHeader"},
      {good.substr(0, good.size() / 2), "XML"},
      {with("<x>30</x>", "<x>0</x>"), "reconSpace/matrixSize/x"},
      {with("<x>30</x>", "<x>-3</x>"), "'-3'"},
      {with("<x>30</x>", "<x>1000000000000</x>"), "reconSpace/matrixSize/x"},
      {with("<x>30</x>", "<x>100000</x>"), "[100000, 28]"},
      {with("<x>30</x>", ""), "found nothing"},
      {with("<center>15</center>", "<center>many</center>"), "'many'"},
      {with("<center>15</center>", "<center>90</center>"), "around line 90"},
  };
  for (const auto& [header, part] : cases) {
    try {
      KspaceVolume(with_header(folder / "a.h5", header), equispaced());
      ADD_FAILURE() << header;
    } catch (const Error& error) {
      const std::string text = error.what();
      EXPECT_NE(text.find("a.h5: 'ismrmrd_header'"), std::string::npos) << text;
      EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
    }
  }
}

/// A set of volumes of both layouts and of different shapes, one of them narrower than its images
/// were meant to be.
TEST(FastmriSet, LiesBesideOtherLayoutsAndShapes) {
  const TemporaryFolder folder;
  const auto wide = full_kspace(2, 2, 2 * kWidth, kWidth, 1);
  const auto narrow = full_kspace(1, 3, 64, 20, 2);
  const auto label = torch::rand({1, 32, 32});
  testing::write_fastmri(folder / "multicoil_val/a.h5", wide, torch::rand({2, 32, 32}),
                         std::nullopt);
  testing::write_fastmri(folder / "multicoil_val/narrow.h5", narrow, label, std::nullopt);
  testing::write_kspace(folder / "snu/kspace/b.h5", wide, testing::some_columns(kWidth));
  testing::write_images(folder / "snu/image/b.h5", torch::rand({2, 24, 24}), 1);
  const SliceSet set(folder.path(), SliceSet::Labels::kRequired, "validation set", equispaced());
  ASSERT_EQ(set.size(), 5);
  EXPECT_EQ(set.name(2), "multicoil_val/narrow.h5 slice 0");
  const RawSlice raw = set.read(2);
  EXPECT_TRUE(torch::equal(raw.label.value(), label[0]));
  EXPECT_FLOAT_EQ(static_cast<float>(raw.maximum), label.max().item<float>());
  const Sample sample = make_sample(raw, 2, {});
  EXPECT_EQ(sample.kspace.sizes(), torch::IntArrayRef({3, 32, 20})) << "no row of the label is cut";
  EXPECT_EQ(sample.target.sizes(), torch::IntArrayRef({32, 32}));
  EXPECT_EQ(set.read(4).label->size(0), 24);
}

TEST(FastmriSet, MasksFullKspaceForTraining) {
  const TemporaryFolder folder;
  const auto kspace = full_kspace(1, 2, kWidth, kWidth, 1);
  testing::write_fastmri(folder / "a.h5", kspace, torch::rand({1, 32, 32}), std::nullopt);
  const DataConfig config = equispaced();
  const SliceSet set(folder.path(), SliceSet::Labels::kIgnored, "training set", config);
  const Sample sample = make_sample(set.read(0), 0, {});
  const auto mask = draw_mask(config.mask, "a.h5", kWidth).columns;
  const auto cropped = square_grid({kWidth, kWidth}, {32, 32});
  EXPECT_EQ(sample.kspace.sizes(), torch::IntArrayRef({2, 32, kWidth})) << "as the header says";
  EXPECT_TRUE(torch::equal(sample.kspace * mask, sample.kspace));
  EXPECT_LT(testing::relative_max_error(cropped.image(combined_image(kspace[0])),
                                        sample.target.slice(1, 4, 36)),
            1e-5);
}

/// `fixed` masks are those that such a volume has anyway, and its missing columns stay missing.
TEST(FastmriSet, DrawsMasksForTraining) {
  const TemporaryFolder folder;
  const auto header = testing::scan_header(ScanText{30, 28, kWidth, 33, 15});
  const auto column = torch::arange(kWidth);
  const auto acquired = (column >= 5) & (column < 38);
  with_header(folder / "a.h5", header, std::nullopt, acquired);
  with_header(folder / "b.h5", header, testing::some_columns(kWidth), acquired);
  const DataConfig config = equispaced();
  const SliceSet set(folder.path(), SliceSet::Labels::kIgnored, "training set", config);
  const RawSlice raw = set.read(0);
  EXPECT_EQ(raw.volume, "a.h5");
  EXPECT_EQ(raw.name, "a.h5 slice 0");
  SampleOptions options;
  options.draws = TrainingDraws();
  options.draws->masks = TrainingMasks::fixed;
  options.draws->mask = config.mask;
  EXPECT_TRUE(torch::equal(make_sample(raw, 0, options).mask, make_sample(raw, 0, {}).mask));
  options.draws->masks = TrainingMasks::redrawn;
  const auto redrawn = make_sample(raw, 0, options).mask.flatten();
  EXPECT_FALSE((redrawn & raw.acquired.logical_not()).any().item<bool>());
}

}  // namespace
}  // namespace dircn::fastmri_volume_test
