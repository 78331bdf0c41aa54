#include "bench/options.h"

#include "dircn/runtime/simd.h"

namespace dircn::bench {
namespace {

std::vector<Form> forms_of(const std::string& form) {
  return form == "both" ? std::vector<Form>{Form::literal, Form::fast}
                        : std::vector<Form>{enum_value<Form>(form, "--form")};
}

void add_task(std::vector<Task>& tasks, Task task, const std::string& form) {
  if (task.mode == Mode::floor) {
    tasks.push_back(task);
    return;
  }
  for (const Form each : forms_of(form)) {
    tasks.push_back(task);
    tasks.back().form = each;
    tasks.back().checkpointing =
        task.checkpointing && task.mode == Mode::train && each == Form::fast;
  }
  if (task.mode == Mode::infer && tasks.back().form == Form::fast) {
    task.mode = Mode::floor;
    tasks.push_back(task);
  }
}

}  // namespace

void Options::add_to(CLI::App& app) {
  config.add_to(app, "YAML with the model to time (default: the challenge's)");
  add_choice<Mode>(
      app, "--mode", task.mode,
      "infer (one slice), train (one step: forward, backward, optimiser; with the default "
      "loss and optimiser, whatever the configuration says), floor (an inference's "
      "convolutions, each alone) or loader");
  add_precision_option(app, task.precision);
  app.add_flag("--checkpointing", task.checkpointing,
               "With --mode train: compute cascades again in the backward pass, as "
               "train.checkpointing does");
  app.add_option("--cascades", cascades, "Instead of model.cascades; several: one after another")
      ->check(CLI::Range(1, 1000));
  app.add_option("--coils", coils, "Receive coils; several: one after another")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app.add_option("--size", task.size, "Height and width of a slice")
      ->check(CLI::Range(16, 4096))
      ->capture_default_str();
  takes_one_of(app.add_option("--form", form,
                              "fast, literal (in memory as the C library manages it) or both"),
               {"fast", "literal", "both"})
      ->capture_default_str();
  app.add_option("--repeat", task.repeat, "Runs that count, after one that does not")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  add_device_option(app, task.device);
  takes_one_of(app.add_option("--simd", simd,
                              "Instructions on the CPU, for dircn's kernels and LibTorch's "
                              "(default: the best that it has)"),
               simd_targets());
  add_loader_options(app, loader);
  app.add_option("--json", json_file, "Write the results to this file, too");
  app.add_flag("--child", child)->group("");  // how this program starts itself for one task
}

void Options::check() const {
  if (task.mode == Mode::loader && loader.data.empty()) {
    throw CLI::RequiredError("--mode loader: --data");
  }
  if (task.checkpointing && (task.mode != Mode::train || form != "fast")) {
    throw CLI::ValidationError("--checkpointing", "is for --mode train with --form fast");
  }
}

std::vector<Task> tasks_of(const Options& options, const Config& config) {
  const auto cascades =
      options.cascades.empty() ? std::vector<int64_t>{config.model.cascades} : options.cascades;
  std::vector<Task> tasks;
  for (const int64_t number : cascades) {
    for (const int64_t coils : options.coils) {
      Task task = options.task;
      task.model = config.model;
      task.model.cascades = number;
      task.checkpointing = task.checkpointing || config.train.checkpointing;
      task.coils = coils;
      add_task(tasks, task, options.form);
    }
  }
  return tasks;
}

std::vector<std::string> child_arguments(const Options& options, const Task& task) {
  std::vector<std::string> arguments{"--child",
                                     "--mode",
                                     to_string(task.mode),
                                     "--form",
                                     to_string(task.form),
                                     "--precision",
                                     to_string(task.precision),
                                     "--cascades",
                                     std::to_string(task.model.cascades),
                                     "--coils",
                                     std::to_string(task.coils),
                                     "--size",
                                     std::to_string(task.size),
                                     "--repeat",
                                     std::to_string(task.repeat),
                                     "--device",
                                     task.device};
  if (options.task.checkpointing) {
    arguments.emplace_back("--checkpointing");
  }
  if (!options.config.file.empty()) {
    arguments.insert(arguments.end(), {"--config", options.config.file});
  }
  for (const auto& change : options.config.overrides) {
    arguments.insert(arguments.end(), {"--set", change});
  }
  return arguments;
}

}  // namespace dircn::bench
