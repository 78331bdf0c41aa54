#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "dircn/config/model_config.h"
#include "dircn/core/precision.h"

namespace dircn::bench {

enum class Mode { infer, train, loader };  // the last has its own: bench/loader.h
enum class Form { fast, literal };

struct Task {
  ModelConfig model;
  Mode mode = Mode::infer;
  Form form = Form::fast;
  Precision precision = Precision::fp32;
  int64_t coils = 15;
  int64_t size = 384;  // height and width
  int64_t repeat = 5;
  std::string device = "auto";
};

/// Times `task` in this process, on synthetic k-space with a 4-fold mask: one warm-up run, `repeat`
/// runs, one more for the shares of the parts. One entry of the report's `results`: {mode,
/// precision, form, seconds_median, seconds_min, peak_bytes, parts}. `peak_bytes` is the process's
/// largest resident memory, or on a GPU the allocator's peak.
nlohmann::json measure(const Task& task);

/// Runs this program again with `arguments` and returns the JSON that it prints. A process of its
/// own for every form, because a process's peak memory never falls.
nlohmann::json in_child_process(const std::vector<std::string>& arguments);

}  // namespace dircn::bench
