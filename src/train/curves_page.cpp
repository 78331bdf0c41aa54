#include "dircn/train/curves_page.h"

#include <cstddef>
#include <map>
#include <string_view>

#include "curves_assets.h"
#include "curves_data.h"
#include "dircn/core/atomic_file.h"

namespace dircn {
namespace {

/// Text that HTML shows as it is.
std::string html_text(const std::string& text) {
  static const std::map<char, std::string> entities = {
      {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}};
  std::string escaped;
  for (const char c : text) {
    const auto entity = entities.find(c);
    escaped += entity == entities.end() ? std::string(1, c) : entity->second;
  }
  return escaped;
}

/// `page` with each {{name}} replaced. What is filled in is not searched again.
std::string fill(std::string_view page, const std::map<std::string_view, std::string>& parts) {
  std::string filled;
  size_t at = 0;
  for (size_t open = page.find("{{"); open != std::string_view::npos; open = page.find("{{", at)) {
    const size_t close = page.find("}}", open);
    filled += page.substr(at, open - at);
    filled += parts.at(page.substr(open + 2, close - open - 2));
    at = close + 2;
  }
  filled += page.substr(at);
  return filled;
}

}  // namespace

void write_curves_page(const std::filesystem::path& metrics, const std::filesystem::path& page,
                       const std::string& title) {
  const nlohmann::json data = read_curves(metrics);
  const bool is_empty = data.at("step_count") == 0 && data.at("epochs").at("epoch").empty();
  const std::string content =
      fill(curves_assets::curves_html(),
           {{"title", html_text(title)},
            {"notice", is_empty ? "<p class=\"notice\">No step and no epoch yet.</p>" : ""},
            {"data", data.dump()},  // numbers and our own names: nothing ends its <script>
            {"style", std::string(curves_assets::curves_css())},
            {"chart_js", std::string(curves_assets::chart_js())},
            {"curves_js", std::string(curves_assets::curves_js())},
            {"uplot_css", std::string(curves_assets::uplot_min_css())},
            {"uplot_js", std::string(curves_assets::uplot_iife_min_js())},
            {"uplot_license", std::string(curves_assets::license())}});
  AtomicFile(page).commit(content);
}

}  // namespace dircn
