#include "dircn/report/report.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dircn/page/html_page.h"
#include "dircn/pictures/comparison_picture.h"
#include "dircn/runtime/versions.h"
#include "dircn/score/score_volume.h"
#include "dircn/score/scores.h"
#include "dircn/score/volume_source.h"
#include "report/report_pictures.h"
#include "report/report_tables.h"
#include "report/shown_volume.h"
#include "report/slice_panels.h"
#include "report_assets.h"

namespace dircn {
namespace {

using detail::Json;

Json facts_json(const std::vector<Fact>& facts) {
  Json list = Json::array();
  for (const auto& [name, value] : facts) {
    list.push_back(Json::array({name, value}));
  }
  return list;
}

Json runs_json(const std::vector<EvaluatedRun>& runs, const std::vector<RunScores>& scores) {
  Json list = Json::array();
  for (size_t run = 0; run < runs.size(); ++run) {
    const auto& times = scores[run].scores.times;
    const bool timed = times && !times->milliseconds.empty();
    list.push_back({{"name", runs[run].name},
                    {"facts", facts_json(runs[run].facts)},
                    {"milliseconds", timed ? Json(mean_time(*times)) : Json(nullptr)}});
  }
  return list;
}

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const auto part : parts) {
    text.append(part).append("\n");
  }
  return text;
}

/// Each uses those before it.
std::string script() {
  namespace assets = report_assets;
  return joined({assets::report_pixels_js(), assets::report_view_js(), assets::report_panels_js(),
                 assets::report_tables_js(), assets::report_summary_js(),
                 assets::report_viewer_js(), assets::report_controls_js(),
                 assets::report_comparison_js(), assets::report_charts_js(), assets::report_js()});
}

std::string style() {
  return joined({report_assets::report_css(), report_assets::report_viewer_css()});
}

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
    detail::stop_if_interrupted();
    const VolumeScore& volume = scores.volumes[slice.volume];
    const SliceImages images =
        scored_part(run.job.volumes[volume.job].open()->read_slice(slice.slice), scores.rule);
    list.push_back({{"volume", slice.volume},
                    {"slice", slice.slice},
                    {"picture", detail::picture_data(comparison_picture({small(images)}))}});
  }
  return list;
}

/// The slices of lowest and highest SSIM of a run, as small pictures that a page embeds: extremes
/// {worst[], best[]}, extremes_caption. Throws `Error` if one cannot be read any more, or a signal
/// came.
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

}  // namespace

std::string report_page(const std::vector<EvaluatedRun>& runs, const std::vector<RunScores>& scores,
                        const Comparison& comparison, const ReportOptions& options) {
  Json data{{"title", options.title}, {"runs", runs_json(runs, scores)}};
  data.update(detail::report_tables(scores, comparison));
  data.update(detail::report_pictures(runs, scores, options.volumes, data["problems"]));
  data.update(report_extremes(runs.front(), scores.front().scores));
  data["configuration"] = options.configuration ? Json(*options.configuration) : Json(nullptr);
  data["versions"] = facts_json(versions());
  // A file name need not be UTF-8.
  const std::string text = data.dump(-1, ' ', false, Json::error_handler_t::replace);
  return html_page(
      {options.title, "", std::string(report_assets::report_html()), text, style(), script()});
}

}  // namespace dircn
