#include "dircn/data/label_volume.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/data/annotations.h"
#include "support/challenge_files.h"
#include "support/paths.h"

namespace dircn::label_volume_test {
namespace {

using testing::Hdf5Maker;
using testing::TemporaryFolder;

std::string annotated(const std::filesystem::path& path, const std::string& annotations) {
  Hdf5Maker maker(path);
  maker.real("image_label", torch::ones({2, 9, 8}));
  maker.attribute("max", 1);
  maker.attribute("annotations", annotations);
  return path.string();
}

TEST(LabelVolume, ReadsTheTargetsOfEitherLayout) {
  const TemporaryFolder folder;
  const auto images = torch::rand({2, 9, 8});
  testing::write_images(folder / "snu.h5", images, 0.5);
  testing::write_fastmri(folder / "fastmri.h5", testing::full_kspace(2, 2, 16, 8, 1), images,
                         std::nullopt);
  const LabelVolume snu(folder / "snu.h5");
  const LabelVolume fastmri(folder / "fastmri.h5");
  EXPECT_EQ(snu.layout().name, Layout::snu);
  EXPECT_EQ(fastmri.layout().name, Layout::fastmri);
  EXPECT_EQ(fastmri.shape(), (std::vector<int64_t>{2, 9, 8}));
  EXPECT_EQ(snu.maximum(), 0.5);
  EXPECT_TRUE(torch::equal(snu.read_slice(1), images[1]));
  EXPECT_TRUE(torch::equal(fastmri.read_slice(1), images[1]));
}

TEST(LabelVolume, LooksForTheMaximumWhereFastmrisFileDoesNotSayIt) {
  const TemporaryFolder folder;
  const auto images = torch::rand({3, 9, 8});
  Hdf5Maker(folder / "a.h5").real("reconstruction_rss", images);
  EXPECT_EQ(LabelVolume(folder / "a.h5").maximum(), images.max().item<float>());
  Hdf5Maker(folder / "b.h5").real("image_label", images);
  EXPECT_THROW(LabelVolume(folder / "b.h5"), Error);
  Hdf5Maker(folder / "dark.h5").real("reconstruction_rss", torch::zeros({3, 9, 8}));
  EXPECT_THROW(LabelVolume(folder / "dark.h5").maximum(), Error);
}

TEST(LabelVolume, ReadsTheLayoutThatIsNamed) {
  const TemporaryFolder folder;
  {
    Hdf5Maker maker(folder / "both.h5");
    maker.real("image_label", torch::ones({1, 9, 8}));
    maker.real("reconstruction_rss", torch::ones({2, 9, 8}));
    maker.attribute("max", 1);
  }
  EXPECT_EQ(LabelVolume(folder / "both.h5").slices(), 1);
  EXPECT_EQ(LabelVolume(folder / "both.h5", Layout::fastmri).slices(), 2);
  testing::write_images(folder / "snu.h5", torch::ones({1, 9, 8}), 1);
  EXPECT_THROW(LabelVolume(folder / "snu.h5", Layout::fastmri), Error);
}

TEST(LabelVolume, ReadsAnnotations) {
  const TemporaryFolder folder;
  const LabelVolume volume(annotated(
      folder / "a.h5",
      R"({"1": [{"x": -1, "y": 2, "width": 3.0, "height": 4, "label": "Mass"}, {"x": 0, "y": 0, "width": 1, "height": 1}]})"));
  EXPECT_TRUE(volume.boxes(0).empty());
  const auto boxes = volume.boxes(1);
  ASSERT_EQ(boxes.size(), 2U);
  EXPECT_EQ(boxes[0].x, -1);
  EXPECT_EQ(boxes[0].width, 3);
  EXPECT_EQ(boxes[0].height, 4);
  EXPECT_EQ(boxes[0].label, "Mass");
  EXPECT_EQ(boxes[1].label, "");
  testing::write_images(folder / "none.h5", torch::ones({1, 9, 8}), 1);
  EXPECT_TRUE(LabelVolume(folder / "none.h5").boxes(0).empty());
}

TEST(Annotations, AreJsonThatReadsBack) {
  const std::string text = annotations_json({{}, {{1, 2, 3, 4, "a"}, {5, 6, 7, 8, "lesion"}}, {}});
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json.size(), 1U);
  ASSERT_EQ(json["1"].size(), 2U);
  const nlohmann::json expected = {
      {"x", 5}, {"y", 6}, {"width", 7}, {"height", 8}, {"label", "lesion"}};
  EXPECT_EQ(json["1"][1], expected);
  EXPECT_EQ(read_boxes(text, "").at(1).at(1).height, 8);
  EXPECT_EQ(annotations_json({{}, {}}), "{}");
}

TEST(LabelVolume, NamesTheFileOfAnnotationsThatMakeNoSense) {
  const TemporaryFolder folder;
  for (const std::string text :
       {"", "[]", "{\"0\": 3}", "{\"0\": [3]}", "{\"0\": [{}]}", "not json", "{\"first\": []}",
        R"({"0": [{"x": 1e300, "y": 0, "width": 1, "height": 1}]})",
        R"({"0": [{"x": 1.5, "y": 0, "width": 1, "height": 1}]})",
        R"({"0": [{"x": "1", "y": 0, "width": 1, "height": 1}]})"}) {
    try {
      const LabelVolume volume(annotated(folder / "a.h5", text));
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("a.h5: attribute 'annotations'"), std::string::npos)
          << error.what();
    }
  }
}

}  // namespace
}  // namespace dircn::label_volume_test
