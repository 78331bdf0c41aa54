#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace dircn::bench {

/// Measures and reports: {command, libtorch, device, threads, results[]}, with the `results` that
/// `measure_all` returns; also written to `json_file` unless that is empty.
nlohmann::json make_report(const std::vector<std::string>& arguments, const std::string& device,
                           const std::string& json_file,
                           const std::function<nlohmann::json()>& measure_all);

/// The results of each form (see `measure`), each in a process of its own, which runs this program
/// with `arguments`.
nlohmann::json measure_forms(const std::vector<std::string>& arguments,
                             const std::vector<std::string>& forms);

/// The report as text: a line a form, the ratio where both ran, and the parts' shares; or the
/// loader's line.
std::string table(const nlohmann::json& report);

}  // namespace dircn::bench
