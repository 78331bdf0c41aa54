#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace dircn::bench {

/// Measures each form in a process of its own, which runs this program with `arguments`; also
/// writes the report to `json_file` unless that is empty. {command, libtorch, device, threads,
/// results[]}: see `measure`.
nlohmann::json measure_forms(const std::vector<std::string>& arguments,
                             const std::vector<std::string>& forms, const std::string& device,
                             const std::string& json_file);

/// The report as text: a line a form, the ratio where both ran, and the parts' shares.
std::string table(const nlohmann::json& report);

}  // namespace dircn::bench
