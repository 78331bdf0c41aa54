#pragma once

#include <map>
#include <string>
#include <string_view>

namespace dircn {

/// A page in one HTML file that opens offline and loads nothing from elsewhere.
struct HtmlPage {
  std::string title;     ///< plain text, e.g. a run's name
  std::string subtitle;  ///< plain text: what the page shows
  std::string body;      ///< HTML that stands below the header
  std::string data;      ///< JSON, which the script finds in the element with the id "data"
  std::string style;     ///< CSS beside that of all pages (src/page/assets/page.css)
  std::string script;    ///< JavaScript, after uPlot and `charts` (src/page/assets/chart.js)
};

/// The whole page. Title, subtitle and data may hold any text; body, style and script are trusted.
std::string html_page(const HtmlPage& page);

/// `text` as HTML that shows it, in elements and in quoted attributes.
std::string html_text(std::string_view text);

/// `form` with each {{name}} replaced by the part of that name. What is filled in is not searched
/// again. Throws `std::out_of_range` if there is no such part.
std::string fill_html(std::string_view form, const std::map<std::string_view, std::string>& parts);

}  // namespace dircn
