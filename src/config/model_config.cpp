#include "dircn/config/model_config.h"

#include <string>

#include "config/config_fields.h"

namespace dircn {
namespace {

// Every grouped convolution has a multiple of `channels` channels and the same multiple of
// `groups`, or a divisor of it, as its groups.
void check_groups(const std::string& prefix, int64_t groups, int64_t channels) {
  require(channels % groups == 0, [&] {
    return Error::Parts{
        "model." + prefix + "groups", std::to_string(groups),
        "a divisor of model." + prefix + "channels, which is " + std::to_string(channels),
        "Change one of the two."};
  });
}

}  // namespace

void ModelConfig::check() const {
  ModelConfig copy = *this;
  config::check_fields(config::fields(copy), "model");
  check_groups("", groups, channels);
  check_groups("sensitivity_", sensitivity_groups, sensitivity_channels);
}

bool operator==(const ModelConfig& a, const ModelConfig& b) {
  ModelConfig first = a;
  ModelConfig second = b;
  return config::print_fields(config::fields(first)) ==
         config::print_fields(config::fields(second));
}

bool operator!=(const ModelConfig& a, const ModelConfig& b) {
  return !(a == b);
}

}  // namespace dircn
