#include "simulate/anatomy.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "dircn/core/error.h"
#include "simulate/volume_filters.h"
#include "simulate/workers.h"

namespace dircn::simulation {
namespace {

constexpr double kWhiteMatterQuantile = 0.9;  // of the brain's values
constexpr double kHeadThreshold = 0.15;       // of white matter
constexpr double kUsedArea = 0.55;            // of the brain's largest slice

double value_at(const torch::Tensor& values, double part) {
  const auto rank = static_cast<int64_t>(part * static_cast<double>(values.numel() - 1)) + 1;
  return std::get<0>(values.kthvalue(rank)).item<double>();
}

/// The first and last index at which `profile` [n] exceeds `threshold`.
std::pair<int64_t, int64_t> extent(const torch::Tensor& profile, double threshold) {
  const torch::Tensor indices = torch::gt(profile, threshold).nonzero();
  require(indices.numel() > 1, [] {
    return Error::Parts{"anatomy", "no brain and no head in it", "a T1-weighted head",
                        "Choose another --anatomy."};
  });
  return {indices[0].item<int64_t>(), indices[-1].item<int64_t>()};
}

/// A plane a little sharper, twice as fine where its pixels are coarse: what is then interpolated
/// linearly shows no grid.
torch::Tensor refined(const torch::Tensor& plane, double spacing) {
  constexpr double kSharpening = 0.35;
  constexpr double kFine = 0.75;
  const torch::Tensor image = plane.unsqueeze(0).unsqueeze(0);
  const torch::Tensor blurred = torch::avg_pool2d(image, 3, 1, 1);
  const torch::Tensor sharp = image + kSharpening * (image - blurred);
  if (spacing < kFine) {
    return sharp[0][0].clamp_min(0);
  }
  return torch::upsample_bicubic2d(sharp, {2 * plane.size(0) - 1, 2 * plane.size(1) - 1},
                                   /*align_corners=*/true)[0][0]
      .clamp_min(0);
}

torch::Tensor refined_volume(const torch::Tensor& t1, double spacing) {
  std::vector<torch::Tensor> planes(static_cast<size_t>(t1.size(0)));
  for_each_item(t1.size(0),
                [&](int64_t z) { planes[static_cast<size_t>(z)] = refined(t1[z], spacing); });
  return torch::stack(planes);
}

/// The mask without holes and steps, and a little wider: it shall take in the fluid around the
/// brain.
torch::Tensor softened(const torch::Tensor& brain, const std::array<double, 3>& spacing) {
  const torch::Tensor wide = eroded(dilated(coarse(brain, spacing), 2), 1);
  return torch::avg_pool3d(wide.unsqueeze(0), 3, 1, 1, /*ceil_mode=*/false,
                           /*count_include_pad=*/false)[0];
}

}  // namespace

Anatomy::Anatomy(const HeadImages& images) {
  for_each_item(1, [&](int64_t) { measure(images); });
  t1_ =
      refined_volume(t1_, std::max(images.spacing[1], images.spacing[2])).unsqueeze(0).unsqueeze(0);
}

void Anatomy::measure(const HeadImages& images) {
  const torch::Tensor inside = images.t1.masked_select(images.brain > 0.5);
  const double white = inside.numel() > 0 ? value_at(inside, kWhiteMatterQuantile) : 0;
  require(white > 0, [] {
    return Error::Parts{"anatomy", "no brain in it", "a T1-weighted head",
                        "Choose another --anatomy."};
  });
  const torch::Tensor area = images.brain.mean(torch::IntArrayRef({1, 2}));
  const auto [bottom, top] = extent(area, kUsedArea * area.max().item<double>());
  // As many planes below and above what is used as its samples reach, so that 0 is in the middle.
  const auto margin = static_cast<int64_t>(std::ceil(2 / images.spacing[0])) + 1;
  const int64_t around = std::min({margin, bottom, images.t1.size(0) - 1 - top});
  const int64_t planes = top - bottom + 1 + 2 * around;
  const torch::Tensor t1 = images.t1.narrow(0, bottom - around, planes) / white;
  spacing_z_ = images.spacing[0];
  highest_ = static_cast<double>(top - bottom) / 2 * spacing_z_;
  const torch::Tensor head = (t1 > kHeadThreshold).to(torch::kFloat);
  constexpr double kSome = 0.01;
  const auto [back, front] = extent(head.mean(torch::IntArrayRef({0, 2})), kSome);
  const auto [left, right] = extent(head.mean(torch::IntArrayRef({0, 1})), kSome);
  length_ = static_cast<double>(front - back + 1) * images.spacing[1];
  width_ = static_cast<double>(right - left + 1) * images.spacing[2];
  const auto half = [&](int64_t axis) {
    return static_cast<double>(t1.size(axis) - 1) / 2 * images.spacing[static_cast<size_t>(axis)];
  };
  half_size_ = torch::tensor({half(2), half(1), half(0)}, torch::kFloat);
  centre_ =
      torch::tensor({static_cast<double>(left + right) / 2 * images.spacing[2] - half(2),
                     static_cast<double>(back + front) / 2 * images.spacing[1] - half(1), 0.0},
                    torch::kFloat);
  t1_ = t1;
  brain_ = softened(images.brain.narrow(0, bottom - around, planes), images.spacing)
               .unsqueeze(0)
               .unsqueeze(0);
}

Anatomy::Sample Anatomy::sample(const torch::Tensor& positions) const {
  const torch::Tensor grid = ((positions + centre_) / half_size_).unsqueeze(0).unsqueeze(0);
  const auto look = [&](const torch::Tensor& volume) {
    constexpr int64_t kLinear = 0;
    constexpr int64_t kZeroOutside = 0;
    return torch::grid_sampler(volume, grid, kLinear, kZeroOutside,
                               /*align_corners=*/true)[0][0][0];
  };
  return {look(t1_), look(brain_)};
}

}  // namespace dircn::simulation
