#include "dircn/data/data_layout.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "dircn/data/label_volume.h"
#include "dircn/data/volume.h"
#include "dircn/data/volume_pair.h"
#include "support/challenge_files.h"
#include "support/paths.h"

namespace dircn::data_layout_test {
namespace {

using testing::Hdf5Maker;
using testing::TemporaryFolder;

TEST(DataLayout, HasARowForEachNameInTheConfiguration) {
  std::set<Layout> named;
  for (const auto& row : EnumNames<Layout>::kTable) {
    named.insert(row.first);
  }
  named.erase(Layout::automatic);
  std::set<Layout> found;
  for (const DataLayout& layout : data_layouts()) {
    found.insert(layout.name);
    EXPECT_EQ(&data_layout(layout.name), &layout);
  }
  EXPECT_EQ(found, named);
  EXPECT_EQ(found.size(), data_layouts().size());
}

TEST(DataLayout, IsToldByWhatAFileHolds) {
  struct Case {
    std::vector<std::string> images;
    bool header;
    Layout expected;
  };
  const TemporaryFolder folder;
  for (const Case& one :
       {Case{{}, false, Layout::snu}, Case{{"image_label"}, false, Layout::snu},
        Case{{"image_input"}, false, Layout::snu},
        Case{{"reconstruction_rss"}, false, Layout::fastmri}, Case{{}, true, Layout::fastmri},
        Case{{"image_label", "reconstruction_rss"}, true, Layout::snu}}) {
    {
      Hdf5Maker maker(folder / "a.h5");
      maker.complex("kspace", testing::full_kspace(1, 2, 8, 8, 1));
      for (const auto& name : one.images) {
        maker.real(name, torch::ones({1, 8, 8}));
      }
      if (one.header) {
        testing::write_text(maker.file(), "ismrmrd_header", "");
      }
    }
    const Hdf5File file(folder / "a.h5");
    EXPECT_EQ(data_layout(file, Layout::automatic).name, one.expected) << one.images.size();
    EXPECT_EQ(data_layout(file, Layout::snu).name, Layout::snu);
    EXPECT_EQ(data_layout(file, Layout::fastmri).name, Layout::fastmri);
  }
}

/// One file, one layout: whoever opens it.
TEST(DataLayout, IsTheSameForKspaceAndTargets) {
  const TemporaryFolder folder;
  {
    Hdf5Maker maker(folder / "both.h5");
    maker.complex("kspace", testing::full_kspace(2, 2, 16, 8, 1));
    maker.real("mask", testing::some_columns(8));
    maker.real("image_label", torch::ones({2, 8, 8}));
    maker.real("reconstruction_rss", torch::ones({2, 8, 8}));
    maker.attribute("max", 1);
  }
  const auto path = folder / "both.h5";
  EXPECT_EQ(&KspaceVolume(path).layout(), &LabelVolume(path).layout());
}

TEST(DataLayout, SaysWhereTheFilesOfASetLie) {
  const DataLayout& snu = data_layout(Layout::snu);
  EXPECT_EQ(snu.place("train", 4, 2), "train/kspace/brain_acc4_2.h5");
  EXPECT_EQ(snu.place("leaderboard", 8, 1), "leaderboard/acc8/kspace/brain_test_1.h5");
  const DataLayout& fastmri = data_layout(Layout::fastmri);
  EXPECT_EQ(fastmri.place("val", 4, 2), "multicoil_val/file_brain_val_acc4_2.h5");
  EXPECT_EQ(fastmri.place("leaderboard", 8, 1), "multicoil_test/file_brain_test_acc8_1.h5");
}

TEST(DataLayout, SaysWhereTheTargetsOfAVolumeLie) {
  const VolumeEntry pair{"a/kspace/b.h5", "a/image/b.h5", "a/b.h5"};
  EXPECT_EQ(label_file(pair, data_layout(Layout::snu)), "a/image/b.h5");
  EXPECT_EQ(label_file(pair, data_layout(Layout::fastmri)), "a/kspace/b.h5");
  EXPECT_EQ(image_place("a/kspace/b.h5").value(), "a/image/b.h5");
  EXPECT_EQ(kspace_place("a/image/b.h5").value(), "a/kspace/b.h5");
  EXPECT_FALSE(image_place("a/image/b.h5").has_value());
  EXPECT_FALSE(kspace_place("multicoil_val/b.h5").has_value());
}

}  // namespace
}  // namespace dircn::data_layout_test
