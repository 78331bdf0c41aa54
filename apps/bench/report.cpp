#include "bench/report.h"

#include <torch/types.h>
#include <torch/utils.h>
#include <torch/version.h>

#include <iomanip>
#include <optional>
#include <sstream>

#include "bench/measure.h"
#include "dircn/core/atomic_file.h"
#include "dircn/core/device.h"

namespace dircn::bench {
namespace {

constexpr double kMegabyte = 1e6;

void add_form(std::ostringstream& text, const nlohmann::json& result) {
  text << std::left << std::setw(8) << result["form"].get<std::string>() << std::right << std::fixed
       << std::setprecision(3) << std::setw(10) << result["seconds_median"].get<double>() << " s"
       << std::setw(10) << result["seconds_min"].get<double>() << " s" << std::setprecision(0)
       << std::setw(9) << result["peak_bytes"].get<double>() / kMegabyte << " MB  ";
  for (const auto& [part, share] : result["parts"].items()) {
    text << ' ' << part << ' ' << std::setprecision(0) << 100 * share.get<double>() << '%';
  }
  text << '\n';
}

void add_forms(std::ostringstream& text, const nlohmann::json& results) {
  text << "form        median         min      peak   time by part\n";
  for (const auto& result : results) {
    add_form(text, result);
  }
  if (results.size() == 2) {
    const auto ratio = [&](const char* key) {
      return results[1][key].get<double>() / results[0][key].get<double>();
    };
    text << "fast / literal: " << std::setprecision(2) << ratio("seconds_median")
         << " of the time, " << ratio("peak_bytes") << " of the memory\n";
  }
}

void add_loader(std::ostringstream& text, const nlohmann::json& result) {
  const auto number = [&](const char* key) { return result[key].get<double>(); };
  const auto count = [&](const char* key) { return result[key].get<int64_t>(); };
  text << "workers  prefetch  slices   slices/s   k-space MB/s   median ms      peak\n"
       << std::fixed << std::setprecision(1) << std::setw(7) << count("workers") << std::setw(10)
       << count("prefetch") << std::setw(8) << count("slices") << std::setw(11)
       << number("slices_per_second") << std::setw(15)
       << number("kspace_bytes_per_second") / kMegabyte << std::setw(12)
       << 1e3 * number("seconds_median") << std::setprecision(0) << std::setw(7)
       << number("peak_bytes") / kMegabyte << " MB\n"
       << count("volumes") << " volumes opened in " << std::setprecision(2)
       << number("seconds_open") << " s\n";
}

}  // namespace

nlohmann::json make_report(const std::vector<std::string>& arguments, const std::string& device,
                           const std::string& json_file,
                           const std::function<nlohmann::json()>& measure_all) {
  std::optional<AtomicFile> file;
  if (!json_file.empty()) {
    file.emplace(json_file);
  }
  nlohmann::json report{{"command", arguments},
                        {"libtorch", TORCH_VERSION},
                        {"device", select_device(device).str()},
                        {"threads", torch::get_num_threads()}};
  report["results"] = measure_all();
  if (file) {
    file->commit(report.dump(2) + "\n");
  }
  return report;
}

nlohmann::json measure_forms(const std::vector<std::string>& arguments,
                             const std::vector<std::string>& forms) {
  auto results = nlohmann::json::array();
  for (const auto& form : forms) {
    auto child = arguments;
    child.insert(child.end(), {"--form", form, "--child"});
    results.push_back(in_child_process(child));
  }
  return results;
}

std::string table(const nlohmann::json& report) {
  std::ostringstream text;
  const auto& results = report["results"];
  const bool loader = results[0]["mode"] == "loader";
  text << results[0]["mode"].get<std::string>() << ", "
       << (loader ? "" : results[0]["precision"].get<std::string>() + ", ")
       << report["device"].get<std::string>() << ", " << report["threads"] << " threads, LibTorch "
       << report["libtorch"].get<std::string>() << '\n';
  if (loader) {
    add_loader(text, results[0]);
  } else {
    add_forms(text, results);
  }
  return text.str();
}

}  // namespace dircn::bench
