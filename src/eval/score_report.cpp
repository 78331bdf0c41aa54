#include "dircn/eval/score_report.h"

#include <algorithm>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

namespace dircn {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kWorstShown = 3;

// --- Text ----------------------------------------------------------------------------------------

std::string number(double value) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(4) << value;
  return text.str();
}

std::string number(const std::optional<double>& value) {
  return value ? number(*value) : "-";
}

/// Columns whose first is as wide as the longest name.
class Table {
 public:
  explicit Table(const Scores& scores) {
    for (const auto& volume : scores.volumes) {
      width_ = std::max(width_, volume.files.name.size());
    }
  }

  void header(const std::string& name) { add(name, "slices", "SSIM", "zero-filled"); }

  void row(const std::string& name, int64_t slices, const Similarity& score) {
    add(name, std::to_string(slices), number(score.ssim), number(score.ssim_zero_filled));
  }

  std::string text() const { return text_.str(); }

 private:
  void add(const std::string& name, const std::string& slices, const std::string& ssim,
           const std::string& zero_filled) {
    text_ << std::left << std::setw(static_cast<int>(width_)) << name << std::right << std::setw(8)
          << slices << std::setw(10) << ssim << std::setw(13) << zero_filled << '\n';
  }

  size_t width_ = 7;  // of "overall"
  std::ostringstream text_;
};

std::string table(const Scores& scores) {
  Table table(scores);
  table.header("volume");
  for (const auto& volume : scores.volumes) {
    table.row(volume.files.name, volume.slices, volume.score);
  }
  table.header("folder");
  for (const auto& folder : scores.folders) {
    table.row(folder.name, folder.slices, folder.score);
  }
  if (scores.overall) {
    table.row("overall", static_cast<int64_t>(scores.slices.size()), *scores.overall);
  }
  return table.text();
}

std::string worst(const Scores& scores) {
  std::string text = "worst slices:\n";
  for (const auto& slice : worst_slices(scores, kWorstShown)) {
    text += "  " + scores.volumes[slice.volume].files.name + " slice " +
            std::to_string(slice.slice) + ": " + number(slice.score.ssim) + " (zero-filled " +
            number(slice.score.ssim_zero_filled) + ")\n";
  }
  return text;
}

std::string counts(const Scores& scores) {
  const auto count = [&](ScoreProblem::Kind kind) {
    return std::to_string(
        std::count_if(scores.problems.begin(), scores.problems.end(),
                      [&](const ScoreProblem& problem) { return problem.kind == kind; }));
  };
  return std::to_string(scores.volumes.size()) + " volumes scored, " +
         count(ScoreProblem::Kind::kMissing) + " missing, " + count(ScoreProblem::Kind::kExtra) +
         " extra, " + count(ScoreProblem::Kind::kUnusable) + " unusable\n";
}

// --- JSON ----------------------------------------------------------------------------------------

Json with_similarity(Json object, const Similarity& score) {
  object["ssim"] = score.ssim;
  object["ssim_zero_filled"] =
      score.ssim_zero_filled ? Json(*score.ssim_zero_filled) : Json(nullptr);
  return object;
}

std::string kind_name(ScoreProblem::Kind kind) {
  switch (kind) {
    case ScoreProblem::Kind::kMissing:
      return "missing";
    case ScoreProblem::Kind::kExtra:
      return "extra";
    case ScoreProblem::Kind::kUnusable:
      break;
  }
  return "unusable";
}

}  // namespace

std::string to_text(const Scores& scores) {
  std::ostringstream text;
  text << scores.rule.preset << ": SSIM, window: " << scores.rule.window
       << "; foreground threshold: " << scores.rule.threshold
       << "; data_range: " << scores.rule.data_range << "; crop: " << scores.rule.crop << '\n';
  if (!scores.slices.empty()) {
    text << table(scores) << worst(scores);
  }
  text << counts(scores);
  return text.str();
}

std::string to_json(const Scores& scores) {
  Json report{{"preset", scores.rule.preset}, {"threshold", scores.rule.threshold},
              {"window", scores.rule.window}, {"data_range", scores.rule.data_range},
              {"crop", scores.rule.crop},     {"overall", nullptr},
              {"folders", Json::array()},     {"volumes", Json::array()},
              {"slices", Json::array()},      {"problems", Json::array()}};
  if (scores.overall) {
    report["overall"] = with_similarity(Json::object(), *scores.overall);
  }
  for (const auto& folder : scores.folders) {
    report["folders"].push_back(with_similarity(
        {{"name", folder.name}, {"volumes", folder.volumes}, {"slices", folder.slices}},
        folder.score));
  }
  for (const auto& volume : scores.volumes) {
    report["volumes"].push_back(
        with_similarity({{"name", volume.files.name}, {"slices", volume.slices}}, volume.score));
  }
  for (const auto& slice : scores.slices) {
    report["slices"].push_back(with_similarity(
        {{"volume", scores.volumes[slice.volume].files.name}, {"slice", slice.slice}},
        slice.score));
  }
  for (const auto& problem : scores.problems) {
    report["problems"].push_back({{"kind", kind_name(problem.kind)}, {"text", problem.text}});
  }
  // A file name need not be UTF-8.
  return report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace dircn
