#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dircn/config/names.h"
#include "dircn/score/metric_table.h"

namespace dircn {

struct SliceImages;
struct SliceScore;
struct VolumeScore;

/// Whose scores are computed: the SNU fastMRI challenge's of a year, or those of fastMRI's papers.
enum class ScorePreset { snu2022, snu2025, snu2026, fastmri };

template <>
struct EnumNames<ScorePreset> {
  static constexpr std::pair<ScorePreset, const char*> kTable[] = {
      {ScorePreset::snu2022, "snu2022"},
      {ScorePreset::snu2025, "snu2025"},
      {ScorePreset::snu2026, "snu2026"},
      {ScorePreset::fastmri, "fastmri"}};
};

/// How volumes are scored: what every report states beside its numbers, and the computation itself,
/// on a volume's images as they are cropped (`scored_part`). One file for each family of rules.
struct ScoreRule {
  ScorePreset preset = ScorePreset::snu2022;
  std::optional<double> threshold;       // of the foreground; none: all of the image counts
  std::optional<double> knee_threshold;  // for files named knee*, where it differs
  std::string window;
  std::string data_range;
  std::string crop;
  std::vector<std::string> slice_metrics;  // what slices have
  std::vector<std::string> metrics;  // what volumes, folders and all have; the first one ranks
  bool boxes = false;                // annotated boxes are scored, too
  bool over_volumes = false;  // everything is a mean over volumes, with two standard deviations;
                              // else slices (or boxes) are pooled over the volumes of a folder
                              // accN, and overall is the plain mean over folders

  /// The edge of the centre square that is scored, of targets of this size; null: the whole image.
  int64_t (*crop_edge)(int64_t height, int64_t width) = nullptr;

  /// The data range of a volume; null: the file's `max`. Throws `Error`, naming the volume, for
  /// targets without one.
  double (*range_of)(const VolumeScore& volume, const std::vector<SliceImages>& images) = nullptr;

  /// Adds the scores of a slice and of its boxes, which are listed. `volume` has its threshold and
  /// its data range.
  void (*score_slice)(SliceScore& slice, const SliceImages& images,
                      const VolumeScore& volume) = nullptr;

  /// Adds what a volume has beside the means of its slices; null: nothing.
  void (*score_whole)(VolumeScore& volume, const std::vector<SliceImages>& images) = nullptr;
};

ScoreRule score_rule(ScorePreset preset);

/// The score that slices and volumes are ranked by, and runs compared.
const MetricFacts& ranking_metric(const ScoreRule& rule);

/// The threshold for a volume of this name, which may be a path.
std::optional<double> threshold_of(const ScoreRule& rule, const std::string& volume);

/// "5e-05", "5e-05 (2e-05 for files named knee*)", "none".
std::string threshold_text(const ScoreRule& rule);

}  // namespace dircn
