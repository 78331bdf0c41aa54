#include "train/state/run_position.h"

#include "dircn/core/error.h"
#include "dircn/model/checkpoint.h"

namespace dircn {
namespace {

/// Calls `visit(key, member)` for every member; `Position` may be const.
template <typename Position, typename Visit>
void for_each_member(Position& position, Visit visit) {
  visit("start_cascades", position.start_cascades);
  visit("phase", position.phase);
  visit("phase_epoch", position.phase_epoch);
  visit("overfitted", position.overfitted);
  visit("epoch", position.epoch);
  visit("slices", position.slices);
  visit("steps", position.steps);
  visit("slices_in_epoch", position.slices_in_epoch);
  visit("loss_sum", position.loss_sum);
  visit("gt_ssim_sum", position.input_distance_sum);
  visit("pred_ssim_sum", position.output_distance_sum);
  visit("best_ssim", position.best_ssim);
  visit("best_epoch", position.best_epoch);
  visit("best_ema_ssim", position.best_ema_ssim);
  visit("phase_best_ssim", position.phase_best_ssim);
  visit("metrics_bytes", position.metrics_bytes);
}

void read(int64_t& member, const PickleValue& value, const std::string& subject) {
  member = value.as_int(subject);
  require(member >= 0, [&] {
    return Error::Parts{subject, std::to_string(member), "0 or more", ""};
  });
}

void read(double& member, const PickleValue& value, const std::string& subject) {
  member = value.as_double(subject);
}

void read(bool& member, const PickleValue& value, const std::string& subject) {
  member = value.as_bool(subject);
}

}  // namespace

void begin_epoch(RunPosition& position) {
  position.slices = 0;
  position.loss_sum = position.input_distance_sum = position.output_distance_sum = 0;
}

PickleDict to_dict(const RunPosition& position) {
  PickleDict dict;
  for_each_member(position, [&](const char* key, const auto& member) { dict.set(key, member); });
  return dict;
}

RunPosition position_of(const Checkpoint& checkpoint) {
  const std::string name = checkpoint.path.string();
  const std::string subject = name + ": " + kPosition;
  const auto& dict = checkpoint.contents.as_dict(name).at(kPosition, name).as_dict(subject);
  RunPosition position;
  for_each_member(position, [&](const char* key, auto& member) {
    read(member, dict.at(key, subject), subject + ": " + key);
  });
  require(position.slices <= position.slices_in_epoch, [&] {
    return Error::Parts{subject, std::to_string(position.slices) + " slices done",
                        "at most the " + std::to_string(position.slices_in_epoch) + " of an epoch",
                        ""};
  });
  return position;
}

}  // namespace dircn
