#include <gtest/gtest.h>
#include <torch/types.h>

#include "dircn/core/error.h"
#include "dircn/mri/coils.h"
#include "dircn/mri/crop.h"
#include "dircn/mri/fft.h"
#include "support/fov_crop.h"
#include "support/golden.h"

namespace dircn::fov_crop_test {
namespace {

using testing::as_complex;
using testing::fov_crop;
using testing::GoldenFile;
using testing::relative_max_error;

/// The definition, without the shortcut over one axis.
torch::Tensor by_definition(const torch::Tensor& kspace) {
  return fft2c(crop_to_square_fov(ifft2c(kspace)));
}

torch::Tensor golden_kspace(const GoldenFile& file, int case_index) {
  return as_complex(
      file.tensor("case." + std::to_string(case_index) + ".kspace").to(torch::kDouble));
}

/// Case 0 has even sizes: there the reference is right.
TEST(FovCrop, EqualsTheReferenceForEvenSizes) {
  const GoldenFile file("S5_preproc.pth");
  const torch::Tensor expected = as_complex(file.tensor("case.0.downsampled_f64"));
  EXPECT_LT(relative_max_error(fov_crop(golden_kspace(file, 0)), expected), 1e-9);
}

/// Case 1 (61 x 45): the reference shifts odd axes by one column too many, so that its k-space
/// slips off the mask. The images agree in magnitude.
TEST(FovCrop, EqualsTheMathematicsForOddSizes) {
  const GoldenFile file("S5_preproc.pth");
  const torch::Tensor kspace = golden_kspace(file, 1);
  const torch::Tensor cropped = fov_crop(kspace);
  EXPECT_LT(relative_max_error(cropped, by_definition(kspace)), 1e-12);
  EXPECT_LT(relative_max_error(torch::abs(ifft2c(cropped)),
                               torch::abs(crop_to_square_fov(ifft2c(kspace)))),
            1e-12);
}

/// Case 2 (44 x 56) has fewer rows than columns: the reference crops the columns, away from their
/// mask.
TEST(FovCrop, LeavesColumnsAlone) {
  const torch::Tensor kspace = golden_kspace(GoldenFile("S5_preproc.pth"), 2);
  EXPECT_TRUE(torch::equal(fov_crop(kspace), kspace));
}

TEST(FovCrop, EqualsItsDefinitionForEveryParity) {
  for (const int64_t height : {12, 13, 20, 21}) {
    for (const int64_t width : {8, 9, 12, 13, 16}) {
      const torch::Tensor kspace = torch::randn({2, height, width}, torch::kComplexDouble);
      EXPECT_LT(relative_max_error(fov_crop(kspace), by_definition(kspace)), 1e-12)
          << height << " x " << width;
    }
  }
}

TEST(FovCrop, CommutesWithAColumnMask) {
  for (const int64_t width : {8, 9}) {
    const torch::Tensor kspace = torch::randn({2, 15, width}, torch::kComplexDouble);
    const torch::Tensor mask = torch::arange(width).remainder(3) == 0;
    EXPECT_LT(relative_max_error(fov_crop(kspace * mask), fov_crop(kspace) * mask), 1e-12) << width;
  }
}

/// The training target is RSS of the full k-space, the network's input is its masked k-space.
TEST(FovCrop, GivesTheReferencesTrainingTargetAndInput) {
  const GoldenFile file("S5_preproc.pth");
  const torch::Tensor kspace = fov_crop(golden_kspace(file, 0));
  const torch::Tensor target = root_sum_of_squares(ifft2c(kspace.unsqueeze(0))).squeeze();
  EXPECT_LT(relative_max_error(target, file.tensor("case.0.target")), 1e-6);
  const torch::Tensor masked = kspace * file.tensor("case.0.mask");
  EXPECT_LT(relative_max_error(masked, as_complex(file.tensor("case.0.train"))), 1e-6);
}

TEST(FovCrop, RefusesRealTensors) {
  try {
    fov_crop(torch::ones({2, 8, 4}));
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("Float; expected complex"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace dircn::fov_crop_test
