#include "dircn/train/training_records.h"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "dircn/core/progress.h"
#include "dircn/core/text.h"

namespace dircn {

std::string to_json(const StepRecord& record) {
  return nlohmann::json{{"type", "step"},
                        {"epoch", record.epoch},
                        {"step", record.step},
                        {"slice", record.slice},
                        {"loss", record.loss},
                        {"ssim_loss", record.ssim_loss},
                        {"l1_loss", record.l1_loss},
                        {"gtSSIM", record.gt_ssim},
                        {"predSSIM", record.pred_ssim}}
      .dump();
}

std::string to_json(const EpochRecord& record) {
  nlohmann::json line{{"type", "epoch"},
                      {"epoch", record.epoch},
                      {"learning_rate", record.learning_rate},
                      {"loss", record.loss},
                      {"gtSSIM", record.gt_ssim},
                      {"predSSIM", record.pred_ssim},
                      {"slices_per_second", record.slices_per_second},
                      {"data_wait", record.data_wait}};
  if (record.validation) {
    line["validation"] = {{"loss", record.validation->loss},
                          {"ssim", record.validation->ssim},
                          {"ssim_zero_filled", record.validation->ssim_zero_filled},
                          {"psnr", record.validation->psnr},
                          {"nmse", record.validation->nmse}};
  }
  return line.dump();
}

std::string to_text(const EpochRecord& record) {
  std::string text = "epoch " + std::to_string(record.epoch) + "/" + std::to_string(record.epochs) +
                     ": loss " + four_digits(record.loss);
  if (record.validation) {
    text += ", validation SSIM " + four_digits(record.validation->ssim) + " (zero-filled " +
            four_digits(record.validation->ssim_zero_filled) + ")";
  }
  std::array<char, 128> speed{};
  std::snprintf(speed.data(), speed.size(), ", rate %.2g, %.3g slices/s, data wait %.1f %%",
                record.learning_rate, record.slices_per_second, 100 * record.data_wait);
  text += speed.data();
  return record.epoch < record.epochs ? text + ", " + duration_text(record.seconds_left) + " left"
                                      : text;
}

}  // namespace dircn
