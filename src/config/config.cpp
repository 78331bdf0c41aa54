#include "dircn/config/config.h"

#include <algorithm>
#include <functional>

#include "config_fields.h"

namespace dircn {

void Config::check() const {
  Config copy = *this;
  config::check_fields(config::fields(copy), "");
  model.check();
  const auto& steps = train.milestones;
  const bool increasing =
      std::adjacent_find(steps.begin(), steps.end(), std::greater_equal<>()) == steps.end();
  require(increasing, [&] {
    return Error::Parts{"train.milestones", "an epoch that is not after the one before it",
                        "increasing epochs", ""};
  });
}

std::string to_yaml(const Config& config) {
  Config copy = config;
  return config::print_fields(config::fields(copy));
}

}  // namespace dircn
