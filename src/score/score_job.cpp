#include "dircn/score/score_job.h"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "dircn/core/error.h"

namespace dircn {

ScoreRule choose_rule(std::optional<ScorePreset> preset,
                      const std::vector<std::filesystem::path>& files,
                      const std::function<Layout(const std::filesystem::path& file)>& layout) {
  if (preset) {
    return score_rule(*preset);
  }
  std::map<Layout, std::filesystem::path> found;
  for (const auto& file : files) {
    try {
      found.emplace(layout(file), file);
    } catch (const Error&) {
      continue;  // its volume will say what is wrong with it
    }
  }
  const auto snu = found.find(Layout::snu);
  const auto fastmri = found.find(Layout::fastmri);
  require(snu == found.end() || fastmri == found.end(), [&] {
    return Error::Parts{"rule of the scores",
                        "files of the challenge (" + snu->second.string() + ") and of fastMRI (" +
                            fastmri->second.string() + ")",
                        "files of one layout", "Keep them apart, or name the rule: --preset."};
  });
  return score_rule(fastmri == found.end() ? ScorePreset::snu2022 : ScorePreset::fastmri);
}

}  // namespace dircn
