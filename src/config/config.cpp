#include "dircn/config/config.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "config/config_fields.h"
#include "dircn/core/error.h"

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

void check_mask(const MaskConfig& mask) {
  const size_t pairs = mask.accelerations.size();
  require(pairs > 0 && pairs == mask.center_fractions.size(), [&] {
    return Error::Parts{"data.mask.accelerations",
                        std::to_string(mask.center_fractions.size()) + " center_fractions and " +
                            std::to_string(pairs) + " accelerations",
                        "one fraction for each acceleration, and at least one"};
  });
}

template <typename T>
void check_pair(const std::vector<T>& pair, const std::string& key) {
  require(pair.size() == 2 && pair.front() <= pair.back(), [&] {
    return Error::Parts{"data.simulation." + key, "no pair [least, most]",
                        "two numbers, the smaller one first"};
  });
}

void check_simulation(const SimulationConfig& simulation) {
  check_pair(simulation.matrix, "matrix");
  check_pair(simulation.coils, "coils");
  check_pair(simulation.snr, "snr");
  check_pair(simulation.acceleration, "acceleration");
}

void check_split(const DataConfig& data) {
  require(data.val.empty() || data.validation_share == 0, [&] {
    return Error::Parts{"data.validation_share", "a share while data.val names a folder",
                        "one of the two", "Set data.validation_share to 0, or data.val to \"\"."};
  });
}

void check_increasing(const std::vector<int64_t>& epochs, const std::string& key) {
  const bool increasing =
      std::adjacent_find(epochs.begin(), epochs.end(), std::greater_equal<>()) == epochs.end();
  require(increasing, [&] {
    return Error::Parts{key, "an epoch that is not after the one before it", "increasing epochs"};
  });
}

void check_loss(const LossConfig& loss) {
  const auto counts = [&](const auto& row) { return loss.weights[row.first] > 0; };
  require(std::any_of(std::begin(kLossTerms), std::end(kLossTerms), counts), [] {
    return Error::Parts{"train.loss", "terms that all weigh 0",
                        "a weight above 0 for one of " + join_names(enum_names<LossTerm>())};
  });
}

void check_batch(const BatchConfig& batch) {
  check_increasing(batch.milestones, "train.batch.milestones");
  int64_t largest = batch.size;
  for (size_t i = 0; i < batch.milestones.size() && largest <= config::kMaxBatch; ++i) {
    largest *= batch.factor;
  }
  require(largest <= config::kMaxBatch, [&] {
    return Error::Parts{"train.batch.milestones", "batches that grow beyond all bounds",
                        "at most " + std::to_string(config::kMaxBatch) + " slices"};
  });
  require(batch.at_once <= largest, [&] {
    return Error::Parts{"train.batch.at_once", std::to_string(batch.at_once),
                        "at most the slices of a step, which are " + std::to_string(largest),
                        "Raise train.batch.size."};
  });
}

}  // namespace

void ModelConfig::check() const {
  ModelConfig copy = *this;
  config::check_fields(config::fields(copy), "model");
  if (name == NetworkName::dircn) {
    check_groups("", groups, channels);
    check_groups("sensitivity_", sensitivity_groups, sensitivity_channels);
  }
}

ModelConfig default_model(NetworkName name) {
  ModelConfig model;
  if (name == NetworkName::varnet) {
    model.name = name;
    model.cascades = 12;
    model.channels = 18;
    model.sensitivity_channels = 8;
  }
  return model;
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

void Config::check() const {
  Config copy = *this;
  config::check_fields(config::fields(copy), "");
  model.check();
  check_mask(data.mask);
  check_split(data);
  check_simulation(data.simulation);
  check_increasing(train.schedule.milestones, "train.schedule.milestones");
  check_loss(train.loss);
  check_batch(train.batch);
}

std::vector<ConfigDifference> differences(const Config& before, const Config& now) {
  Config a = before;
  Config b = now;
  std::vector<ConfigDifference> result;
  const auto olds = config::printed_values(config::fields(a));
  const auto printed = config::printed_values(config::fields(b));
  const std::map<std::string, std::string> news(printed.begin(), printed.end());
  for (const auto& [key, old] : olds) {
    const auto now_there = news.find(key);  // what only one of two networks has is no difference
    if (now_there != news.end() && now_there->second != old) {
      result.push_back({key, old, now_there->second});
    }
  }
  return result;
}

std::string to_text(const std::vector<ConfigDifference>& differences) {
  std::string text;
  for (const ConfigDifference& difference : differences) {
    text.append(text.empty() ? "" : ", ").append(difference.key).append(" ");
    text.append(difference.before).append(" there, ").append(difference.now).append(" here");
  }
  return text;
}

std::string to_yaml(const Config& config) {
  Config copy = config;
  return config::print_fields(config::fields(copy));
}

}  // namespace dircn
