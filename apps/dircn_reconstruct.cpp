// Reconstructs undersampled k-space volumes with a trained network.

#include <optional>
#include <string>

#include "command_line.h"
#include "dircn/core/interrupt.h"
#include "dircn/eval/reconstruct.h"
#include "dircn/io/load_network.h"

int main(int argc, char** argv) {
  CLI::App app{
      "Reconstructs MRI volumes with a trained DIRCN. Every HDF5 file with `kspace` [slices, "
      "coils, height, width] and `mask` [width] or [height, width] below --input becomes a file "
      "with `reconstruction` [slices, height, width] below --output, in the same folder without "
      "`kspace`: IN/acc4/kspace/a.h5 -> OUT/acc4/a.h5. fastMRI's files are taken, too; those "
      "without a mask get one by data.mask, which is written beside the images."};
  std::string checkpoint;
  std::string input;
  std::string output;
  std::string device = "auto";
  int64_t crop = 0;
  dircn::Precision precision = dircn::Precision::fp32;
  bool overwrite = false;
  dircn::ConfigOptions config;
  const bool required = !dircn::prints_config(argc, argv);
  app.add_option("--checkpoint", checkpoint,
                 "Trained network: a checkpoint of dircn or of the Python reference")
      ->required(required);
  app.add_option(
         "--input", input,
         "Folder of volumes (acc4/kspace/, kspace/, multicoil_test/ or plain), or one .h5 file")
      ->required(required);
  app.add_option("--output", output, "Folder to write to")->required(required);
  config.add_to(app,
                "YAML: the architecture, for checkpoints that carry none; data.layout, fov_crop, "
                "crop and mask");
  const auto* crop_option =
      app.add_option(
             "--crop", crop,
             "Edge of the square images that are written (default: what the file's target or "
             "ismrmrd_header says, else data.crop, 384)")
          ->check(CLI::Range(1, 16384));
  dircn::add_device_option(app, device);
  dircn::add_precision_option(app, precision);
  app.add_flag("--overwrite", overwrite, "Reconstruct volumes whose output is there already, too");

  return dircn::run_command(app, argc, argv, config, [&] {
    const dircn::Config settings = config.load();
    const dircn::ReconstructionOptions options{
        dircn::select_device(device), settings.data,
        crop_option->count() > 0 ? std::optional<int64_t>(crop) : std::nullopt, overwrite,
        precision};
    const auto volumes = dircn::input_volumes(input, output);
    const auto model =
        config.given() ? std::optional<dircn::ModelConfig>(settings.model) : std::nullopt;
    dircn::Reconstructor reconstructor(dircn::load_network(checkpoint, model), options);
    dircn::catch_interrupts();
    const auto summary = reconstructor.volumes(volumes, output);
    dircn::log_info(to_string(summary) + "; output in " + output);
    return summary.failed > 0 || summary.interrupted ? 1 : 0;
  });
}
