// The keys of DIRCN's parameters, in the network and in the reference's files.

#include <cstddef>

#include "dircn/model/dircn.h"
#include "model/cascade_key.h"
#include "model/dircn_kind.h"

namespace dircn {
namespace {

const std::string kSensitivity = "sens_net.model.";
const std::string kCascades = "i_cascades.";
const std::string kOwnForm = "final_bottle.";
const std::string kOriginalForm = "final_bottle.0.";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t place = text.find(from);
  return place == std::string::npos ? text : text.replace(place, from.size(), to);
}

}  // namespace

Network make_dircn(const ModelConfig& config) {
  return std::make_shared<DircnImpl>(config);
}

Calibration dircn_calibration(const ModelConfig& /*config*/) {
  return Calibration::centre;
}

std::optional<ParameterPlace> dircn_place_of(const std::string& key) {
  if (begins_with(key, kSensitivity)) {
    return ParameterPlace{ParameterRole::sensitivity, std::nullopt};
  }
  const auto cascade = cascade_of(key, kCascades);
  return cascade ? std::optional<ParameterPlace>({role_in_cascade(key), cascade}) : std::nullopt;
}

std::string dircn_own_key(const std::string& key) {
  return replaced(key, kOriginalForm, kOwnForm);
}

PickleDict dircn_file_state(const StateDict& state, const ModelConfig& config) {
  const bool original_form = config.aggregation == Aggregation::concat;
  PickleDict dict;
  for (const auto& [key, tensor] : state) {
    if (original_form && has_role(key, ParameterRole::aggregation)) {
      continue;
    }
    dict.set(original_form ? replaced(key, kOwnForm, kOriginalForm) : key, tensor);
    const std::string weight = replaced(key, kConsistencyWeight, kAggregationWeight);
    if (!original_form && has_role(key, ParameterRole::data_consistency) &&
        dict.find(weight) == nullptr) {
      // Where the network has this one, its own value replaces the 1.
      dict.set(weight, torch::ones({1}, tensor.options()));
    }
  }
  return dict;
}

}  // namespace dircn
