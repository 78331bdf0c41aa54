// Scores reconstructions, or a network on its validation set.

#include <iostream>
#include <optional>
#include <string>

#include "command_line.h"
#include "dircn/config/names.h"
#include "dircn/core/interrupt.h"
#include "dircn/eval/evaluation.h"
#include "dircn/eval/network_job.h"
#include "dircn/eval/reconstruction_job.h"
#include "dircn/io/load_network.h"

int main(int argc, char** argv) {
  CLI::App app{
      "Scores reconstructed volumes beside the zero-filled ones by the rules of the SNU fastMRI "
      "challenge or of fastMRI. With --target and --reconstruction, files belong together by name: "
      "TARGET/acc4/image/a.h5 (`image_label`, `image_input` [slices, height, width], attribute "
      "`max`) or fastMRI's a.h5 (`reconstruction_rss`), and RECON/acc4/a.h5 (`reconstruction`). "
      "With --config and --checkpoint, the network reconstructs data.val and is timed. Exit status "
      "1 if a volume is missing, extra or unusable; the others are scored nonetheless."};
  std::string target;
  std::string reconstruction;
  std::string checkpoint;
  std::string device = "auto";
  std::string preset;
  dircn::ConfigOptions config;
  dircn::EvaluationFiles files;
  auto* target_option =
      app.add_option("--target", target, "Folder of image files (acc4/image/, image/ or plain)");
  auto* reconstruction_option =
      app.add_option("--reconstruction", reconstruction, "Folder that dircn_reconstruct wrote");
  auto* checkpoint_option =
      app.add_option("--checkpoint", checkpoint, "Trained network that reconstructs data.val");
  config.add_to(app,
                "YAML: data.val, data.layout, fov_crop and mask; the architecture, for "
                "checkpoints that carry none");
  dircn::add_device_option(app, device);
  target_option->needs(reconstruction_option)->excludes(checkpoint_option);
  reconstruction_option->needs(target_option)->excludes(checkpoint_option);
  app.get_option("--device")->needs(checkpoint_option);
  app.add_option("--preset", preset,
                 "Rule of the scores (default: fastmri for fastMRI's files, else snu2022; to be "
                 "named where files of both are mixed)")
      ->check(CLI::IsMember(dircn::enum_names<dircn::ScorePreset>()));
  app.add_option("--json", files.json, "Also write the scores, down to each slice, to this file");
  app.add_option("--csv", files.csv, "Also write a table of all slices");
  app.add_option("--picture", files.picture,
                 "Also draw the slice of median SSIM as a PNG: zero-filled, reconstruction, target "
                 "and 5 times the error, side by side");
  app.callback([&] {
    if (!config.print && target.empty() && checkpoint.empty()) {
      throw CLI::RequiredError("--target and --reconstruction, or --config and --checkpoint,");
    }
    if (!config.print && !checkpoint.empty() && !config.given()) {
      throw CLI::RequiredError("--config, which names data.val,");
    }
  });

  return dircn::run_command(app, argc, argv, config, [&] {
    const dircn::Config settings = config.load();
    const auto rule = preset.empty()
                          ? std::nullopt
                          : std::optional<dircn::ScorePreset>(
                                dircn::enum_value<dircn::ScorePreset>(preset, "--preset"));
    dircn::catch_interrupts();
    if (checkpoint.empty()) {
      const auto job = dircn::reconstruction_job(target, reconstruction, rule, settings.data);
      return dircn::evaluate(job, files, std::cout) ? 0 : 1;
    }
    const auto network = dircn::load_network(checkpoint, settings.model);
    const auto job = dircn::network_job(
        network, {dircn::select_device(device), settings.data, std::nullopt, false}, rule);
    return dircn::evaluate(job, files, std::cout) ? 0 : 1;
  });
}
