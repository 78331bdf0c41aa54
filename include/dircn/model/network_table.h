#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dircn/config/model_config.h"
#include "dircn/formats/pickle_value.h"
#include "dircn/model/checkpoint.h"
#include "dircn/model/model_finding.h"
#include "dircn/model/network.h"
#include "dircn/mri/acs.h"

namespace dircn {

/// How many parameters each part of a network has.
struct ParameterCount {
  int64_t sensitivity = 0;
  std::vector<int64_t> cascades = {};  // refinement of each
  int64_t data_consistency = 0;
  int64_t aggregation = 0;
  int64_t other = 0;  // of a checkpoint: what belongs to none of these

  int64_t total() const;
};

/// A kind of network: a row of the table, and all that others know of it without building one.
struct NetworkKind {
  NetworkName name;
  const char* title;
  Network (*make)(const ModelConfig& config);

  /// What the network's sensitivity maps are estimated from.
  Calibration (*calibration)(const ModelConfig& config);

  /// See `dircn::place_of`. Where two kinds know a key, it has the same place in both.
  std::optional<ParameterPlace> (*place_of)(const std::string& key);

  /// The network's own key of a parameter that the reference's files may name differently.
  std::string (*own_key)(const std::string& key);

  /// A state dict as the reference's code wants it in a file.
  PickleDict (*file_state)(const StateDict& state, const ModelConfig& config);

  /// Of the network that a (checked) configuration describes. It is not built: it might not fit.
  ParameterCount (*count)(const ModelConfig& config);

  /// What names and shapes of a network's parameters tell of its configuration, `name` first; there
  /// is nothing of keys of which they tell nothing, and nothing at all without a cascade.
  ModelFindings (*model_from_shapes)(const StateDict& state);
};

const NetworkKind& kind_of(const ModelConfig& config);

/// The first kind that knows a key of `state`; null if there is none.
const NetworkKind* kind_of(const StateDict& state);

/// The titles of all kinds.
std::vector<std::string> kind_titles();

/// How many cascades have refinement parameters in `state`.
int64_t count_cascades(const StateDict& state);

}  // namespace dircn
