#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dircn/config/names.h"

namespace dircn {

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

/// The names of scores, in tables and files.
inline constexpr const char* kSsim = "ssim";
inline constexpr const char* kBoxSsim = "ssim_bbox";  // inside the annotated boxes
inline constexpr const char* kPsnr = "psnr";          // dB
inline constexpr const char* kNmse = "nmse";

/// What every report states beside its numbers.
///
/// snu2022 (2022 to 2024): `masked_ssim`, slices pooled over the volumes of a folder accN, then the
/// plain mean over folders. snu2025: the same, with a lower threshold for knees. snu2026:
/// `foreground_ssim`, and `box_ssim` pooled over boxes. fastmri: SSIM as the mean over slices, PSNR
/// and NMSE of whole volumes, each as the mean over volumes; target and reconstruction are cropped
/// to the centre square of the target's shorter side, as fastMRI's own evaluation does for tall
/// images, and the data range is the maximum of the target volume inside that square.
struct ScoreRule {
  ScorePreset preset = ScorePreset::snu2022;
  std::optional<double> threshold;       // of the foreground; none: all of the image counts
  std::optional<double> knee_threshold;  // for files named knee*, where it differs
  std::string window;
  std::string data_range;
  std::string crop;
  std::vector<std::string> slice_metrics;  // what slices have
  std::vector<std::string> metrics;        // what volumes, folders and all have
};

ScoreRule score_rule(ScorePreset preset);

/// The threshold for a volume of this name, which may be a path.
std::optional<double> threshold_of(const ScoreRule& rule, const std::string& volume);

/// "5e-05", "5e-05 (2e-05 for files named knee*)", "none".
std::string threshold_text(const ScoreRule& rule);

}  // namespace dircn
