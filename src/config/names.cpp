#include "dircn/config/names.h"

#include <algorithm>

#include "config/suggestion.h"

namespace dircn {

std::string nearest_name(const std::string& wrong, const std::vector<std::string>& valid) {
  return *std::min_element(valid.begin(), valid.end(), [&](const auto& a, const auto& b) {
    return config::edit_distance(wrong, a) < config::edit_distance(wrong, b);
  });
}

}  // namespace dircn
