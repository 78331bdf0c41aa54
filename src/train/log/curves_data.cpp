#include "train/log/curves_data.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "dircn/core/error.h"
#include "train/log/curve_points.h"

namespace dircn {
namespace {

using nlohmann::json;
using Columns = std::map<std::string, Column>;
using Keys = std::vector<std::pair<const char*, json::json_pointer>>;

double number(const json& line, const json::json_pointer& key) {
  return line.contains(key) && line.at(key).is_number() ? line.at(key).get<double>()
                                                        : std::numeric_limits<double>::quiet_NaN();
}

void append(Columns& columns, const Keys& keys, const json& line) {
  for (const auto& [name, key] : keys) {
    columns[name].push_back(number(line, key));
  }
}

const Keys& step_keys() {
  static const Keys keys = {{"step", json::json_pointer("/step")},
                            {"loss", json::json_pointer("/loss")},
                            {"learning_rate", json::json_pointer("/learning_rate")},
                            {"gradient_norm", json::json_pointer("/gradient_norm")}};
  return keys;
}

const Keys& slice_keys() {
  static const Keys keys = {{"gt_ssim", json::json_pointer("/gtSSIM")},
                            {"pred_ssim", json::json_pointer("/predSSIM")}};
  return keys;
}

const Keys& epoch_keys() {
  static const Keys keys = {{"epoch", json::json_pointer("/epoch")},
                            {"loss", json::json_pointer("/loss")},
                            {"gt_ssim", json::json_pointer("/gtSSIM")},
                            {"pred_ssim", json::json_pointer("/predSSIM")},
                            {"learning_rate", json::json_pointer("/learning_rate")},
                            {"slices_per_second", json::json_pointer("/slices_per_second")},
                            {"ssim", json::json_pointer("/validation/ssim")},
                            {"ssim_ema", json::json_pointer("/validation_ema/ssim")},
                            {"zero_filled", json::json_pointer("/validation/ssim_zero_filled")}};
  return keys;
}

Columns empty_columns(const Keys& keys) {
  Columns columns;
  for (const auto& [name, key] : keys) {
    columns[name];
  }
  return columns;
}

class CurvesReader {
 public:
  void add(const json& line);
  json curves();

 private:
  void add_step(const json& line);
  void add_epoch(const json& line);
  void note_phase(const json& line, double step, double epoch);

  Columns steps_ = empty_columns(step_keys());
  Columns epochs_ = empty_columns(epoch_keys());
  Columns scatter_;        // of `epoch_`
  double epoch_ = 0;       // of the last step
  double first_step_ = 0;  // of `epoch_`
  int64_t slices_ = 0;     // in `epoch_`
  double seconds_ = 0;     // of all epochs that have a speed
  json phases_ = json::array();
};

void CurvesReader::add(const json& line) {
  if (!line.is_object() || !line.contains("type")) {
    return;
  }
  const json& type = line.at("type");
  if (type == "step" && !std::isnan(number(line, json::json_pointer("/step")))) {
    add_step(line);
  } else if (type == "epoch" && !std::isnan(number(line, json::json_pointer("/epoch")))) {
    add_epoch(line);
  }
}

void CurvesReader::add_step(const json& line) {
  append(steps_, step_keys(), line);
  const double step = steps_["step"].back();
  const double epoch = number(line, json::json_pointer("/epoch"));
  if (epoch != epoch_) {
    epoch_ = epoch;
    first_step_ = step;
    slices_ = 0;
    scatter_.clear();
  }
  if (line.contains("slices")) {
    for (const json& slice : line.at("slices")) {
      append(scatter_, slice_keys(), slice);
      ++slices_;
    }
  }
  note_phase(line, step, epoch);
}

void CurvesReader::add_epoch(const json& line) {
  append(epochs_, epoch_keys(), line);
  const Column& steps = steps_["step"];
  const double last_step = steps.empty() ? 0 : steps.back();
  epochs_["middle_step"].push_back((first_step_ + last_step) / 2);
  const double speed = epochs_["slices_per_second"].back();
  if (speed > 0) {  // not of an epoch that was resumed after its last slice
    seconds_ += static_cast<double>(slices_) / speed;
  }
  note_phase(line, first_step_, epochs_["epoch"].back());
}

void CurvesReader::note_phase(const json& line, double step, double epoch) {
  if (!line.contains("phase") || !line.at("phase").is_number_integer()) {
    return;
  }
  const std::string name = "phase " + line.at("phase").dump();
  if (phases_.empty() || phases_.back().at("name") != name) {
    phases_.push_back({{"name", name}, {"step", step}, {"epoch", epoch}});
  }
}

json CurvesReader::curves() {
  const size_t count = steps_["step"].size();
  const std::vector<size_t> edges = point_edges(count);
  const size_t window = std::min(std::max<size_t>(count / 100, 5), std::min<size_t>(count, 1000));
  json steps;
  for (const auto& [name, column] : steps_) {
    steps[name] = means(column, edges);
  }
  steps["running_loss"] = means(running_mean(steps_["loss"], window), edges);
  epochs_.try_emplace("middle_step");
  json epochs;
  for (const auto& [name, column] : epochs_) {
    epochs[name] = means(column, point_edges(column.size()));
  }
  return {{"steps", std::move(steps)},
          {"epochs", std::move(epochs)},
          {"scatter",
           {{"epoch", epoch_},
            {"gt_ssim", some(scatter_["gt_ssim"])},
            {"pred_ssim", some(scatter_["pred_ssim"])}}},
          {"phases", phases_},
          {"step_count", count},
          {"steps_per_point",
           static_cast<double>(count) / static_cast<double>(std::max<size_t>(edges.size() - 1, 1))},
          {"running_steps", window},
          {"seconds", seconds_}};
}

}  // namespace

nlohmann::json read_curves(const std::filesystem::path& metrics) {
  std::ifstream file(metrics);
  CurvesReader reader;
  std::string line;
  while (std::getline(file, line)) {
    reader.add(json::parse(line, nullptr, false));
  }
  require(file.eof(), [&] {
    return Error::Parts{metrics.string(), "a file that cannot be read", "JSON lines of a run", ""};
  });
  return reader.curves();
}

}  // namespace dircn
