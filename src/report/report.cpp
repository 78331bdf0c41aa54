#include "dircn/report/report.h"

#include <cstddef>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dircn/page/html_page.h"
#include "dircn/runtime/versions.h"
#include "dircn/score/scores.h"
#include "report/report_extremes.h"
#include "report/report_pictures.h"
#include "report/report_tables.h"
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

}  // namespace

std::string report_page(const std::vector<EvaluatedRun>& runs, const std::vector<RunScores>& scores,
                        const Comparison& comparison, const ReportOptions& options) {
  Json data{{"title", options.title}, {"runs", runs_json(runs, scores)}};
  data.update(detail::report_tables(scores, comparison));
  data.update(detail::report_pictures(runs, scores, options.volumes, data["problems"]));
  data.update(detail::report_extremes(runs.front(), scores.front().scores));
  data["configuration"] = options.configuration ? Json(*options.configuration) : Json(nullptr);
  data["versions"] = facts_json(versions());
  // A file name need not be UTF-8.
  const std::string text = data.dump(-1, ' ', false, Json::error_handler_t::replace);
  return html_page(
      {options.title, "", std::string(report_assets::report_html()), text, style(), script()});
}

}  // namespace dircn
