#pragma once

#include <torch/types.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dircn/model/checkpoint.h"
#include "dircn/model/model_finding.h"

namespace dircn {

/// The sizes of parameters by name.
class ParameterShapes {
 public:
  explicit ParameterShapes(const StateDict& state) {
    for (const auto& [key, tensor] : state) {
      sizes_.emplace(key, tensor.sizes().vec());
    }
  }

  /// None where there is no such parameter or axis.
  std::optional<int64_t> size(const std::string& key, size_t axis) const {
    const auto place = sizes_.find(key);
    const bool known = place != sizes_.end() && axis < place->second.size();
    return known ? std::optional<int64_t>(place->second[axis]) : std::nullopt;
  }

 private:
  std::map<std::string, std::vector<int64_t>> sizes_;
};

/// What is known of a key, if anything is.
inline void add_found(ModelFindings& findings, const std::string& key,
                      const std::optional<int64_t>& value) {
  if (value) {
    findings.push_back(found(key, *value));
  }
}

}  // namespace dircn
