#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace dircn::bench {

/// The report of `make_report` as text. One number of cascades and coils: a line a form, the floor,
/// their ratios, and the seconds of each part. Several: a line for each. Or the loader's line.
std::string table(const nlohmann::json& report);

}  // namespace dircn::bench
