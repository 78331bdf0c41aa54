// Scores reconstructions, or networks on their validation set, and reports on them.

#include <cstdint>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "command_line.h"
#include "dircn/config/names.h"
#include "dircn/core/interrupt.h"
#include "dircn/evaluate/evaluate.h"
#include "dircn/evaluate/evaluated_runs.h"
#include "dircn/runtime/device.h"

namespace dircn {
namespace {

/// The command line.
struct EvalOptions {
  std::string target;
  std::string reconstruction;
  std::vector<std::string> checkpoints;
  std::vector<std::string> compared;
  std::string device = "auto";
  std::optional<ScorePreset> preset;
  bool flips = false;
  int64_t report_volumes = ReportOptions().volumes;
  ConfigOptions config;
  EvaluationFiles files;

  void add_to(CLI::App& app) {
    add_sources(app);
    add_outputs(app);
    app.callback([this] { require_sources(); });
  }

  /// What is to be scored.
  std::vector<EvaluatedRun> runs(const Config& settings) const {
    const auto folder = [&](const RunSource& source) {
      return folder_run(source, target, preset, settings.data);
    };
    const auto networks = [&](const std::string& name,
                              const std::vector<std::filesystem::path>& paths) {
      return network_run(name, paths, settings, {select_device(device), Precision::fp32, flips},
                         preset);
    };
    if (!reconstruction.empty()) {
      return {folder({run_name(reconstruction), reconstruction})};
    }
    if (!checkpoints.empty()) {
      const std::string name = checkpoints.size() == 1 ? run_name(checkpoints.front()) : "ensemble";
      return {networks(name, {checkpoints.begin(), checkpoints.end()})};
    }
    std::vector<EvaluatedRun> all;
    for (const auto& source : run_sources(compared)) {
      all.push_back(target.empty() ? networks(source.name, {source.path}) : folder(source));
    }
    return all;
  }

  ReportOptions report(const Config& settings) const {
    ReportOptions options;
    options.volumes = report_volumes;
    if (config.given()) {
      options.configuration = to_yaml(settings);
    }
    return options;
  }

 private:
  void add_sources(CLI::App& app) {
    auto* target_option =
        app.add_option("--target", target, "Folder of image files (acc4/image/, image/ or plain)");
    auto* reconstruction_option =
        app.add_option("--reconstruction", reconstruction, "Folder that dircn_reconstruct wrote");
    auto* checkpoint_option = app.add_option(
        "--checkpoint", checkpoints,
        "Trained network that reconstructs data.val; of several the mean of their images");
    auto* compare_option = app.add_option(
        "--compare", compared,
        "Several of them side by side, each PATH or NAME=PATH: folders with --target, checkpoints "
        "with --config; each is compared with the first one, slice by slice");
    config.add_to(app,
                  "YAML: data.val, data.layout, fov_crop and mask; of the model what a checkpoint "
                  "does not tell");
    add_device_option(app, device);
    app.add_flag(
        "--flips", flips,
        "Networks also reconstruct each slice mirrored in three ways, and the mean counts: "
        "four times the time");
    reconstruction_option->needs(target_option)->excludes(checkpoint_option);
    compare_option->excludes(reconstruction_option)->excludes(checkpoint_option);
    target_option->excludes(checkpoint_option);
    app.get_option("--device")->excludes(target_option);
    app.get_option("--flips")->excludes(target_option);
    add_choice<ScorePreset>(
        app, "--preset", preset,
        "Rule of the scores (default: fastmri for fastMRI's files, else snu2022; to be "
        "named where files of both are mixed)");
  }

  void add_outputs(CLI::App& app) {
    app.add_option("--json", files.json, "Also write the scores, down to each slice, to this file");
    app.add_option("--csv", files.csv, "Also write a table of all slices");
    app.add_option(
        "--picture", files.picture,
        "Also draw the slice of median SSIM (of the first run) as a PNG: zero-filled, each run's "
        "reconstruction, target and 5 times each run's error, side by side");
    auto* report_option = app.add_option(
        "--report", files.report,
        "Also write FOLDER/index.html, a page that opens offline: tables, charts, worst and best "
        "slices, a viewer of volumes");
    app.add_option("--report-volumes", report_volumes,
                   "Volumes at most whose slices are shown there")
        ->check(CLI::Range(0, 1000))
        ->capture_default_str()
        ->needs(report_option);
  }

  void require_sources() const {
    if (config.print) {
      return;
    }
    const bool files_given = !reconstruction.empty();
    const bool networks_given = !checkpoints.empty();
    if (!files_given && !networks_given && compared.empty()) {
      throw CLI::RequiredError("--target and --reconstruction, or --config and --checkpoint,");
    }
    if (!compared.empty() && compared.size() < 2) {
      throw CLI::ValidationError("--compare", "one source alone has nothing to be compared with");
    }
    if (target.empty() && !config.given()) {
      throw CLI::RequiredError("--config, which names data.val,");
    }
  }
};

}  // namespace
}  // namespace dircn

int main(int argc, char** argv) {
  CLI::App app{
      "Scores reconstructed volumes beside the zero-filled ones by the rules of the SNU fastMRI "
      "challenge or of fastMRI. With --target, files belong together by name: "
      "TARGET/acc4/image/a.h5 (`image_label`, `image_input` [slices, height, width], attribute "
      "`max`) or fastMRI's a.h5 (`reconstruction_rss`), and RECON/acc4/a.h5 (`reconstruction`). "
      "With --config, networks reconstruct data.val and are timed. Exit status 1 if a volume is "
      "missing, extra or unusable; the others are scored nonetheless."};
  dircn::EvalOptions options;
  options.add_to(app);
  return dircn::run_command(app, argc, argv, options.config, [&] {
    const dircn::Config settings = options.config.load(dircn::ModelFrom::checkpoint);
    dircn::catch_interrupts();
    const auto runs = options.runs(settings);
    return dircn::evaluate(runs, options.files, std::cout, options.report(settings)) ? 0 : 1;
  });
}
