#include "train/plan/freeze.h"

#include <fnmatch.h>
#include <torch/types.h>

#include <algorithm>
#include <cstddef>
#include <set>

#include "dircn/config/names.h"
#include "dircn/core/error.h"
#include "train/plan/transfer.h"

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

bool matches_any(const std::vector<std::string>& patterns, const std::string& key) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return matches(pattern, key); });
}

}  // namespace

bool matches(const std::string& pattern, const std::string& key) {
  return fnmatch(pattern.c_str(), key.c_str(), FNM_NOESCAPE) == 0;
}

std::vector<std::string> frozen_patterns(const PhaseConfig& phase, int64_t cascades_before) {
  std::vector<std::string> patterns;
  if (phase.transfer == Transfer::method_1 || phase.transfer == Transfer::method_3) {
    patterns.emplace_back("sens_net.*");
  }
  if (phase.transfer == Transfer::method_1) {
    for (int64_t cascade = 0; cascade < cascades_before; ++cascade) {
      patterns.push_back(cascade_prefix(cascade) + "*");
    }
  }
  if (phase.transfer == Transfer::method_2) {
    patterns.emplace_back("i_cascades.*");
  }
  patterns.insert(patterns.end(), phase.freeze.begin(), phase.freeze.end());
  return patterns;
}

FreezeCounts freeze(Dircn& network, const std::vector<std::string>& patterns) {
  auto parameters = network->named_parameters();
  const std::vector<std::string> keys = parameters.keys();
  for (const std::string& pattern : patterns) {
    check_pattern(pattern, keys);
  }
  const bool trains = std::any_of(keys.begin(), keys.end(), [&](const std::string& key) {
    return !matches_any(patterns, key);
  });
  require(trains, [&] {
    return Error::Parts{"freeze", "every parameter frozen by " + join_names(patterns),
                        "some that are left to train", ""};
  });
  FreezeCounts counts;
  for (auto& parameter : parameters) {
    torch::Tensor& tensor = parameter.value();
    const bool is_frozen = matches_any(patterns, parameter.key());
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
