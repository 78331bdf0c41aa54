#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "dircn/model/network.h"

namespace dircn {

// What networks' keys have in common.

constexpr const char* kConsistencyWeight = "dc_weight";
constexpr const char* kAggregationWeight = "cat_weight";

bool begins_with(const std::string& text, const std::string& start);

/// T of a key that begins with `cascades` and "T.".
std::optional<int64_t> cascade_of(const std::string& key, const std::string& cascades);

/// The role of a cascade's parameter.
ParameterRole role_in_cascade(const std::string& key);

}  // namespace dircn
