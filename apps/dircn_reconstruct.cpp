// Reconstructs undersampled k-space volumes with trained networks, or classically.

#include "command_line.h"
#include "dircn/core/interrupt.h"
#include "dircn/reconstruct/reconstruct.h"
#include "reconstruct_options.h"

int main(int argc, char** argv) {
  CLI::App app{
      "Reconstructs MRI volumes with trained DIRCNs. Every HDF5 file with `kspace` [slices, "
      "coils, height, width] and `mask` [width] or [height, width] below --input becomes a file "
      "with `reconstruction` [slices, height, width] below --output, in the same folder without "
      "`kspace`: IN/acc4/kspace/a.h5 gives OUT/acc4/a.h5. fastMRI's files are taken, too; those "
      "without a mask get one by data.mask, which is written beside the images."};
  dircn::ReconstructOptions options;
  options.add_to(app, !dircn::prints_config(argc, argv));
  return dircn::run_command(app, argc, argv, options.config, [&] {
    const dircn::Config settings = options.config.load();
    const auto volumes = dircn::input_volumes(options.input, options.output);
    dircn::catch_interrupts();
    auto reconstructor = options.reconstructor(settings);
    const auto summary = reconstructor.volumes(volumes, options.output);
    dircn::log_info(to_string(summary) + "; output in " + options.output);
    return summary.failed > 0 || summary.interrupted ? 1 : 0;
  });
}
