#include "bench/report.h"

#include <torch/types.h>
#include <torch/utils.h>
#include <torch/version.h>

#include <filesystem>
#include <optional>

#include "bench/loader.h"
#include "bench/machine.h"
#include "bench/measure.h"
#include "dircn/core/atomic_file.h"
#include "dircn/core/run_program.h"
#include "dircn/runtime/device.h"
#include "dircn/runtime/memory.h"
#include "dircn/runtime/simd.h"

namespace dircn::bench {
namespace {

/// What this program prints when it is run again with `arguments`. A process of its own for every
/// form, because a process's peak memory never falls.
nlohmann::json in_child_process(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), std::filesystem::read_symlink("/proc/self/exe"));
  return nlohmann::json::parse(run_program(arguments, ErrorOutput::passed_on));
}

nlohmann::json measure_all(const Options& options, const Config& config) {
  auto results = nlohmann::json::array();
  if (options.task.mode == Mode::loader) {
    keep_freed_memory();
    results.push_back(measure_loader(options.loader, config));
    return results;
  }
  for (const auto& task : tasks_of(options, config)) {
    results.push_back(in_child_process(child_arguments(options, task)));
  }
  return results;
}

}  // namespace

nlohmann::json make_report(const std::vector<std::string>& command, const Options& options,
                           const Config& config) {
  std::optional<AtomicFile> file;
  if (!options.json_file.empty()) {
    file.emplace(options.json_file);
  }
  if (!options.simd.empty()) {
    use_simd_target(options.simd);
  }
  const bool loads = options.task.mode == Mode::loader;
  nlohmann::json report{{"command", command},
                        {"libtorch", TORCH_VERSION},
                        {"device", select_device(loads ? "cpu" : options.task.device).str()},
                        {"threads", torch::get_num_threads()},
                        {"processor", processor_name()},
                        {"simd", simd_target()}};
  const OtherLoad others;
  report["results"] = measure_all(options, config);
  if (const auto cores = others.cores()) {
    report["cores_used_by_others"] = *cores;
  }
  if (file) {
    file->commit(report.dump(2) + "\n");
  }
  return report;
}

nlohmann::json measure_here(const Task& task) {
  if (task.form == Form::fast) {
    keep_freed_memory();
  }
  return task.mode == Mode::floor ? measure_floor(task) : measure(task);
}

}  // namespace dircn::bench
