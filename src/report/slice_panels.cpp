#include "report/slice_panels.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "dircn/formats/png.h"
#include "dircn/mri/ssim.h"
#include "dircn/pictures/comparison_picture.h"
#include "dircn/pictures/grey_picture.h"
#include "dircn/reconstruct/slice_outputs.h"
#include "report/base64.h"

namespace dircn::detail {
namespace {

using Picture = std::optional<torch::Tensor>;

constexpr int64_t kMargin = 3;  // what the valid map lacks on every side

std::string times(double gain) {
  return " ×" + std::to_string(std::lround(gain));
}

/// 0 to 1 as grey values; the border, where the window does not fit, continues what is inside.
torch::Tensor similarity_picture(const SliceImages& images, double data_range) {
  const auto map = ssim_map(images.reconstruction.unsqueeze(0), images.target.unsqueeze(0),
                            torch::tensor(data_range), SsimWindow::uniform);
  const auto whole =
      torch::replication_pad2d(map.unsqueeze(0), {kMargin, kMargin, kMargin, kMargin});
  return grey_picture(whole[0][0].clamp(0, 1), 1);
}

Picture amplified(const SliceOutputs& outputs, const char* name, double gain, double white) {
  const auto found = outputs.find(name);
  return found == outputs.end() ? Picture() : Picture(grey_picture(found->second * gain, white));
}

/// What comes of one run after the images: error, SSIM map, standard deviation, residual.
std::vector<Picture> analysis_of(const std::optional<SliceImages>& images, double white,
                                 double data_range) {
  if (!images) {
    return std::vector<Picture>(4);
  }
  const auto error = (images->reconstruction - images->target).abs() * kErrorGain;
  return {grey_picture(error, white), similarity_picture(*images, data_range),
          amplified(images->more, kDeviation, kDeviationGain, white),
          amplified(images->more, kResidual, kResidualGain, white)};
}

}  // namespace

std::vector<Panel> panels_of(const std::vector<std::string>& runs) {
  using Kind = Panel::Kind;
  std::vector<Panel> panels = {{"Zero-filled", Kind::image, ""}};
  for (const auto& run : runs) {
    panels.push_back({run, Kind::image, "reconstruction"});
  }
  panels.push_back({"Target", Kind::image, ""});
  for (const auto& run : runs) {
    const std::string of = runs.size() > 1 ? run + ": " : "";
    panels.push_back({of + "Error" + times(kErrorGain), Kind::image,
                      "|" + run + " − target|" + times(kErrorGain)});
    panels.push_back({of + "SSIM map", Kind::similarity, "7×7 windows, 0 to 1"});
    panels.push_back({of + "Standard deviation" + times(kDeviationGain), Kind::deviation,
                      "of the members of the ensemble, white as in the images"});
    panels.push_back({of + "Residual" + times(kResidualGain), Kind::image,
                      "where the last cascade contradicts the measured k-space"});
  }
  return panels;
}

std::vector<Picture> slice_panels(const std::vector<std::optional<SliceImages>>& runs, double white,
                                  double data_range) {
  const auto& any = **std::find_if(runs.begin(), runs.end(),
                                   [](const auto& images) { return images.has_value(); });
  std::vector<Picture> pictures;
  pictures.push_back(any.zero_filled ? Picture(grey_picture(*any.zero_filled, white)) : Picture());
  for (const auto& images : runs) {
    pictures.push_back(images ? Picture(grey_picture(images->reconstruction, white)) : Picture());
  }
  pictures.emplace_back(grey_picture(any.target, white));
  for (const auto& images : runs) {
    for (auto& picture : analysis_of(images, white, data_range)) {
      pictures.push_back(std::move(picture));
    }
  }
  return pictures;
}

std::string picture_data(const torch::Tensor& picture) {
  return "data:image/png;base64," + base64(encode_png(picture, "picture of the report"));
}

}  // namespace dircn::detail
