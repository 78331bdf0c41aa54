#include "train/log/run_log.h"

#include <string>

#include "dircn/core/log.h"
#include "train/log/curves_page.h"

namespace dircn {

RunLog::RunLog(const RunFolder& folder, int64_t metrics_bytes, int64_t steps)
    : folder_(folder),
      metrics_(folder.metrics(), metrics_bytes),
      events_(folder.events(), steps + 1) {}

void RunLog::add(const StepRecord& record) {
  metrics_.append(to_json(record));
  events_.add_scalar("train/loss", record.mean(&SliceRecord::loss), record.step);
  for (const auto& [name, value] : record.terms()) {
    events_.add_scalar("train/" + name, value, record.step);
  }
  events_.add_scalar("train/gtSSIM", record.mean(&SliceRecord::input_distance), record.step);
  events_.add_scalar("train/predSSIM", record.mean(&SliceRecord::output_distance), record.step);
  events_.add_scalar("train/learning_rate", record.learning_rate, record.step);
  events_.add_scalar("train/gradient_norm", record.gradient_norm, record.step);
}

void RunLog::add(const EpochRecord& record) {
  metrics_.append(to_json(record));
  events_.add_scalar("epoch/loss", record.loss, record.step);
  if (record.slices_per_second) {
    events_.add_scalar("epoch/slices_per_second", *record.slices_per_second, record.step);
  }
  if (record.validation) {
    add_scores("validation", *record.validation, record.step);
  }
  if (record.validation_ema) {
    add_scores("validation_ema", *record.validation_ema, record.step);
  }
  write_curves_page(folder_.metrics(), folder_.curves(),
                    std::filesystem::absolute(folder_.path()).filename().string());
  log_info(to_text(record));
}

void RunLog::add_scores(const char* prefix, const ValidationScores& scores, int64_t step) {
  const std::string group = std::string(prefix) + "/";
  events_.add_scalar(group + "loss", scores.loss, step);
  events_.add_scalar(group + "SSIM", scores.ssim, step);
  events_.add_scalar(group + "PSNR", scores.psnr, step);
  events_.add_scalar(group + "NMSE", scores.nmse, step);
  if (scores.picture.defined()) {
    events_.add_image(group + "zero-filled, reconstruction, target, error", scores.picture, step);
  }
}

int64_t RunLog::synced_metrics() {
  return metrics_.synced_size();
}

}  // namespace dircn
