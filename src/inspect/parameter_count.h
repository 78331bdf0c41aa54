#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "dircn/config/model_config.h"
#include "dircn/model/checkpoint.h"
#include "inspect/report.h"

namespace dircn::detail {

/// How many parameters each part of a network has.
struct ParameterCount {
  int64_t sensitivity = 0;             // the sensitivity-map network (SME)
  std::vector<int64_t> cascades = {};  // refinement of each cascade, without its two weights
  int64_t data_consistency = 0;        // the weights λ
  int64_t aggregation = 0;             // the weights w
  int64_t other = 0;                   // of a checkpoint: what belongs to none of these

  int64_t total() const;
};

/// Of a checkpoint, by the names of its parameters.
ParameterCount count_parameters(const StateDict& state);

/// Of the network that a (checked) configuration describes. It is not built: it might not fit.
ParameterCount count_parameters(const ModelConfig& config);

Report to_report(const ParameterCount& count);

}  // namespace dircn::detail
