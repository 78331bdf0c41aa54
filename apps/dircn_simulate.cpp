// Makes data sets of simulated multi-coil MRI volumes.

#include <string>
#include <vector>

#include "command_line.h"
#include "dircn/core/interrupt.h"
#include "dircn/simulate/simulated_set.h"

namespace simulation = dircn::simulation;

namespace {

void add_scan_options(CLI::App& app, simulation::Scan& scan) {
  const auto add = [&](const char* name, int64_t& value, const char* meaning, int low, int high) {
    app.add_option(name, value, meaning)->check(CLI::Range(low, high))->capture_default_str();
  };
  add("--slices", scan.slices, "Slices of a volume", 1, 1024);
  add("--coils", scan.coils, "Receive coils", 1, 128);
  add("--height", scan.height, "Readout samples; twice the width is twofold oversampling", 16,
      4096);
  add("--width", scan.width, "Phase-encoding columns", 16, 4096);
  add("--label", scan.label, "Edge of the square images", 8, 4096);
}

void add_set_options(CLI::App& app, simulation::SetOptions& options) {
  const auto add = [&](const char* name, int64_t& value, const char* meaning) {
    app.add_option(name, value, meaning)->check(CLI::Range(0, 100000))->capture_default_str();
  };
  add("--train", options.train, "Volumes to train with");
  add("--val", options.val, "Volumes to validate with");
  add("--leaderboard", options.leaderboard,
      "Volumes to be scored with, for each acceleration; their k-space is stored masked");
  app.add_option("--acceleration", options.accelerations,
                 "Every how many columns one is sampled, beside the fully sampled centre; train "
                 "and val take these in turn")
      ->check(CLI::Range(2, 64))
      ->capture_default_str();
  app.add_option("--seed", options.seed, "Another seed, other volumes")->capture_default_str();
}

/// What every scan draws for itself, with a configuration.
constexpr const char* kDrawn[] = {"--coils", "--height", "--width", "--label"};

void add_variety(const CLI::App& app, const dircn::ConfigOptions& config,
                 const std::vector<std::string>& anatomy, simulation::SetOptions& options) {
  if (!config.given()) {
    dircn::require(anatomy.size() < 2, [] {
      return dircn::Error::Parts{"--anatomy", "several", "one head, for scans that are all alike",
                                 "Give --config, too: then each scan is of another one."};
    });
    options.anatomy = anatomy.empty() ? "" : anatomy.front();
    return;
  }
  for (const char* option : kDrawn) {
    dircn::require(app.count(option) == 0, [&] {
      return dircn::Error::Parts{option, "a number beside --config or --set",
                                 "none, since every scan draws its own",
                                 "Set the range in data.simulation, as in --set "
                                 "data.simulation.coils=[8,8]."};
    });
  }
  options.variety = config.load().data.simulation;
  if (!anatomy.empty()) {
    options.variety->anatomy = anatomy;
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Makes a data set like those of accelerated-MRI challenges: multi-coil k-space of a head in "
      "random contrasts (T1, T2, FLAIR), turned and bent, with lesions, coil sensitivities, phase "
      "and noise. Training, validation and leaderboard never show the same anatomy, but with "
      "--config, where that is up to --anatomy. Volumes that are there already are kept, so that "
      "the same command completes a set that was interrupted."};
  simulation::SetOptions options;
  dircn::ConfigOptions config;
  std::vector<std::string> anatomy;
  std::string output;
  app.add_option("--output", output, "Folder to write to")
      ->required(!dircn::prints_config(argc, argv));
  dircn::add_choice<dircn::Layout>(
      app, "--layout", options.layout,
      "snu: train/, val/ and leaderboard/accN/, each with kspace/ and image/; fastmri: "
      "multicoil_train/, multicoil_val/ and multicoil_test/",
      {"snu", "fastmri"});
  add_set_options(app, options);
  add_scan_options(app, options.scan);
  app.add_option(
         "--anatomy", anatomy,
         "A T1-weighted head: a NIfTI file, or 'phantom' for a made-up one. Default: "
         "Colin27 of Debian's package mricron-data where it is installed, else phantom. With "
         "--config, heads of any contrast: files, folders, phantom, textures")
      ->expected(1, -1);
  config.add_to(
      app,
      "Make every scan unlike the others, as data.simulation of this YAML file says: "
      "another head, contrast, pose, matrix, coil array, noise and mask. How many slices, "
      "and which accelerations, --slices and --acceleration say");
  return dircn::run_command(app, argc, argv, config, [&] {
    options.output = output;
    add_variety(app, config, anatomy, options);
    dircn::catch_interrupts();
    const auto summary = simulation::simulate_set(options);
    dircn::log_info(to_string(summary) + "; in " + output);
    return summary.interrupted ? 1 : 0;
  });
}
