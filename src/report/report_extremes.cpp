#include "report/report_extremes.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "dircn/pictures/comparison_picture.h"
#include "dircn/score/score_volume.h"
#include "dircn/score/volume_source.h"
#include "report/shown_volume.h"
#include "report/slice_panels.h"

namespace dircn::detail {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kExtremes = 4;  // worst, and as many best slices
constexpr int64_t kThumbnailEdge = 192;

/// Half as large, and again, until it is a thumbnail.
SliceImages small(const SliceImages& images) {
  SliceImages reduced = images;
  const auto half = [](const torch::Tensor& image) {
    const auto step = [&](int64_t dim) { return std::min<int64_t>(image.size(dim), 2); };
    return torch::avg_pool2d(image.unsqueeze(0), {step(0), step(1)}).squeeze(0);
  };
  while (std::max(reduced.target.size(0), reduced.target.size(1)) > kThumbnailEdge) {
    reduced.target = half(reduced.target);
    reduced.reconstruction = half(reduced.reconstruction);
    if (reduced.zero_filled) {
      reduced.zero_filled = half(*reduced.zero_filled);
    }
  }
  return reduced;
}

Json extremes_json(const EvaluatedRun& run, const Scores& scores,
                   const std::vector<SliceScore>& slices) {
  Json list = Json::array();
  for (const auto& slice : slices) {
    stop_if_interrupted();
    const VolumeScore& volume = scores.volumes[slice.volume];
    const SliceImages images =
        scored_part(run.job.volumes[volume.job].open()->read_slice(slice.slice), scores.rule);
    list.push_back({{"volume", slice.volume},
                    {"slice", slice.slice},
                    {"picture", picture_data(comparison_picture(small(images)))}});
  }
  return list;
}

}  // namespace

Json report_extremes(const EvaluatedRun& run, const Scores& scores) {
  const torch::NoGradGuard no_grad;
  const auto ranked = worst_slices(scores, scores.slices.size());
  // No slice is both.
  const size_t worst = std::min(kExtremes, (ranked.size() + 1) / 2);
  const size_t best = std::min(kExtremes, ranked.size() / 2);
  const std::vector<SliceScore> low(ranked.begin(),
                                    ranked.begin() + static_cast<std::ptrdiff_t>(worst));
  const std::vector<SliceScore> high(ranked.rbegin(),
                                     ranked.rbegin() + static_cast<std::ptrdiff_t>(best));
  return {
      {"extremes",
       {{"worst", extremes_json(run, scores, low)}, {"best", extremes_json(run, scores, high)}}},
      {"extremes_caption",
       "zero-filled, " + run.name + ", target, error ×" + std::to_string(std::lround(kErrorGain))}};
}

}  // namespace dircn::detail
