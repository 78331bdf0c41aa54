#include "bench/report.h"

#include <torch/types.h>
#include <torch/utils.h>
#include <torch/version.h>

#include <fstream>
#include <iomanip>
#include <optional>
#include <sstream>

#include "bench/measure.h"
#include "dircn/core/atomic_file.h"
#include "dircn/core/device.h"
#include "dircn/core/error.h"

namespace dircn::bench {
namespace {

constexpr double kMegabyte = 1e6;

void add_result(std::ostringstream& text, const nlohmann::json& result) {
  text << std::left << std::setw(8) << result["form"].get<std::string>() << std::right << std::fixed
       << std::setprecision(3) << std::setw(10) << result["seconds_median"].get<double>() << " s"
       << std::setw(10) << result["seconds_min"].get<double>() << " s" << std::setprecision(0)
       << std::setw(9) << result["peak_bytes"].get<double>() / kMegabyte << " MB  ";
  for (const auto& [part, share] : result["parts"].items()) {
    text << ' ' << part << ' ' << std::setprecision(0) << 100 * share.get<double>() << '%';
  }
  text << '\n';
}

void write_json(AtomicFile& file, const std::string& path, const nlohmann::json& report) {
  std::ofstream stream(file.temporary());
  stream << report.dump(2) << '\n';
  stream.close();
  require(stream.good(), [&] {
    return Error::Parts{path, "a write that failed", "a file that can be written",
                        "Is the disk full?"};
  });
  file.commit();
}

}  // namespace

nlohmann::json measure_forms(const std::vector<std::string>& arguments,
                             const std::vector<std::string>& forms, const std::string& device,
                             const std::string& json_file) {
  std::optional<AtomicFile> file;
  if (!json_file.empty()) {
    file.emplace(json_file);
  }
  nlohmann::json report{{"command", arguments},
                        {"libtorch", TORCH_VERSION},
                        {"device", select_device(device).str()},
                        {"threads", torch::get_num_threads()},
                        {"results", nlohmann::json::array()}};
  for (const auto& form : forms) {
    auto child = arguments;
    child.insert(child.end(), {"--form", form, "--child"});
    report["results"].push_back(in_child_process(child));
  }
  if (file) {
    write_json(*file, json_file, report);
  }
  return report;
}

std::string table(const nlohmann::json& report) {
  std::ostringstream text;
  const auto& results = report["results"];
  text << results[0]["mode"].get<std::string>() << ", "
       << results[0]["precision"].get<std::string>() << ", " << report["device"].get<std::string>()
       << ", " << report["threads"] << " threads, LibTorch "
       << report["libtorch"].get<std::string>()
       << "\nform        median         min      peak   time by part\n";
  for (const auto& result : results) {
    add_result(text, result);
  }
  if (results.size() == 2) {
    const auto ratio = [&](const char* key) {
      return results[1][key].get<double>() / results[0][key].get<double>();
    };
    text << "fast / literal: " << std::setprecision(2) << ratio("seconds_median")
         << " of the time, " << ratio("peak_bytes") << " of the memory\n";
  }
  return text.str();
}

}  // namespace dircn::bench
