#include "dircn/eval/comparison_picture.h"

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

namespace dircn {
namespace {

constexpr double kWhitePercentile = 99.8;  // a few bright vessels would leave the rest dark
constexpr double kWhite = 255;
constexpr int64_t kGap = 4;

/// The value that is shown white: positive, also where the target is empty.
double white_value(const torch::Tensor& target) {
  const torch::Tensor sorted = std::get<0>(target.flatten().sort());
  const auto last = static_cast<double>(sorted.numel() - 1);
  const auto index = static_cast<int64_t>(last * kWhitePercentile / 100);
  const double value = sorted[index].item<double>();
  return value > 0 ? value : std::max(sorted[-1].item<double>(), 1e-30);
}

}  // namespace

torch::Tensor comparison_picture(const SliceImages& images) {
  std::vector<torch::Tensor> panels;
  if (images.zero_filled) {
    panels.push_back(*images.zero_filled);
  }
  panels.push_back(images.reconstruction);
  panels.push_back(images.target);
  panels.push_back((images.reconstruction - images.target).abs() * kErrorGain);

  const double white = white_value(images.target);
  const auto gap = torch::full({images.target.size(0), kGap}, kWhite, torch::kByte);
  std::vector<torch::Tensor> parts;
  for (const auto& panel : panels) {
    if (!parts.empty()) {
      parts.push_back(gap);
    }
    parts.push_back((panel / white).clamp(0, 1).mul(kWhite).round().to(torch::kByte));
  }
  return torch::cat(parts, 1);
}

}  // namespace dircn
