#include "dircn/eval/grey_picture.h"

#include <algorithm>
#include <cstdint>
#include <tuple>

namespace dircn {
namespace {

constexpr double kWhitePercentile = 99.8;
constexpr double kWhite = 255;
constexpr int64_t kGap = 4;

}  // namespace

double white_value(const torch::Tensor& image) {
  const torch::Tensor sorted = std::get<0>(image.flatten().sort());
  const auto last = static_cast<double>(sorted.numel() - 1);
  const auto index = static_cast<int64_t>(last * kWhitePercentile / 100);
  const double value = sorted[index].item<double>();
  return value > 0 ? value : std::max(sorted[-1].item<double>(), 1e-30);
}

torch::Tensor grey_picture(const torch::Tensor& image, double white) {
  return (image / white).clamp(0, 1).mul(kWhite).round().to(torch::kByte);
}

torch::Tensor side_by_side(const std::vector<torch::Tensor>& pictures) {
  const auto gap = torch::full({pictures.front().size(0), kGap}, kWhite, torch::kByte);
  std::vector<torch::Tensor> parts;
  for (const auto& picture : pictures) {
    if (!parts.empty()) {
      parts.push_back(gap);
    }
    parts.push_back(picture);
  }
  return torch::cat(parts, 1);
}

}  // namespace dircn
