// Reconstructs undersampled k-space volumes with a trained network.

#include <filesystem>
#include <optional>
#include <string>

#include "command_line.h"
#include "dircn/config/config.h"
#include "dircn/core/interrupt.h"
#include "dircn/eval/reconstruct.h"
#include "dircn/io/load_network.h"

int main(int argc, char** argv) {
  CLI::App app{
      "Reconstructs MRI volumes with a trained DIRCN. Every HDF5 file with `kspace` [slices, "
      "coils, height, width] and "
      "`mask` [width] or [height, width] below --input becomes a file with `reconstruction` "
      "[slices, N, N] below "
      "--output, in the same folder without `kspace`: IN/acc4/kspace/a.h5 -> OUT/acc4/a.h5."};
  std::string checkpoint;
  std::string input;
  std::string output;
  std::string config_file;
  std::string device = "auto";
  int64_t crop = dircn::DataConfig{}.crop;
  bool overwrite = false;
  app.add_option("--checkpoint", checkpoint,
                 "Trained network: a .pt of dircn_train or a .pth of the Python reference")
      ->required();
  app.add_option("--input", input,
                 "Folder of volumes (acc4/kspace/, kspace/ or plain), or one .h5 file")
      ->required();
  app.add_option("--output", output, "Folder to write to")->required();
  app.add_option(
      "--config", config_file,
      "YAML: the architecture, for checkpoints that carry none, and data.crop, data.fov_crop");
  const auto* crop_option =
      app.add_option("--crop", crop,
                     "Edge of the square image that is written (default: data.crop, 384)")
          ->check(CLI::Range(1, 16384));
  app.add_option("--device", device, "auto, cpu, cuda or cuda:N")->capture_default_str();
  app.add_flag("--overwrite", overwrite, "Reconstruct volumes whose output is there already, too");

  return dircn::run_command(app, argc, argv, [&] {
    const auto config =
        config_file.empty() ? std::optional<dircn::Config>() : dircn::load_config(config_file);
    const auto data = config ? config->data : dircn::DataConfig{};
    const dircn::ReconstructionOptions options{dircn::select_device(device), data.fov_crop,
                                               crop_option->count() > 0 ? crop : data.crop,
                                               overwrite};
    const auto volumes = dircn::find_volumes(input);
    const auto model = config ? std::optional<dircn::ModelConfig>(config->model) : std::nullopt;
    dircn::Reconstructor reconstructor(dircn::load_network(checkpoint, model), options);
    dircn::catch_interrupts();
    const auto summary = reconstructor.volumes(volumes, output);
    dircn::log_info(to_string(summary) + "; output in " + output);
    return summary.failed > 0 || summary.interrupted ? 1 : 0;
  });
}
