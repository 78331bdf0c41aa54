#include "train/state/training_records.h"

#include <nlohmann/json.hpp>

#include "dircn/core/progress.h"
#include "dircn/core/text.h"

namespace dircn {
namespace {

nlohmann::json to_json(const ValidationScores& scores) {
  return {{"loss", scores.loss},
          {"ssim", scores.ssim},
          {"ssim_zero_filled", scores.ssim_zero_filled},
          {"psnr", scores.psnr},
          {"nmse", scores.nmse}};
}

/// One line; what is not UTF-8 in the name of a file is replaced.
std::string text_of(const nlohmann::json& line) {
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

nlohmann::json to_json(const SliceRecord& slice) {
  return {{"name", slice.name},
          {"loss", slice.loss},
          {"gtSSIM", slice.input_distance},
          {"predSSIM", slice.output_distance},
          {"weight", slice.weight}};
}

}  // namespace

double StepRecord::mean(double SliceRecord::*number) const {
  double sum = 0;
  for (const SliceRecord& slice : slices) {
    sum += slice.*number;
  }
  return sum / static_cast<double>(slices.size());
}

std::vector<std::pair<std::string, double>> StepRecord::terms() const {
  auto means = slices.front().terms;
  for (size_t i = 1; i < slices.size(); ++i) {
    for (size_t term = 0; term < means.size(); ++term) {
      means[term].second += slices[i].terms[term].second;
    }
  }
  for (auto& [name, value] : means) {
    value /= static_cast<double>(slices.size());
  }
  return means;
}

std::string to_json(const StepRecord& record) {
  nlohmann::json line{{"type", "step"},
                      {"phase", record.phase},
                      {"epoch", record.epoch},
                      {"step", record.step},
                      {"learning_rate", record.learning_rate},
                      {"gradient_norm", record.gradient_norm},
                      {"loss", record.mean(&SliceRecord::loss)},
                      {"gtSSIM", record.mean(&SliceRecord::input_distance)},
                      {"predSSIM", record.mean(&SliceRecord::output_distance)}};
  for (const auto& [name, value] : record.terms()) {
    line["loss_terms"][name] = value;
  }
  for (const SliceRecord& slice : record.slices) {
    line["slices"].push_back(to_json(slice));
  }
  return text_of(line);
}

std::string to_json(const EpochRecord& record) {
  nlohmann::json line{{"type", "epoch"},
                      {"phase", record.phase},
                      {"epoch", record.epoch},
                      {"step", record.step},
                      {"learning_rate", record.learning_rate},
                      {"loss", record.loss},
                      {"gtSSIM", record.input_distance},
                      {"predSSIM", record.output_distance}};
  if (record.slices_per_second) {
    line["slices_per_second"] = *record.slices_per_second;
    line["data_wait"] = record.data_wait.value_or(0);
  }
  if (record.validation) {
    line["validation"] = to_json(*record.validation);
  }
  if (record.validation_ema) {
    line["validation_ema"] = to_json(*record.validation_ema);
  }
  return text_of(line);
}

std::string to_text(const EpochRecord& record) {
  std::string text = "epoch " + std::to_string(record.epoch) + "/" + std::to_string(record.epochs) +
                     ": loss " + fixed(record.loss, 4);
  if (record.validation) {
    text += ", validation SSIM " + fixed(record.validation->ssim, 4) +
            (record.validation_ema ? ", EMA " + fixed(record.validation_ema->ssim, 4) : "") +
            " (zero-filled " + fixed(record.validation->ssim_zero_filled, 4) + ")";
  }
  text += ", rate " + significant(record.learning_rate, 2);
  if (record.slices_per_second) {
    text += ", " + significant(*record.slices_per_second, 3) + " slices/s, data wait " +
            fixed(100 * record.data_wait.value_or(0), 1) + " %";
  }
  const bool goes_on = record.epoch < record.epochs && record.seconds_left;
  return goes_on ? text + ", " + duration_text(*record.seconds_left) + " left" : text;
}

}  // namespace dircn
