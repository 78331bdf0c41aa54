#include "bench/table.h"

#include <iomanip>
#include <sstream>

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

}  // namespace

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
