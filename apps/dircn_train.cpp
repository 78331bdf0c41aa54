// Trains a network.

#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

#include "command_line.h"
#include "dircn/core/interrupt.h"
#include "dircn/core/log.h"
#include "dircn/train/run_folder.h"
#include "dircn/train/train.h"

namespace fs = std::filesystem;

namespace {

/// The checkpoint to continue from; none for a new run.
std::optional<fs::path> start_of(const std::string& resume, const dircn::RunFolder& folder) {
  const bool exists = fs::exists(folder.last());
  if (resume == "auto") {
    return exists ? std::optional<fs::path>(folder.last()) : std::nullopt;
  }
  dircn::require(!exists || !resume.empty(), [&] {
    return dircn::Error::Parts{folder.path().string(), "an earlier run", "an empty folder",
                               "Add --resume auto to continue it, or choose another --output."};
  });
  if (resume.empty()) {
    return std::nullopt;
  }
  std::error_code ignored;
  const bool of_this_run =
      fs::equivalent(fs::absolute(resume).parent_path(), folder.path(), ignored);
  dircn::require(!exists || of_this_run, [&] {
    return dircn::Error::Parts{folder.path().string(), "an earlier run", "an empty folder",
                               "To continue another run's checkpoint, choose another --output."};
  });
  return resume;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Trains a network on data.train of a configuration, in one go or by the phases of "
      "train.phases, "
      "and validates it after each epoch, on data.val or the data.validation_share of data.train. "
      "The run's folder gets config.yaml, train.log, metrics.jsonl (one line a step, one an "
      "epoch), curves.html and tensorboard/ (the same, drawn), last.pt, epoch-0007.pt and so on "
      "(the last few), best.pt, best_ema.pt (the moving average), phase_best.pt (what a phase "
      "hands on) and failed.pt (the state that came upon NaN or Inf). Ctrl-C (SIGINT) and SIGTERM "
      "finish the step, save and exit with status 0; --resume auto continues."};
  std::string output;
  std::string resume;
  std::string device = "auto";
  dircn::ConfigOptions config;
  config.add_to(app, "YAML: model, data and training; configs/base.yaml explains every key");
  app.add_option("--output", output, "Folder of the run (default: runs/NAME of NAME.yaml)");
  app.add_option("--resume", resume,
                 "auto (continue the run in --output, or begin it) or a checkpoint of dircn_train");
  dircn::add_device_option(app, device);

  return dircn::run_command(app, argc, argv, config, [&] {
    const dircn::Config settings = config.load();
    const auto name = config.file.empty() ? fs::path("default") : fs::path(config.file).stem();
    const dircn::RunFolder folder(output.empty() ? fs::path("runs") / name : fs::path(output));
    const auto start = start_of(resume, folder);
    dircn::set_log_file(folder.log().string());
    dircn::catch_interrupts();
    if (!dircn::train(settings, dircn::select_device(device), folder, start)) {
      dircn::log_info("interrupted; saved " + folder.last().string() +
                      "; continue by the same command with --resume auto");
      return 0;
    }
    dircn::log_info("trained; the run is in " + folder.path().string());
    return 0;
  });
}
