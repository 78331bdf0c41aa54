#include "dircn/eval/score_volumes.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <cctype>
#include <exception>
#include <map>

#include "dircn/core/error.h"
#include "dircn/core/progress.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

Similarity mean(const std::vector<Similarity>& scores) {
  Similarity sum{0, 0.0};
  for (const auto& score : scores) {
    sum.ssim += score.ssim;
    if (sum.ssim_zero_filled && score.ssim_zero_filled) {
      *sum.ssim_zero_filled += *score.ssim_zero_filled;
    } else {
      sum.ssim_zero_filled.reset();
    }
  }
  const auto count = static_cast<double>(scores.size());
  sum.ssim /= count;
  if (sum.ssim_zero_filled) {
    *sum.ssim_zero_filled /= count;
  }
  return sum;
}

std::vector<Similarity> score_slices(const VolumePair& volume, const ScoreRule& rule) {
  std::vector<Similarity> scores;
  for (int64_t i = 0; i < volume.slices(); ++i) {
    const SliceImages images = volume.read_slice(i);
    const auto ssim = [&](const torch::Tensor& image) {
      return masked_ssim(image, images.target, volume.maximum(), rule.threshold);
    };
    Similarity score{ssim(images.reconstruction), {}};
    if (images.zero_filled) {
      score.ssim_zero_filled = ssim(*images.zero_filled);
    }
    scores.push_back(score);
  }
  return scores;
}

bool is_acceleration(const std::string& name) {
  return name.size() > 3 && name.compare(0, 3, "acc") == 0 &&
         std::all_of(name.begin() + 3, name.end(),
                     [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// "leaderboard/acc4" of leaderboard/acc4/a.h5; "." where no folder is called accN.
std::string folder_of(const std::string& volume) {
  for (auto folder = fs::path(volume).parent_path(); !folder.empty();
       folder = folder.parent_path()) {
    if (is_acceleration(folder.filename().string())) {
      return folder.generic_string();
    }
  }
  return ".";
}

void pool(Scores& scores) {
  std::map<std::string, std::vector<Similarity>> slices;
  std::map<std::string, int64_t> volumes;
  for (const auto& volume : scores.volumes) {
    ++volumes[folder_of(volume.files.name)];
  }
  for (const auto& slice : scores.slices) {
    slices[folder_of(scores.volumes[slice.volume].files.name)].push_back(slice.score);
  }
  std::vector<Similarity> means;
  for (const auto& [name, pooled] : slices) {
    means.push_back(mean(pooled));
    scores.folders.push_back(
        {name, volumes[name], static_cast<int64_t>(pooled.size()), means.back()});
  }
  if (!means.empty()) {
    scores.overall = mean(means);
  }
}

void add_unmatched(Scores& scores, const Matches& matches) {
  for (const auto& name : matches.missing) {
    scores.problems.push_back({ScoreProblem::Kind::kMissing, name + " has no reconstruction"});
  }
  for (const auto& name : matches.extra) {
    scores.problems.push_back({ScoreProblem::Kind::kExtra, name + " has no target"});
  }
}

void add_volume(Scores& scores, const PairFiles& files) {
  const VolumePair volume(files);
  const auto slices = score_slices(volume, scores.rule);
  for (size_t i = 0; i < slices.size(); ++i) {
    scores.slices.push_back({scores.volumes.size(), static_cast<int64_t>(i), slices[i]});
  }
  scores.volumes.push_back({files, volume.slices(), mean(slices)});
}

}  // namespace

Scores score_volumes(const fs::path& target, const fs::path& reconstruction) {
  const torch::NoGradGuard no_grad;
  const Matches matches = match_volumes(target, reconstruction);
  Scores scores;
  add_unmatched(scores, matches);
  Progress progress(static_cast<int64_t>(matches.pairs.size()), "volumes");
  for (const auto& files : matches.pairs) {
    try {
      add_volume(scores, files);
    } catch (const std::exception& error) {
      scores.problems.push_back(
          {ScoreProblem::Kind::kUnusable, files.name + " was not scored: " + reason(error)});
    }
    progress.advance();
  }
  pool(scores);
  return scores;
}

SliceScore median_slice(const Scores& scores) {
  return worst_slices(scores, (scores.slices.size() + 1) / 2).back();
}

std::vector<SliceScore> worst_slices(const Scores& scores, size_t count) {
  auto slices = scores.slices;
  std::stable_sort(slices.begin(), slices.end(), [](const SliceScore& a, const SliceScore& b) {
    return a.score.ssim < b.score.ssim;
  });
  slices.resize(std::min(count, slices.size()));
  return slices;
}

}  // namespace dircn
