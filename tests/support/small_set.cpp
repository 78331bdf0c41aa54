#include "support/small_set.h"

#include <torch/types.h>

#include <string>

#include "dircn/mri/coils.h"
#include "dircn/mri/crop.h"
#include "dircn/mri/fft.h"
#include "support/challenge_files.h"

namespace dircn::testing {
namespace {

/// Coil images [C, H, W] of one slice; another `phase`, another slice.
torch::Tensor coil_images(const SmallSet& set, double phase) {
  const auto y = torch::linspace(-1, 1, set.height).unsqueeze(1) * set.height / set.width;
  const auto x = torch::linspace(-1, 1, set.width).unsqueeze(0);
  const auto inside = ((x / 0.8).square() + (y / 0.9).square() < 1).to(torch::kFloat);
  const auto texture = 2 + torch::sin(5 * x + phase) * torch::cos(4 * y - phase);
  std::vector<torch::Tensor> coils;
  for (int64_t c = 0; c < set.coils; ++c) {
    const double angle = 2 * M_PI * static_cast<double>(c) / static_cast<double>(set.coils);
    const auto distance = (x - std::cos(angle)).square() + (y - std::sin(angle)).square();
    coils.push_back(torch::polar(torch::exp(-distance / 2), x + angle) * inside * texture *
                    (2e-4 * set.scale));
  }
  return torch::stack(coils);
}

}  // namespace

void write_small_set(const std::filesystem::path& folder, const SmallSet& set) {
  const auto mask = column_mask(set.width, 4, 8).view({set.width});
  for (int64_t v = 0; v < set.volumes; ++v) {
    std::vector<torch::Tensor> slices;
    for (int64_t s = 0; s < set.slices; ++s) {
      slices.push_back(
          coil_images(set, set.first + set.step * static_cast<double>(v * set.slices + s)));
    }
    const auto images = torch::stack(slices);
    const auto label =
        center_crop_or_pad(root_sum_of_squares(images).squeeze(1), set.label, set.label);
    const auto name = "brain" + std::to_string(v + 1) + ".h5";
    write_kspace(folder / "kspace" / name, fft2c(images), mask);
    write_images(folder / "image" / name, label, label.max().item<double>());
  }
}

}  // namespace dircn::testing
