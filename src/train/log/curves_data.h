#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

namespace dircn {

/// What assets/curves.js draws, from a run's metrics.jsonl: objects of columns, which are lists of
/// equal length with null where a number was not recorded.
///
///     steps     step, loss, running_loss, learning_rate, gradient_norm: 4000 points at most
///     epochs    epoch, middle_step, loss, gt_ssim, pred_ssim, learning_rate, ssim, ssim_ema, ...
///     scatter   epoch (a number), gt_ssim, pred_ssim: slices of the last epoch, 4000 at most
///     phases    [{name, step, epoch}]: where each begins
///     step_count, steps_per_point, running_steps, seconds (of training)
///
/// Lines that are no JSON (the last one, torn, say) are left out. Throws `Error` if the file cannot
/// be read.
nlohmann::json read_curves(const std::filesystem::path& metrics);

}  // namespace dircn
