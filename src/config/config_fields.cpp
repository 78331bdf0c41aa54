#include "config_fields.h"

#include <limits>

namespace dircn::config {
namespace {

constexpr int64_t kMaxCascades = 1000;
constexpr int64_t kMaxChannels = 4096;  // products of sizes stay far from overflow
constexpr int64_t kMaxCrop = 65536;
constexpr int64_t kMaxThreads = 256;
constexpr int64_t kMaxPrefetch = 4096;
constexpr int64_t kMaxAcceleration = 1000;
constexpr int64_t kMaxEpochs = 1000000;
constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();
constexpr double kNoBound = std::numeric_limits<double>::max();

}  // namespace

Fields fields(ModelConfig& model) {
  return {
      {"cascades", model.cascades, integer(1, kMaxCascades)},
      {"channels", model.channels, integer(1, kMaxChannels)},
      {"sensitivity_channels", model.sensitivity_channels, integer(1, kMaxChannels)},
      {"groups", model.groups, integer(1, kMaxChannels)},
      {"sensitivity_groups", model.sensitivity_groups, integer(1, kMaxChannels)},
      {"se_ratio", model.se_ratio, number_above(0, 1)},
      {"se_squeeze", model.se_squeeze, Choice<SeSqueeze>()},
      {"aggregation", model.aggregation, Choice<Aggregation>()},
      {"data_consistency", model.data_consistency, Choice<DataConsistency>()},
      {"interconnections", model.interconnections, Flag()},
  };
}

Fields fields(MaskConfig& mask) {
  return {
      {"type", mask.type, Choice<MaskType>()},
      {"center_fractions", mask.center_fractions, list_of(number_above(0, 1))},
      {"accelerations", mask.accelerations, list_of(integer(1, kMaxAcceleration))},
  };
}

Fields fields(DataConfig& data) {
  return {
      {"layout", data.layout, Choice<Layout>()},
      {"train", data.train, Text()},
      {"val", data.val, Text()},
      {"leaderboard", data.leaderboard, Text()},
      {"fov_crop", data.fov_crop, Choice<FovCrop>()},
      {"crop", data.crop, integer(1, kMaxCrop)},
      {"workers", data.workers, integer(1, kMaxThreads)},
      {"prefetch", data.prefetch, integer(1, kMaxPrefetch)},
      {"mask", fields(data.mask)},
  };
}

Fields fields(TrainConfig& train) {
  return {
      {"epochs", train.epochs, integer(1, kMaxEpochs)},
      {"learning_rate", train.learning_rate, number_above(0, kNoBound)},
      {"milestones", train.milestones, list_of(integer(1, kMaxEpochs))},
      {"milestone_factor", train.milestone_factor, number_above(0, 1)},
      {"seed", train.seed, integer(0, kUnlimited)},
      {"save_minutes", train.save_minutes, number_above(0, kNoBound)},
  };
}

Fields fields(Config& config) {
  return {
      {"model", fields(config.model)},
      {"data", fields(config.data)},
      {"train", fields(config.train)},
  };
}

}  // namespace dircn::config
