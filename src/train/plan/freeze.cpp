#include "train/plan/freeze.h"

#include <fnmatch.h>
#include <torch/types.h>

#include <algorithm>
#include <cstddef>
#include <set>

#include "dircn/config/names.h"
#include "dircn/core/error.h"

namespace dircn {
namespace {

/// The key or the pattern (a beginning and *, or * and an end) for which `pattern` may have been
/// meant.
std::string nearest_pattern(const std::string& pattern, const std::vector<std::string>& keys) {
  std::set<std::string> candidates;
  for (const std::string& key : keys) {
    candidates.insert(key);
    for (size_t dot = key.find('.'); dot != std::string::npos; dot = key.find('.', dot + 1)) {
      candidates.insert(key.substr(0, dot) + ".*");
      candidates.insert("*" + key.substr(dot));
    }
  }
  return nearest_name(pattern, {candidates.begin(), candidates.end()});
}

void check_pattern(const std::string& pattern, const std::vector<std::string>& keys) {
  const bool has_matches = std::any_of(
      keys.begin(), keys.end(), [&](const std::string& key) { return matches(pattern, key); });
  require(has_matches, [&] {
    return Error::Parts{"freeze", "the pattern " + excerpt(pattern),
                        "one that matches a parameter of the network",
                        "Did you mean " + nearest_pattern(pattern, keys) + "?"};
  });
}

/// What the methods of transfer leave alone (the team's, see `Transfer`).
bool is_frozen_by(Transfer method, const ParameterPlace& place, int64_t cascades_before) {
  switch (method) {
    case Transfer::method_1:
      return !place.cascade || *place.cascade < cascades_before;
    case Transfer::method_2:
      return place.cascade.has_value();
    case Transfer::method_3:
      return !place.cascade;
    case Transfer::none:
      break;
  }
  return false;
}

}  // namespace

bool matches(const std::string& pattern, const std::string& key) {
  return fnmatch(pattern.c_str(), key.c_str(), FNM_NOESCAPE) == 0;
}

FreezeCounts freeze(const Network& network, const PhaseConfig& phase, int64_t cascades_before) {
  auto parameters = network->named_parameters();
  const std::vector<std::string> keys = parameters.keys();
  for (const std::string& pattern : phase.freeze) {
    check_pattern(pattern, keys);
  }
  std::set<std::string> frozen;
  for (const std::string& key : keys) {
    if (is_frozen_by(phase.transfer, place_of(key).value(), cascades_before) ||
        std::any_of(phase.freeze.begin(), phase.freeze.end(),
                    [&](const std::string& pattern) { return matches(pattern, key); })) {
      frozen.insert(key);
    }
  }
  require(frozen.size() < keys.size(), [&] {
    return Error::Parts{"freeze",
                        "every parameter frozen (transfer: " + to_string(phase.transfer) +
                            ", freeze: " + join_names(phase.freeze) + ")",
                        "some that are left to train", ""};
  });
  FreezeCounts counts;
  for (auto& parameter : parameters) {
    torch::Tensor& tensor = parameter.value();
    const bool is_frozen = frozen.count(parameter.key()) > 0;
    tensor.set_requires_grad(!is_frozen);
    if (is_frozen) {
      tensor.mutable_grad().reset();
    }
    (is_frozen ? counts.frozen_tensors : counts.trained_tensors) += 1;
    (is_frozen ? counts.frozen_numbers : counts.trained_numbers) += tensor.numel();
  }
  return counts;
}

}  // namespace dircn
