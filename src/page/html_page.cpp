#include "dircn/page/html_page.h"

#include <cstddef>

#include "page_assets.h"

namespace dircn {
namespace {

/// JSON that no text in it can take out of its <script>: only strings hold a '<'.
std::string island(std::string_view json) {
  std::string safe;
  safe.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      safe += "\\u003c";
    } else {
      safe += c;
    }
  }
  return safe;
}

}  // namespace

std::string html_text(std::string_view text) {
  static const std::map<char, std::string> entities = {
      {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
  std::string escaped;
  for (const char c : text) {
    const auto entity = entities.find(c);
    escaped += entity == entities.end() ? std::string(1, c) : entity->second;
  }
  return escaped;
}

std::string fill_html(std::string_view form, const std::map<std::string_view, std::string>& parts) {
  std::string filled;
  size_t at = 0;
  for (size_t open = form.find("{{"); open != std::string_view::npos; open = form.find("{{", at)) {
    const size_t close = form.find("}}", open);
    filled += form.substr(at, open - at);
    filled += parts.at(form.substr(open + 2, close - open - 2));
    at = close + 2;
  }
  filled += form.substr(at);
  return filled;
}

std::string html_page(const HtmlPage& page) {
  return fill_html(page_assets::page_html(),
                   {{"title", html_text(page.title)},
                    {"subtitle", html_text(page.subtitle)},
                    {"body", page.body},
                    {"data", island(page.data)},
                    {"style", page.style},
                    {"script", page.script},
                    {"page_css", std::string(page_assets::page_css())},
                    {"chart_cursor_js", std::string(page_assets::chart_cursor_js())},
                    {"chart_js", std::string(page_assets::chart_js())},
                    {"uplot_css", std::string(page_assets::uplot_min_css())},
                    {"uplot_js", std::string(page_assets::uplot_iife_min_js())},
                    {"uplot_license", std::string(page_assets::license())}});
}

}  // namespace dircn
