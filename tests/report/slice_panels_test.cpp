#include "report/slice_panels.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "dircn/mri/ssim.h"

namespace dircn::detail::slice_panels_test {
namespace {

SliceImages images() {
  torch::manual_seed(1);
  const auto target = torch::rand({20, 18});
  return {target, target + 0.05 * torch::randn({20, 18}), torch::rand({20, 18})};
}

size_t place(const std::vector<Panel>& panels, const std::string& title) {
  for (size_t i = 0; i < panels.size(); ++i) {
    if (panels[i].title == title) {
      return i;
    }
  }
  ADD_FAILURE() << "no panel " << title;
  return 0;
}

TEST(SlicePanels, ShowImagesErrorAndMapAsTheyAreDefined) {
  const SliceImages slice = images();
  const auto panels = panels_of({"net"});
  const auto pictures = slice_panels({slice}, 0.8, 2.0);
  ASSERT_EQ(pictures.size(), panels.size());
  const auto shows = [&](const std::string& title, const torch::Tensor& values) {
    const auto& picture = pictures[place(panels, title)];
    ASSERT_TRUE(picture.has_value()) << title;
    const auto expected = values.clamp(0, 1) * 255;
    EXPECT_LE((picture->to(torch::kFloat) - expected).abs().max().item<float>(), 0.501) << title;
  };
  shows("Zero-filled", *slice.zero_filled / 0.8);
  shows("net", slice.reconstruction / 0.8);
  shows("Target", slice.target / 0.8);
  shows("Error ×5", (slice.reconstruction - slice.target).abs() * 5 / 0.8);
  EXPECT_FALSE(pictures[place(panels, "Residual ×5")].has_value());
  EXPECT_FALSE(pictures[place(panels, "Standard deviation ×20")].has_value());

  const auto map = ssim_map(slice.reconstruction.unsqueeze(0), slice.target.unsqueeze(0),
                            torch::tensor(2.0), SsimWindow::uniform)[0];
  const auto shown = pictures[place(panels, "SSIM map")]->to(torch::kFloat);
  EXPECT_EQ(shown.sizes(), slice.target.sizes());
  const auto inside = shown.slice(0, 3, 17).slice(1, 3, 15);
  EXPECT_LE((inside - map.clamp(0, 1) * 255).abs().max().item<float>(), 0.501);
}

TEST(SlicePanels, HaveAPlaceForEachRun) {
  const auto panels = panels_of({"a", "b"});
  EXPECT_EQ(panels.size(), 2U + 2 * 5);
  const auto pictures = slice_panels({std::nullopt, images()}, 1, 1);
  EXPECT_FALSE(pictures[place(panels, "a")].has_value());
  EXPECT_TRUE(pictures[place(panels, "b")].has_value());
  EXPECT_FALSE(pictures[place(panels, "a: Error ×5")].has_value());
  EXPECT_TRUE(pictures[place(panels, "b: SSIM map")].has_value());
}

TEST(SlicePanels, AmplifyDeviationAndResidual) {
  SliceImages slice = images();
  slice.more[kDeviation] = torch::full({20, 18}, 0.01);
  slice.more[kResidual] = torch::full({20, 18}, 0.1);
  const auto panels = panels_of({"net"});
  const auto pictures = slice_panels({slice}, 1, 1);
  EXPECT_EQ(pictures[place(panels, "Standard deviation ×20")]->max().item<int>(), 51);
  EXPECT_EQ(pictures[place(panels, "Residual ×5")]->max().item<int>(), 128);
}

}  // namespace
}  // namespace dircn::detail::slice_panels_test
