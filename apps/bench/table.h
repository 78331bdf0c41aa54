#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace dircn::bench {

/// The report as text: a line a form, the ratio where both ran, and the parts' shares.
std::string table(const nlohmann::json& report);

}  // namespace dircn::bench
