#include "dircn/pictures/grey_picture.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <sstream>

#include "dircn/core/error.h"

namespace dircn {
namespace {

constexpr double kBlackPercentile = 1;
constexpr double kWhitePercentile = 99.8;
constexpr double kWhite = 255;
constexpr int64_t kGap = 4;
constexpr double kSmallest = 1e-30;  // that a float32 is divided by

/// All values, to be brought into another order.
torch::Tensor own_values(const torch::Tensor& images) {
  return images.detach().to(torch::kCPU, torch::kDouble).flatten().clone();
}

/// The value that `percent` of the others lie below, the next lower one; NaN lie above all. Changes
/// their order. (`kthvalue` takes minutes for a volume of falling values.)
double percentile(torch::Tensor& values, double percent) {
  const int64_t last = values.numel() - 1;
  double* first = values.data_ptr<double>();
  double* nth = first + static_cast<int64_t>(static_cast<double>(last) * percent / 100);
  std::nth_element(first, nth, first + last + 1,
                   [](double a, double b) { return a < b || (std::isnan(b) && !std::isnan(a)); });
  return *nth;
}

}  // namespace

double white_value(const torch::Tensor& image) {
  if (image.numel() == 0) {
    return 1;
  }
  torch::Tensor values = own_values(image);
  const double value = percentile(values, kWhitePercentile);
  return value > 0 ? value : std::max(values.max().item<double>(), kSmallest);
}

GreyWindow percentile_window(const torch::Tensor& images) {
  if (images.numel() == 0) {
    return {};
  }
  torch::Tensor values = own_values(images);
  const double black = percentile(values, kBlackPercentile);
  const double white = percentile(values, kWhitePercentile);
  if (white > black) {
    return {black, white};
  }
  const double most = values.max().item<double>();  // few values differ, or none
  return {black, most > black ? most : black + std::max(std::abs(black), kSmallest)};
}

torch::Tensor grey_picture(const torch::Tensor& image, const GreyWindow& window) {
  const torch::Tensor height = (image - window.black) / (window.white - window.black);
  return height.clamp(0, 1).mul(kWhite).round().to(torch::kByte);
}

torch::Tensor grey_picture(const torch::Tensor& image, double white) {
  return grey_picture(image, GreyWindow{0, white});
}

torch::Tensor mask_picture(const torch::Tensor& mask, int64_t height) {
  const bool rows = mask.dim() == 2 && mask.size(0) == height;
  require(height > 0 && (mask.dim() == 1 || rows) && mask.numel() > 0, [&] {
    std::ostringstream found;
    found << "shape " << mask.sizes() << " for a picture of " << height << " rows";
    return Error::Parts{"mask", found.str(), "[width] or [height, width]", ""};
  });
  const torch::Tensor white = (mask != 0).to(torch::kByte).mul(static_cast<int64_t>(kWhite));
  return white.expand({height, mask.size(-1)}).contiguous();
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
