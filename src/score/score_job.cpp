#include "dircn/score/score_job.h"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dircn/config/names.h"
#include "dircn/core/error.h"
#include "dircn/data/data_layout.h"

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
  require(found.size() <= 1, [&] {
    std::string text;
    for (const auto& [name, file] : found) {
      text += (text.empty() ? "files of " : " and of ") + std::string(data_layout(name).origin) +
              " (" + file.string() + ")";
    }
    return Error::Parts{"rule of the scores", text, "files of one layout",
                        "Keep them apart, or name the rule: --preset."};
  });
  const DataLayout& one = data_layout(found.empty() ? Layout::automatic : found.begin()->first);
  return score_rule(enum_value<ScorePreset>(one.score_preset, "rule of the scores"));
}

}  // namespace dircn
