// What is noticed in volumes and sets before work begins on them.

#include "dircn/data/input_check.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "support/challenge_files.h"
#include "support/paths.h"
#include "support/random_input.h"
#include "support/small_set.h"

namespace dircn::input_check_test {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;

std::string text_of(const std::vector<InputFinding>& findings) {
  std::string text;
  for (const auto& finding : findings) {
    text += std::string(finding.fatal ? "error: " : "warning: ") + finding.text() + "\n";
  }
  return text;
}

void expect_parts(const std::string& text, const std::vector<std::string>& parts) {
  for (const auto& part : parts) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " is not in: " << text;
  }
}

class InputChecked : public ::testing::Test {
 protected:
  void SetUp() override { testing::write_small_set(folder_.path()); }

  std::string check(const std::string& name, Targets targets, const DataConfig& config = {}) const {
    const auto entry = find_volumes(folder_ / "kspace" / name).front();
    return text_of(InputCheck(config, targets).add(entry).findings);
  }

  /// The k-space of brain1.h5 changed, with the mask of small sets.
  void change_kspace(const std::function<torch::Tensor(const torch::Tensor&)>& change) const {
    const fs::path path = folder_ / "kspace/brain1.h5";
    std::vector<torch::Tensor> slices;
    torch::Tensor mask;
    {
      const KspaceVolume volume(path);
      mask = volume.mask();
      for (int64_t i = 0; i < volume.slices(); ++i) {
        slices.push_back(volume.read_slice(i));
      }
    }
    fs::remove(path);
    testing::write_kspace(path, change(torch::stack(slices)), mask);
  }

  static torch::Tensor mask() { return testing::column_mask(40, 4, 8).flatten(); }

  TemporaryFolder folder_;
};

TEST_F(InputChecked, FullScansWithTheirImagesAreFine) {
  for (const auto targets : {Targets::labels, Targets::made_of_kspace}) {
    EXPECT_EQ(check("brain1.h5", targets), "");
    EXPECT_EQ(check("brain2.h5", targets), "");
  }
}

TEST_F(InputChecked, MaskedOnesCanBeScoredButNotTrainedOn) {
  change_kspace([](const torch::Tensor& kspace) { return kspace * mask(); });
  EXPECT_EQ(check("brain1.h5", Targets::labels), "");
  for (const auto masks : {TrainingMasks::file, TrainingMasks::fixed, TrainingMasks::redrawn}) {
    DataConfig config;
    config.training_masks = masks;
    expect_parts(check("brain1.h5", Targets::made_of_kspace, config),
                 {"error: ", "kspace/brain1.h5", "slice 1", "masked already"});
  }
}

TEST_F(InputChecked, AVolumeOfZerosIsNotAndAnEmptySliceIs) {
  change_kspace([](const torch::Tensor& kspace) {
    return torch::cat({kspace.slice(0, 0, 1), torch::zeros_like(kspace.slice(0, 1, 2))});
  });
  EXPECT_EQ(check("brain1.h5", Targets::labels), "");
  change_kspace([](const torch::Tensor& kspace) { return torch::zeros_like(kspace); });
  expect_parts(check("brain1.h5", Targets::labels), {"error: ", "zeros in every slice"});
  expect_parts(check("brain1.h5", Targets::made_of_kspace), {"error: ", "zeros in every slice"});
}

TEST_F(InputChecked, ImagesOfOneValueAreNot) {
  fs::remove(folder_ / "image/brain1.h5");
  testing::write_images(folder_ / "image/brain1.h5", torch::full({2, 32, 32}, 0.5), 0.5);
  expect_parts(check("brain1.h5", Targets::labels), {"error: ", "image/brain1.h5", "one value"});
  EXPECT_EQ(check("brain1.h5", Targets::made_of_kspace), "") << "which no image takes part in";
}

TEST_F(InputChecked, LabelsOfAnotherScanAreNamed) {
  fs::remove(folder_ / "image/brain1.h5");
  testing::write_images(folder_ / "image/brain1.h5", torch::rand({2, 32, 32}), 1);
  expect_parts(check("brain1.h5", Targets::labels),
               {"warning: ", "image/brain1.h5", "kspace/brain1.h5", "little in common"});
}

TEST_F(InputChecked, AMaskWithoutACentreIsForNetworksThatNeedNone) {
  const fs::path path = folder_ / "kspace/brain1.h5";
  fs::remove(path);
  testing::write_kspace(path, testing::full_kspace(2, 2, 48, 40, 3), torch::arange(40) % 4 == 1);
  const VolumeEntry alone{path, std::nullopt, path.filename()};
  const auto findings = [&](const Calibrations& calibrations) {
    return InputCheck({}, Targets::labels, calibrations).add(alone).findings;
  };
  EXPECT_EQ(text_of(findings({Calibration::all})), "");
  for (const Calibrations& several : {Calibrations{Calibration::centre},
                                      {Calibration::symmetric_centre, Calibration::all},
                                      {Calibration::centre, Calibration::symmetric_centre}}) {
    ASSERT_EQ(findings(several).size(), 1U) << "what is so for several networks is said once";
    expect_parts(text_of(findings(several)), {"error: ", "brain1.h5", "centre of k-space"});
  }
}

/// The same object in other noise: correlation alone would not tell.
TEST_F(InputChecked, ExchangedImagesAreNamed) {
  const auto exchanged = [&] {
    InputCheck input({}, Targets::labels);
    for (const auto& entry : find_volumes(folder_.path())) {
      EXPECT_EQ(text_of(input.add(entry).findings), "");
    }
    return text_of(input.exchanged());
  };
  const auto noise = 1e-6 * torch::randn({2, 2, 48, 40}, torch::kComplexFloat);
  const auto kspace = testing::full_kspace(2, 2, 48, 40, 3);
  for (const int number : {1, 2}) {
    const std::string name = "brain" + std::to_string(number) + ".h5";
    fs::remove(folder_ / "kspace" / name);
    testing::write_kspace(folder_ / "kspace" / name, kspace + number * noise, mask());
    const auto image = torch::linalg_vector_norm(
        torch::fft_fftshift(torch::fft_ifft2(torch::fft_ifftshift(kspace + number * noise, {2, 3}),
                                             c10::nullopt, {-2, -1}, "ortho"),
                            {2, 3}),
        2, {1});
    fs::remove(folder_ / "image" / name);
    testing::write_images(folder_ / "image" / name, image.slice(1, 4, 44), 1);
  }
  EXPECT_EQ(exchanged(), "");
  fs::rename(folder_ / "image/brain1.h5", folder_ / "image/x");
  fs::rename(folder_ / "image/brain2.h5", folder_ / "image/brain1.h5");
  fs::rename(folder_ / "image/x", folder_ / "image/brain2.h5");
  expect_parts(exchanged(), {"image/brain1.h5: 'image_label' slice 1: found an image that fits " +
                                 (folder_ / "kspace/brain2.h5").string(),
                             "exchanged or renamed"});
}

TEST_F(InputChecked, ASetIsRefusedForOneOfItsVolumes) {
  const SliceSet set(folder_.path(), SliceSet::Labels::kIgnored, "a set");
  EXPECT_NO_THROW(check_set(set, {}, Targets::made_of_kspace));
  change_kspace([](const torch::Tensor& kspace) { return kspace * mask(); });
  EXPECT_NO_THROW(check_set(set, {}, Targets::labels));
  EXPECT_THROW(check_set(set, {}, Targets::made_of_kspace), Error);
}

TEST(SomeOf, SpreadsEvenlyFromFirstToLast) {
  std::vector<VolumeEntry> volumes(50);
  for (size_t i = 0; i < volumes.size(); ++i) {
    volumes[i].kspace = std::to_string(i);
  }
  std::vector<std::string> names;
  for (const auto& entry : some_of(volumes)) {
    names.push_back(entry.kspace.string());
  }
  EXPECT_EQ(names, (std::vector<std::string>{"0", "7", "14", "21", "28", "35", "42", "49"}));
  volumes.resize(8);
  EXPECT_EQ(some_of(volumes).size(), 8U);
}

}  // namespace
}  // namespace dircn::input_check_test
