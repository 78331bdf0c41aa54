#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dircn/eval/challenge_score.h"
#include "dircn/eval/volume_pair.h"

namespace dircn {

/// How slices are scored: what every report states beside its numbers. This is the SNU fastMRI
/// challenge's rule of 2022, see `masked_ssim`.
struct ScoreRule {
  std::string preset = "snu2022";
  double threshold = kForegroundThreshold;
  std::string window = "uniform 7x7, valid positions";
  std::string data_range = "attribute max of the target's file";
  std::string crop = "none, sizes must agree";
};

/// Structural similarity of a slice, or its mean over several, for the reconstruction and for the
/// zero-filled images beside it (none unless every slice has one).
struct Similarity {
  double ssim = 0;
  std::optional<double> ssim_zero_filled;
};

struct SliceScore {
  size_t volume = 0;  // index into `Scores::volumes`
  int64_t slice = 0;
  Similarity score;
};

struct VolumeScore {
  PairFiles files;
  int64_t slices = 0;
  Similarity score;
};

/// The slices of all volumes of a folder accN, pooled.
struct FolderScore {
  std::string name;  // the path down to accN; "." for volumes outside such folders
  int64_t volumes = 0;
  int64_t slices = 0;
  Similarity score;
};

/// A volume that was not scored.
struct ScoreProblem {
  enum class Kind { kMissing, kExtra, kUnusable };
  Kind kind = Kind::kUnusable;
  std::string text;  // names the file
};

struct Scores {
  ScoreRule rule;
  std::optional<Similarity> overall;  // plain mean over `folders`; none if nothing could be scored
  std::vector<FolderScore> folders;
  std::vector<VolumeScore> volumes;
  std::vector<SliceScore> slices;
  std::vector<ScoreProblem> problems;
};

/// Scores the reconstructions in one folder against the image files in another, matched by
/// `match_volumes` and read as `VolumePair`s, one slice at a time. What cannot be scored becomes a
/// problem, and the rest is scored. Progress goes to the terminal or the log. Throws `Error` if a
/// folder cannot be listed or holds no file.
Scores score_volumes(const std::filesystem::path& target,
                     const std::filesystem::path& reconstruction);

/// The slice whose SSIM is the median (of an even number, the lower one). `scores` has slices.
SliceScore median_slice(const Scores& scores);

/// The `count` slices with the lowest SSIM, the worst one first; fewer if there are fewer.
std::vector<SliceScore> worst_slices(const Scores& scores, size_t count);

}  // namespace dircn
