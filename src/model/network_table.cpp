#include "dircn/model/network_table.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "model/dircn_kind.h"
#include "model/varnet_kind.h"

namespace dircn {
namespace {

const NetworkKind kKinds[] = {
    {NetworkName::dircn, "DIRCN", make_dircn, dircn_calibration, dircn_place_of, dircn_own_key,
     dircn_file_state, count_dircn, dircn_from_shapes},
    {NetworkName::varnet, "E2E-VarNet", make_varnet, varnet_calibration, varnet_place_of,
     varnet_own_key, varnet_file_state, count_varnet, varnet_from_shapes},
};

}  // namespace

int64_t ParameterCount::total() const {
  return std::accumulate(cascades.begin(), cascades.end(), int64_t{0}) + sensitivity +
         data_consistency + aggregation + other;
}

const NetworkKind& kind_of(const ModelConfig& config) {
  return *std::find_if(std::begin(kKinds), std::end(kKinds),
                       [&](const NetworkKind& kind) { return kind.name == config.name; });
}

const NetworkKind* kind_of(const StateDict& state) {
  const auto knows_a_key = [&](const NetworkKind& kind) {
    return std::any_of(state.begin(), state.end(),
                       [&](const auto& entry) { return kind.place_of(entry.first).has_value(); });
  };
  const auto* kind = std::find_if(std::begin(kKinds), std::end(kKinds), knows_a_key);
  return kind != std::end(kKinds) ? kind : nullptr;
}

std::vector<std::string> kind_titles() {
  std::vector<std::string> titles;
  for (const NetworkKind& kind : kKinds) {
    titles.emplace_back(kind.title);
  }
  return titles;
}

Network make_network(const ModelConfig& config) {
  return kind_of(config).make(config);
}

std::optional<ParameterPlace> place_of(const std::string& key) {
  for (const NetworkKind& kind : kKinds) {
    if (const auto place = kind.place_of(key)) {
      return place;
    }
  }
  return std::nullopt;
}

bool has_role(const std::string& key, ParameterRole role) {
  const auto place = place_of(key);
  return place && place->role == role;
}

int64_t count_cascades(const StateDict& state) {
  std::set<int64_t> cascades;
  for (const auto& [key, tensor] : state) {
    if (has_role(key, ParameterRole::refinement)) {
      cascades.insert(*place_of(key)->cascade);
    }
  }
  return static_cast<int64_t>(cascades.size());
}

}  // namespace dircn
