#pragma once

#include <string>

namespace dircn::testing {

/// The JSON of a page that `html_page` made.
inline std::string page_data(const std::string& html) {
  const std::string begin = "<script type=\"application/json\" id=\"data\">";
  const size_t at = html.find(begin) + begin.size();
  return html.substr(at, html.find("</script>", at) - at);
}

}  // namespace dircn::testing
