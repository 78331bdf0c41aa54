#include "dircn/train/training_state.h"

#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/core/log.h"
#include "dircn/io/checkpoint.h"
#include "dircn/io/module_state.h"
#include "dircn/train/optimizer.h"

namespace dircn {
namespace {

constexpr const char* kOptimizer = "optimizer";
constexpr const char* kConfig = "config";
constexpr const char* kTraining = "training";
constexpr const char* kOtherRun =
    "Resume with the configuration of that run (its config.yaml), or start a new one in another "
    "--output.";

PickleDict to_dict(const RunPosition& position) {
  return {{"epoch", position.epoch},
          {"slices", position.slices},
          {"steps", position.steps},
          {"slices_in_epoch", position.slices_in_epoch},
          {"loss_sum", position.loss_sum},
          {"gt_ssim_sum", position.gt_ssim_sum},
          {"pred_ssim_sum", position.pred_ssim_sum},
          {"best_ssim", position.best_ssim},
          {"best_epoch", position.best_epoch},
          {"metrics_bytes", position.metrics_bytes}};
}

RunPosition position_from(const PickleDict& dict, const std::string& subject) {
  const auto integer = [&](const char* key) {
    const int64_t value = dict.at(key, subject).as_int(subject + ": " + key);
    require(value >= 0, [&] {
      return Error::Parts{subject + ": " + key, std::to_string(value), "0 or more", ""};
    });
    return value;
  };
  const auto number = [&](const char* key) {
    return dict.at(key, subject).as_double(subject + ": " + key);
  };
  RunPosition position;
  position.epoch = integer("epoch");
  position.slices = integer("slices");
  position.steps = integer("steps");
  position.slices_in_epoch = integer("slices_in_epoch");
  position.loss_sum = number("loss_sum");
  position.gt_ssim_sum = number("gt_ssim_sum");
  position.pred_ssim_sum = number("pred_ssim_sum");
  position.best_ssim = number("best_ssim");
  position.best_epoch = integer("best_epoch");
  position.metrics_bytes = integer("metrics_bytes");
  require(position.slices <= position.slices_in_epoch, [&] {
    return Error::Parts{subject, std::to_string(position.slices) + " slices done",
                        "at most the " + std::to_string(position.slices_in_epoch) + " of an epoch",
                        ""};
  });
  return position;
}

/// What a run must not change on its way.
bool is_fixed(const std::string& key) {
  return key.rfind("model.", 0) == 0 || key == "train.seed";
}

void compare(const Config& before, const Config& now, const std::string& name) {
  std::string fixed;
  std::string changed;
  for (const auto& [key, old_value, new_value] : differences(before, now)) {
    std::string& list = is_fixed(key) ? fixed : changed;
    list.append(list.empty() ? "" : ", ").append(key).append(" ");
    list.append(old_value).append(" there, ").append(new_value).append(" here");
  }
  require(fixed.empty(), [&] {
    return Error::Parts{name, "a checkpoint of another configuration: " + fixed,
                        "the same model and seed", kOtherRun};
  });
  if (!changed.empty()) {
    log_warning("continuing with another configuration than that of " + name + ": " + changed);
  }
}

}  // namespace

void save_training_state(const std::filesystem::path& path, const Dircn& network,
                         torch::optim::Adam& optimizer, const Config& config,
                         const RunPosition& position) {
  save_checkpoint(path, state_of(*network), network->config(),
                  {{"epoch", position.epoch},
                   {kOptimizer, adam_state(optimizer, network->parameters())},
                   {kConfig, to_yaml(config)},
                   {kTraining, to_dict(position)}});
}

RunPosition load_training_state(const std::filesystem::path& path, Dircn& network,
                                torch::optim::Adam& optimizer, const Config& config) {
  const std::string name = path.string();
  const auto checkpoint = load_checkpoint(path);
  const auto& contents = checkpoint.contents.as_dict(name);
  for (const char* key : {kOptimizer, kConfig, kTraining}) {
    require(contents.find(key) != nullptr, [&] {
      return Error::Parts{name, "a checkpoint without '" + std::string(key) + "'",
                          "one that dircn_train wrote", "Resume from a run's last.pt."};
    });
  }
  const std::string subject = name + ": " + kTraining;
  compare(parse_config(contents.at(kConfig).as_string(name + ": " + kConfig), name), config, name);
  const auto position = position_from(contents.at(kTraining).as_dict(subject), subject);
  load_state(*network, checkpoint);
  load_adam_state(optimizer, network->parameters(), contents.at(kOptimizer), path);
  return position;
}

}  // namespace dircn
