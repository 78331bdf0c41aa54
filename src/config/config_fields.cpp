#include "config/config_fields.h"

#include <limits>
#include <utility>

namespace dircn::config {
namespace {

constexpr int64_t kMaxCascades = 1000;
constexpr int64_t kMaxChannels = 4096;  // products of sizes stay far from overflow
constexpr int64_t kMaxPools = 8;
constexpr int64_t kMaxCrop = 65536;
constexpr int64_t kMaxThreads = 256;
constexpr int64_t kMaxPrefetch = 4096;
constexpr int64_t kMaxAcceleration = 1000;
constexpr int64_t kMaxSimulated = 10000000;
constexpr int64_t kMaxEpochs = 1000000;
constexpr double kMaxGamma = 10;  // d^gamma is never rounded to 0
constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();
constexpr int64_t kSeeds = std::numeric_limits<uint32_t>::max();  // LibTorch looks at no more bits
constexpr double kNoBound = std::numeric_limits<double>::max();

Fields shared_fields(ModelConfig& model) {
  return {
      {"name", model.name, Choice<NetworkName>()},
      {"cascades", model.cascades, integer(1, kMaxCascades)},
      {"channels", model.channels, integer(1, kMaxChannels)},
      {"sensitivity_channels", model.sensitivity_channels, integer(1, kMaxChannels)},
  };
}

Fields dircn_fields(ModelConfig& model) {
  return {
      {"groups", model.groups, integer(1, kMaxChannels)},
      {"sensitivity_groups", model.sensitivity_groups, integer(1, kMaxChannels)},
      {"se_ratio", model.se_ratio, number_above(0, 1)},
      {"se_squeeze", model.se_squeeze, Choice<SeSqueeze>()},
      {"aggregation", model.aggregation, Choice<Aggregation>()},
      {"data_consistency", model.data_consistency, Choice<DataConsistency>()},
      {"interconnections", model.interconnections, Flag()},
  };
}

Fields varnet_fields(ModelConfig& model) {
  return {
      {"pools", model.pools, integer(1, kMaxPools)},
      {"sensitivity_pools", model.sensitivity_pools, integer(1, kMaxPools)},
      {"sensitivity_from", model.sensitivity_from, Choice<MapsFrom>()},
  };
}

Fields joined(Fields first, const Fields& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

}  // namespace

Fields fields(ModelConfig& model) {
  return joined(shared_fields(model),
                model.name == NetworkName::varnet ? varnet_fields(model) : dircn_fields(model));
}

Fields fields_of_all_networks(ModelConfig& model) {
  return joined(joined(shared_fields(model), dircn_fields(model)), varnet_fields(model));
}

Fields fields(MaskConfig& mask) {
  return {
      {"type", mask.type, Choice<MaskType>()},
      {"center_fractions", mask.center_fractions, list_of(number_above(0, 1))},
      {"accelerations", mask.accelerations, list_of(integer(1, kMaxAcceleration))},
  };
}

Fields fields(AugmentationConfig& augmentation) {
  return {
      {"probability", augmentation.probability, number_from(0, 1)},
      {"schedule", augmentation.schedule, Choice<AugmentationSchedule>()},
      {"flips", augmentation.flips, number_from(0, 1)},
      {"right_angles", augmentation.right_angles, number_from(0, 1)},
      {"rotation", augmentation.rotation, number_from(0, 1)},
      {"translation", augmentation.translation, number_from(0, 1)},
      {"scaling", augmentation.scaling, number_from(0, 1)},
      {"shear", augmentation.shear, number_from(0, 1)},
      {"max_rotation", augmentation.max_rotation, number_from(0, 180)},
      {"max_translation", augmentation.max_translation, number_from(0, 1)},
      {"max_scaling", augmentation.max_scaling, number_from(0, 1).without_max()},
      {"max_shear", augmentation.max_shear, number_from(0, 89)},
  };
}

Fields fields(SimulationConfig& simulation) {
  return {
      {"anatomy", simulation.anatomy, list_of(Text())},
      {"coil_maps", simulation.coil_maps, Text()},
      {"slices", simulation.slices, integer(1, kMaxSimulated)},
      {"matrix", simulation.matrix, list_of(integer(32, 1024))},
      {"coils", simulation.coils, list_of(integer(1, 128))},
      {"snr", simulation.snr, list_of(number_from(1, kNoBound))},
      {"acceleration", simulation.acceleration, list_of(number_from(1, kMaxAcceleration))},
  };
}

Fields fields(DataConfig& data) {
  return {
      {"layout", data.layout, Choice<Layout>()},
      {"train", data.train, Text()},
      {"val", data.val, Text()},
      {"fov_crop", data.fov_crop, Choice<FovCrop>()},
      {"crop", data.crop, integer(1, kMaxCrop)},
      {"workers", data.workers, integer(1, kMaxThreads)},
      {"prefetch", data.prefetch, integer(1, kMaxPrefetch)},
      {"mask", fields(data.mask)},
      {"training_masks", data.training_masks, Choice<TrainingMasks>()},
      {"normalization", data.normalization, Choice<Normalization>()},
      {"normalization_fraction", data.normalization_fraction, number_above(0, 1)},
      {"augmentation", fields(data.augmentation)},
      {"subset", data.subset, number_above(0, 1)},
      {"validation_share", data.validation_share, number_from(0, 1).without_max()},
      {"split_seed", data.split_seed, integer(0, kUnlimited)},
      {"simulation", fields(data.simulation)},
  };
}

Fields fields(ScheduleConfig& schedule) {
  return {
      {"kind", schedule.kind, Choice<ScheduleKind>()},
      {"warmup", schedule.warmup, number_from(0, kMaxEpochs)},
      {"milestones", schedule.milestones, list_of(integer(1, kMaxEpochs))},
      {"factor", schedule.factor, number_above(0, 1)},
      {"patience", schedule.patience, integer(1, kMaxEpochs)},
      {"threshold", schedule.threshold, number_from(0, kNoBound)},
      {"lowest", schedule.lowest, number_from(0, 1)},
      {"peak_at", schedule.peak_at, number_above(0, 1).without_max()},
  };
}

Fields fields(FocalConfig& focal) {
  return {
      {"by", focal.by, Choice<FocalBy>()},
      {"gamma", focal.gamma, number_from(0, kMaxGamma)},
  };
}

Fields fields(LossConfig& loss) {
  Fields keys;
  for (const auto& [term, name, weight] : kLossTerms) {
    keys.emplace_back(name, loss.weights[term], number_from(0, kNoBound));
  }
  keys.emplace_back("range", loss.range, Choice<SsimRange>());
  keys.emplace_back("focal", fields(loss.focal));
  return keys;
}

Fields fields(BatchConfig& batch) {
  return {
      {"size", batch.size, integer(1, kMaxBatch)},
      {"at_once", batch.at_once, integer(1, kMaxBatch)},
      {"milestones", batch.milestones, list_of(integer(1, kMaxEpochs))},
      {"factor", batch.factor, integer(2, kMaxBatch)},
  };
}

Fields fields(RateFactors& factors) {
  return {
      {"sensitivity", factors.sensitivity, number_from(0, kNoBound)},
      {"cascades", factors.cascades, number_from(0, kNoBound)},
      {"data_consistency", factors.data_consistency, number_from(0, kNoBound)},
      {"aggregation", factors.aggregation, number_from(0, kNoBound)},
  };
}

Fields fields(OptimizerConfig& optimizer) {
  return {
      {"kind", optimizer.kind, Choice<OptimizerKind>()},
      {"amsgrad", optimizer.amsgrad, Flag()},
      {"momentum", optimizer.momentum, number_from(0, 1).without_max()},
      {"weight_decay", optimizer.weight_decay, number_from(0, kNoBound)},
      {"clip_norm", optimizer.clip_norm, number_from(0, kNoBound)},
      {"rate_factors", fields(optimizer.rate_factors)},
  };
}

Fields fields(PhaseConfig& phase) {
  return {
      {"cascades", phase.cascades, integer(0, kMaxCascades)},
      {"learning_rate", phase.learning_rate, number_from(0, kNoBound)},
      {"epochs", phase.epochs, integer(0, kMaxEpochs)},
      {"added", phase.added, Choice<AddedCascades>()},
      {"transfer", phase.transfer, Choice<Transfer>()},
      {"freeze", phase.freeze, list_of(Text())},
      {"until", phase.until, Choice<PhaseEnd>()},
      {"patience", phase.patience, integer(1, kMaxEpochs)},
  };
}

Fields fields(TrainConfig& train) {
  return {
      {"epochs", train.epochs, integer(1, kMaxEpochs)},
      {"learning_rate", train.learning_rate, number_above(0, kNoBound)},
      {"schedule", fields(train.schedule)},
      {"loss", fields(train.loss)},
      {"batch", fields(train.batch)},
      {"optimizer", fields(train.optimizer)},
      {"ema", train.ema, number_from(0, 1).without_max()},
      {"precision", train.precision, Choice<Precision>()},
      {"checkpointing", train.checkpointing, Flag()},
      {"start", train.start, Text()},
      {"phases", train.phases, list_of(Record<PhaseConfig>{fields})},
      {"seed", train.seed, integer(0, kSeeds)},
      {"save_minutes", train.save_minutes, number_above(0, kNoBound)},
      {"keep", train.keep, integer(0, kMaxEpochs)},
  };
}

namespace {

Fields sections(Fields model, Config& config) {
  return {
      {"model", std::move(model)},
      {"data", fields(config.data)},
      {"train", fields(config.train)},
  };
}

}  // namespace

Fields fields(Config& config) {
  return sections(fields(config.model), config);
}

Fields fields_of_all_networks(Config& config) {
  return sections(fields_of_all_networks(config.model), config);
}

}  // namespace dircn::config
