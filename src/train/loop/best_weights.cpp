#include "train/loop/best_weights.h"

#include <filesystem>

#include "dircn/core/error.h"
#include "dircn/core/log.h"
#include "dircn/model/checkpoint.h"

namespace dircn::detail {
namespace {

using Score = double RunPosition::*;

/// Whether `score` was reached, and its weights are not those in `file`.
bool is_lost(Score score, const RunPosition& position, const std::filesystem::path& file) {
  if (position.*score < 0) {
    return false;
  }
  if (!std::filesystem::exists(file)) {
    return true;
  }
  try {
    const RunPosition then = position_of(load_checkpoint(file));
    return then.*score != position.*score || then.epoch > position.epoch;
  } catch (const Error& error) {
    log_warning(reason(error));
    return true;
  }
}

}  // namespace

void forget_lost_best(TrainingState& state, const RunFolder& folder) {
  RunPosition& position = state.position;
  if (is_lost(&RunPosition::best_ssim, position, folder.best())) {
    position.best_ssim = -1;
  }
  if (is_lost(&RunPosition::best_ema_ssim, position, folder.best_ema())) {
    position.best_ema_ssim = -1;
  }
  if (is_lost(&RunPosition::phase_best_ssim, position, folder.phase_best())) {
    position.phase_best_ssim = -1;
    state.overfitting.forget();
  }
}

}  // namespace dircn::detail
