#include "model/cascade_key.h"

#include <cstddef>

#include "dircn/core/text.h"

namespace dircn {

bool begins_with(const std::string& text, const std::string& start) {
  return text.rfind(start, 0) == 0;
}

std::optional<int64_t> cascade_of(const std::string& key, const std::string& cascades) {
  constexpr size_t kLongestNumber = 3;  // digits of an index in a valid configuration
  const size_t start = cascades.size();
  const size_t dot = begins_with(key, cascades) ? key.find('.', start) : std::string::npos;
  return dot == std::string::npos ? std::nullopt
                                  : whole_number(key.substr(start, dot - start), kLongestNumber);
}

ParameterRole role_in_cascade(const std::string& key) {
  const std::string last = key.substr(key.rfind('.') + 1);
  if (last == kConsistencyWeight) {
    return ParameterRole::data_consistency;
  }
  return last == kAggregationWeight ? ParameterRole::aggregation : ParameterRole::refinement;
}

}  // namespace dircn
