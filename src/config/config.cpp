#include "dircn/config/config.h"

#include <algorithm>
#include <functional>

#include "config_fields.h"

namespace dircn {

void Config::check() const {
  Config copy = *this;
  config::check_fields(config::fields(copy), "");
  model.check();
  const auto& mask = data.mask;
  const size_t pairs = mask.accelerations.size();
  require(pairs > 0 && pairs == mask.center_fractions.size(), [&] {
    return Error::Parts{"data.mask.accelerations",
                        std::to_string(mask.center_fractions.size()) + " center_fractions and " +
                            std::to_string(pairs) + " accelerations",
                        "one fraction for each acceleration, and at least one", ""};
  });
  const auto& steps = train.milestones;
  const bool increasing =
      std::adjacent_find(steps.begin(), steps.end(), std::greater_equal<>()) == steps.end();
  require(increasing, [&] {
    return Error::Parts{"train.milestones", "an epoch that is not after the one before it",
                        "increasing epochs", ""};
  });
}

std::vector<ConfigDifference> differences(const Config& before, const Config& now) {
  Config a = before;
  Config b = now;
  std::vector<ConfigDifference> result;
  const auto olds = config::printed_values(config::fields(a));
  const auto news = config::printed_values(config::fields(b));
  for (size_t i = 0; i < olds.size(); ++i) {
    if (olds[i].second != news[i].second) {
      result.push_back({olds[i].first, olds[i].second, news[i].second});
    }
  }
  return result;
}

std::string to_yaml(const Config& config) {
  Config copy = config;
  return config::print_fields(config::fields(copy));
}

}  // namespace dircn
