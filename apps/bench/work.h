#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "dircn/config/model_config.h"
#include "dircn/config/names.h"
#include "dircn/config/train_config.h"

namespace dircn::bench {

enum class Mode { infer, train, floor, loader };  // the last two: bench/measure.h, bench/loader.h
enum class Form { fast, literal };

/// What is measured at once.
struct Task {
  ModelConfig model;
  Mode mode = Mode::infer;
  Form form = Form::fast;
  Precision precision = Precision::fp32;
  bool checkpointing = false;  // of the fast form's training step
  int64_t coils = 15;
  int64_t size = 384;  // height and width
  int64_t repeat = 5;
  std::string device = "auto";
};

/// What a result says of its task: {mode, precision, network, cascades, coils, size}, and of a
/// training step {checkpointing}.
nlohmann::json describe(const Task& task);

/// One inference, or one training step, of the task's form of the network on synthetic k-space with
/// a 4-fold mask.
std::function<void()> unit_of_work(const Task& task, torch::Device device);

/// The wall time of `work`, with what it started on a GPU.
double seconds_of(const std::function<void()>& work, torch::Device device);

double median(std::vector<double> values);

/// The largest resident memory that this process has had.
int64_t peak_resident_bytes();

}  // namespace dircn::bench

namespace dircn {

template <>
struct EnumNames<bench::Mode> {
  static constexpr std::pair<bench::Mode, const char*> kTable[] = {{bench::Mode::infer, "infer"},
                                                                   {bench::Mode::train, "train"},
                                                                   {bench::Mode::floor, "floor"},
                                                                   {bench::Mode::loader, "loader"}};
};

template <>
struct EnumNames<bench::Form> {
  static constexpr std::pair<bench::Form, const char*> kTable[] = {
      {bench::Form::fast, "fast"}, {bench::Form::literal, "literal"}};
};

}  // namespace dircn
