#include "report/report_pictures.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/core/log.h"
#include "dircn/core/progress.h"
#include "dircn/core/text.h"
#include "dircn/mri/mask_pattern.h"
#include "dircn/pictures/coil_mosaic.h"
#include "dircn/pictures/grey_picture.h"
#include "dircn/reconstruct/slice_outputs.h"
#include "dircn/score/volume_source.h"
#include "report/shown_volume.h"
#include "report/slice_panels.h"

namespace dircn::detail {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kTileEdge = 128;   // of a coil
constexpr int64_t kMaskHeight = 24;  // of a picture of columns

/// The volumes in the order of the first run's scores; those that it lacks are not shown.
std::vector<size_t> ranked_volumes(const Scores& scores) {
  std::vector<size_t> order(scores.volumes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const MetricFacts& metric = ranking_metric(scores.rule);
  const double sign = metric.high_is_better ? 1 : -1;
  const auto quality = [&](size_t volume) {
    const Metric* found = find_metric(scores.volumes[volume].metrics, metric.name);
    return found == nullptr ? std::numeric_limits<double>::infinity() : sign * found->value;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return quality(a) < quality(b); });
  return order;
}

/// At most `count` of them: the first, the last, and evenly spaced ones between.
std::vector<size_t> evenly_chosen(const std::vector<size_t>& ranked, int64_t count) {
  const auto most = static_cast<size_t>(std::max<int64_t>(count, 0));
  if (ranked.size() <= most) {
    return ranked;
  }
  std::vector<size_t> chosen;
  for (size_t i = 0; i < most; ++i) {
    chosen.push_back(most == 1 ? ranked.front() : ranked[i * (ranked.size() - 1) / (most - 1)]);
  }
  return chosen;
}

Json panels_json(const std::vector<RunScores>& scores) {
  static const std::map<Panel::Kind, const char*> kinds = {{Panel::Kind::image, "image"},
                                                           {Panel::Kind::similarity, "similarity"},
                                                           {Panel::Kind::deviation, "deviation"}};
  std::vector<std::string> names;
  names.reserve(scores.size());
  for (const auto& run : scores) {
    names.push_back(run.name);
  }
  Json list = Json::array();
  for (const auto& panel : panels_of(names)) {
    list.push_back({{"title", panel.title}, {"kind", kinds.at(panel.kind)}, {"note", panel.note}});
  }
  return list;
}

/// Takes away the panels that no slice has.
void drop_empty_panels(Json& panels, Json& pictures) {
  for (size_t i = panels.size(); i-- > 0;) {
    bool empty = true;
    for (const auto& volume : pictures) {
      for (const auto& slice : volume.at("slices")) {
        empty = empty && slice.at("panels").at(i).is_null();
      }
    }
    if (empty) {
      panels.erase(i);
      for (auto& volume : pictures) {
        for (auto& slice : volume.at("slices")) {
          slice.at("panels").erase(i);
        }
      }
    }
  }
}

Json boxes_json(const std::vector<Box>& boxes) {
  Json list = Json::array();
  for (const auto& box : boxes) {
    list.push_back({{"x", box.x},
                    {"y", box.y},
                    {"width", box.width},
                    {"height", box.height},
                    {"label", box.label}});
  }
  return list;
}

/// By Parseval's theorem the norms of whole images are those of the k-space; what is cropped away
/// counts in neither of them.
Json residual_facts(const std::vector<RunScores>& scores,
                    const std::vector<std::optional<SliceImages>>& images) {
  Json facts = Json::array();
  for (size_t run = 0; run < images.size(); ++run) {
    if (!images[run] || !images[run]->zero_filled || images[run]->more.count(kResidual) == 0) {
      continue;
    }
    const double measured = images[run]->zero_filled->norm().item<double>();
    const double residual = images[run]->more.at(kResidual).norm().item<double>();
    facts.push_back(Json::array(
        {"Data-consistency residual" + (images.size() > 1 ? ", " + scores[run].name : ""),
         significant(measured > 0 ? 100 * residual / measured : 0, 3) +
             " % of the measured signal in the image"}));
  }
  return facts;
}

Json slice_json(const ShownVolume& volume, const std::vector<RunScores>& scores, int64_t slice,
                double white) {
  const auto images = volume.images(slice, {Extra::residual});
  Json panels = Json::array();
  for (const auto& picture : slice_panels(images, white, volume.data_range())) {
    panels.push_back(picture ? Json(picture_data(*picture)) : Json(nullptr));
  }
  return {{"panels", std::move(panels)},
          {"boxes", boxes_json(volume.boxes(slice))},
          {"facts", residual_facts(scores, images)}};
}

std::string mask_note(const torch::Tensor& mask) {
  const MaskPattern pattern = describe_mask(mask);
  const bool columns = pattern.kind != MaskPattern::Kind::two_dimensional;
  return std::to_string(pattern.acceleration) + "-fold: " + std::to_string(pattern.sampled) +
         (columns ? " columns (" : " points (") + significant(100 * pattern.fraction, 3) +
         " %), fully sampled centre of " +
         (columns ? std::to_string(pattern.acs_width) + " columns"
                  : std::to_string(pattern.acs_height) + " × " + std::to_string(pattern.acs_width));
}

Json mask_json(const VolumeSource& volume) {
  const auto mask = volume.mask();
  if (!mask) {
    return nullptr;
  }
  const int64_t height = mask->dim() == 1 ? kMaskHeight : mask->size(0);
  return {{"picture", picture_data(mask_picture(*mask, height))}, {"note", mask_note(*mask)}};
}

/// The sensitivity maps of the middle slice, of the first run.
Json maps_json(const ShownVolume& volume, int64_t slices) {
  const auto maps = volume.sensitivity_maps(slices / 2);
  if (!maps) {
    return nullptr;
  }
  return {{"picture", picture_data(coil_mosaic(*maps, kTileEdge))},
          {"note", std::to_string(maps->size(0)) + " coils of slice " + std::to_string(slices / 2) +
                       "; brightness: magnitude, colour: phase"}};
}

Json volume_json(const std::vector<EvaluatedRun>& runs, const std::vector<RunScores>& scores,
                 size_t index, Progress& progress) {
  const VolumeScore& score = scores.front().scores.volumes[index];
  const ShownVolume volume(runs, scores, score);
  const double white = volume.white();
  Json slices = Json::array();
  for (int64_t i = 0; i < score.slices; ++i) {
    stop_if_interrupted();
    slices.push_back(slice_json(volume, scores, i, white));
    progress.advance();
  }
  const auto target = volume.target(0);
  return {{"volume", index},
          {"height", target.size(0)},
          {"width", target.size(1)},
          {"white", white},
          {"slices", std::move(slices)},
          {"mask", mask_json(volume.first())},
          {"maps", maps_json(volume, score.slices)}};
}

}  // namespace

Json report_pictures(const std::vector<EvaluatedRun>& runs, const std::vector<RunScores>& scores,
                     int64_t volumes, Json& problems) {
  const torch::NoGradGuard no_grad;
  const Scores& first = scores.front().scores;
  const auto chosen = evenly_chosen(ranked_volumes(first), volumes);
  int64_t slices = 0;
  for (const size_t index : chosen) {
    slices += first.volumes[index].slices;
  }
  Progress progress(slices, "slices", "pictures of the report");
  std::map<size_t, Json> by_volume;  // in the order of the tables
  for (const size_t index : chosen) {
    try {
      by_volume[index] = volume_json(runs, scores, index, progress);
    } catch (const std::exception& error) {
      stop_if_interrupted();
      progress.interrupt_line();
      problems.push_back(first.volumes[index].name + " is not shown: " + reason(error));
      log_warning(problems.back().get<std::string>());
    }
  }
  Json pictures = Json::array();
  for (auto& [index, volume] : by_volume) {
    pictures.push_back(std::move(volume));
  }
  Json panels = panels_json(scores);
  drop_empty_panels(panels, pictures);
  const bool all = chosen.size() == first.volumes.size();
  const std::string note =
      "Slices of " + std::to_string(chosen.size()) + " of " + std::to_string(first.volumes.size()) +
      " volumes: those of lowest and highest " + ranking_metric(first.rule).title +
      ", and evenly ranked ones between them (--report-volumes).";
  return {{"panels", std::move(panels)},
          {"pictures", std::move(pictures)},
          {"pictures_note", all ? Json(nullptr) : Json(note)}};
}

}  // namespace dircn::detail
