#include "train/log/curves_page.h"

#include <string>

#include "curves_assets.h"
#include "dircn/core/atomic_file.h"
#include "dircn/page/html_page.h"
#include "train/log/curves_data.h"

namespace dircn {

void write_curves_page(const std::filesystem::path& metrics, const std::filesystem::path& page,
                       const std::string& title) {
  const nlohmann::json data = read_curves(metrics);
  const bool is_empty = data.at("step_count") == 0 && data.at("epochs").at("epoch").empty();
  HtmlPage html;
  html.title = title;
  html.subtitle = "Training curves";
  html.body =
      fill_html(curves_assets::curves_html(),
                {{"notice", is_empty ? "<p class=\"notice\">No step and no epoch yet.</p>" : ""}});
  html.data = data.dump();
  html.script = curves_assets::curves_js();
  AtomicFile(page).commit(html_page(html));
}

}  // namespace dircn
