#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dircn/config/names.h"
#include "dircn/mri/box.h"
#include "dircn/score/score_rule.h"

namespace dircn {

/// So many slices of every volume are reconstructed, but not timed: the first calls on a device
/// choose algorithms and take memory.
inline constexpr int64_t kWarmUpSlices = 5;

/// The snu2026 time: how long a network took for each slice, batch 1, all between k-space in host
/// memory and the image there (masking, FOV crop and transfers); without the warm-up.
struct SliceTimes {
  std::string device;
  std::vector<double> milliseconds = {};
};

/// Both need a slice at least.
double mean_time(const SliceTimes& times);
double median_time(const SliceTimes& times);

/// "time: 12.3 ms a slice (median 12.1, ...)", or why there is none.
std::string to_text(const SliceTimes& times);

/// A score, or its mean, and the same of the zero-filled images (none unless all that it is a mean
/// of have one).
struct Metric {
  double value = 0;
  std::optional<double> zero_filled = std::nullopt;
  std::optional<double> two_sd = std::nullopt;  // fastmri: 2 standard deviations (ddof = 1) over
                                                // the volumes, from two volumes on if all are
                                                // finite (PSNR without error is not)
};

/// Scores by their names. What could not be scored is not in there.
using Metrics = std::map<std::string, Metric>;

/// The score of that name; null where there is none.
const Metric* find_metric(const Metrics& metrics, const std::string& name);

struct BoxScore {
  Box box;
  std::optional<Metric> ssim = std::nullopt;  // none: too small within the image
};

struct SliceScore {
  size_t volume = 0;  // index into `Scores::volumes`
  int64_t slice = 0;
  Metrics metrics;
  std::vector<BoxScore> boxes = {};  // snu2026
  // How hard it is: `ssim_distance` of the zero-filled image; in files gtSSIM.
  std::optional<double> input_distance = std::nullopt;
};

struct VolumeScore {
  std::string name;  // acc4/a.h5
  size_t job = 0;    // index into `ScoreJob::volumes`
  int64_t slices = 0;
  std::optional<int64_t> acceleration = std::nullopt;
  double data_range = 0;
  std::optional<double> threshold = std::nullopt;
  Metrics metrics = {};
};

/// Several volumes together.
struct GroupScore {
  std::string name;  // of a folder: the path down to accN; "." for volumes outside such folders
  std::optional<int64_t> acceleration = std::nullopt;  // where all have one
  int64_t volumes = 0;
  int64_t slices = 0;
  Metrics metrics = {};
};

/// A volume on its own, not yet among others.
struct ScoredSlices {
  VolumeScore volume;
  std::vector<SliceScore> slices;
};

/// A volume that was not scored.
struct ScoreProblem {
  enum class Kind { kMissing, kExtra, kUnusable };
  Kind kind = Kind::kUnusable;
  std::string text;  // names the file
};

template <>
struct EnumNames<ScoreProblem::Kind> {
  static constexpr std::pair<ScoreProblem::Kind, const char*> kTable[] = {
      {ScoreProblem::Kind::kMissing, "missing"},
      {ScoreProblem::Kind::kExtra, "extra"},
      {ScoreProblem::Kind::kUnusable, "unusable"}};
};

struct Scores {
  ScoreRule rule = score_rule(ScorePreset::snu2022);
  std::optional<GroupScore> overall;  // none if nothing could be scored
  std::vector<GroupScore> folders;
  std::vector<GroupScore> accelerations;
  std::vector<VolumeScore> volumes;
  std::vector<SliceScore> slices;
  std::vector<ScoreProblem> problems;
  std::optional<SliceTimes> times;  // where a network was run
};

/// Puts a volume behind the others.
void add_scored(Scores& scores, ScoredSlices scored);

/// All volumes, at least one, as one group, whatever folders they lie in.
GroupScore all_together(const Scores& scores);

/// The slice whose score (`ranking_metric`) is the median (of an even number, the worse one); none
/// without slices that have one.
std::optional<SliceScore> median_slice(const Scores& scores);

/// The `count` slices with the worst score, the worst one first; fewer if there are fewer.
std::vector<SliceScore> worst_slices(const Scores& scores, size_t count);

}  // namespace dircn
