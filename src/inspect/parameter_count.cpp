#include "inspect/parameter_count.h"

#include <torch/types.h>

#include <algorithm>
#include <cstddef>

namespace dircn::detail {

ParameterCount count_parameters(const StateDict& state) {
  ParameterCount count;
  for (const auto& [key, tensor] : state) {
    const auto place = place_of(key);
    if (!place) {
      count.other += tensor.numel();
      continue;
    }
    switch (place->role) {
      case ParameterRole::sensitivity:
        count.sensitivity += tensor.numel();
        break;
      case ParameterRole::data_consistency:
        count.data_consistency += tensor.numel();
        break;
      case ParameterRole::aggregation:
        count.aggregation += tensor.numel();
        break;
      case ParameterRole::refinement:
        const auto cascade = static_cast<size_t>(*place->cascade);
        count.cascades.resize(std::max(count.cascades.size(), cascade + 1), 0);
        count.cascades[cascade] += tensor.numel();
    }
  }
  return count;
}

Report to_report(const ParameterCount& count) {
  Report report{{"total", count.total()},
                {"sensitivity", count.sensitivity},
                {"cascades", count.cascades},
                {"data_consistency_weights", count.data_consistency},
                {"aggregation_weights", count.aggregation}};
  if (count.other > 0) {
    report["other"] = count.other;
  }
  return report;
}

}  // namespace dircn::detail
