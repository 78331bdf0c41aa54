// Reconstructs undersampled k-space volumes with trained networks, or classically.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "command_line.h"
#include "dircn/config/names.h"
#include "dircn/core/interrupt.h"
#include "dircn/core/log.h"
#include "dircn/core/text.h"
#include "dircn/data/volume_tree.h"
#include "dircn/model/module_state.h"
#include "dircn/reconstruct/network_ensemble.h"
#include "dircn/reconstruct/parallel_imaging.h"
#include "dircn/reconstruct/parallel_imaging_tuning.h"
#include "dircn/reconstruct/provenance.h"
#include "dircn/reconstruct/reconstruct.h"
#include "dircn/runtime/device.h"

namespace dircn {
namespace {

constexpr const char* kNetwork = "network";
constexpr const char* kPics = "pics";

/// A method, and what files are to say of it.
struct DescribedMethod {
  std::shared_ptr<SliceMethod> method;
  std::string description;
};

DescribedMethod networks(const std::vector<std::string>& checkpoints, const Config& settings,
                         const EnsembleOptions& options) {
  const std::vector<std::filesystem::path> paths(checkpoints.begin(), checkpoints.end());
  std::vector<Network> loaded;
  loaded.reserve(paths.size());
  for (const auto& path : paths) {
    loaded.push_back(load_network(path, settings));
  }
  return {std::make_shared<NetworkEnsemble>(loaded, options),
          network_description(paths, loaded, options)};
}

/// `input`: what will be scored.
DescribedMethod parallel_imaging(const std::string& tune, const std::string& input,
                                 const DataConfig& data) {
  const auto options =
      tune.empty() ? ParallelImagingOptions() : tuned_on(tune, data, find_volumes(input));
  log_info(to_string(options) + (tune.empty() ? "" : ", tuned on " + tune));
  return {std::make_shared<ParallelImaging>(options), to_string(options)};
}

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const auto& [name, format] : output_formats()) {
    names.push_back(name);
  }
  return names;
}

/// "h5 (NAME.h5), ...; several may be named"
std::string formats_help() {
  std::vector<std::string> formats;
  for (const auto& [name, format] : output_formats()) {
    formats.push_back(name + " (" + format.about + ")");
  }
  return join_names(formats) + "; several may be named";
}

/// "384" or "320x168"; none if the text is something else.
std::optional<ImageSize> image_size(const std::string& text) {
  constexpr int64_t kLargestEdge = 16384;
  const auto edge = [](const std::string& digits) {
    const int64_t value = whole_number(digits, 5).value_or(0);
    return value <= kLargestEdge ? value : 0;
  };
  const size_t cross = text.find('x');
  const ImageSize size{edge(text.substr(0, cross)),
                       edge(cross == std::string::npos ? text : text.substr(cross + 1))};
  return size.height > 0 && size.width > 0 ? std::optional(size) : std::nullopt;
}

/// The command line.
struct ReconstructOptions {
  std::vector<std::string> checkpoints;
  std::string input;
  std::string output;
  std::string device = "auto";
  std::string method = kNetwork;
  std::string tune;
  std::vector<std::string> formats = {"h5"};
  Extras extras;
  std::string crop;  // empty: what the files say
  Precision precision = Precision::fp32;
  bool flips = false;
  bool overwrite = false;
  ConfigOptions config;

  /// `required`: whether there must be a checkpoint, an input and an output.
  void add_to(CLI::App& app, bool required) {
    add_method(app, required);
    app.add_option(
           "--input", input,
           "Folder of volumes (acc4/kspace/, kspace/, multicoil_test/ or plain), or one .h5 file")
        ->required(required);
    app.add_option("--output", output, "Folder to write to")->required(required);
    config.add_to(app,
                  "YAML: data.layout, fov_crop and mask; of the model what a checkpoint does not "
                  "tell");
    add_output(app);
  }

  Reconstructor reconstructor(const Config& settings) const {
    const auto [chosen, description] =
        method == kPics
            ? parallel_imaging(tune, input, settings.data)
            : networks(checkpoints, settings, {select_device(device), precision, flips});
    ReconstructionOptions options;
    options.data = settings.data;
    options.crop = crop.empty() ? std::nullopt : image_size(crop);
    options.overwrite = overwrite;
    options.extras = extras;
    options.formats.clear();
    for (const auto& name : formats) {
      options.formats.push_back(output_formats().at(name));
    }
    options.provenance = provenance(description);
    return {chosen, std::move(options)};
  }

 private:
  void add_method(CLI::App& app, bool required) {
    auto* checkpoint_option = app.add_option(
        "--checkpoint", checkpoints,
        "Trained network: a checkpoint of dircn, of DIRCN's Python reference or of fastMRI's "
        "E2E-VarNet; of several the mean of their images is written, and their standard deviation "
        "beside it");
    add_device_option(app, device);
    add_precision_option(app, precision);
    app.add_flag(
        "--flips", flips,
        "Also reconstruct each slice mirrored in three ways, and take the mean: four times "
        "the time");
    takes_one_of(
        app.add_option("--method", method,
                       "network, or pics: ESPIRiT and wavelet-regularised SENSE by the programs "
                       "ecalib and pics of BART, which must be installed"),
        {kNetwork, kPics})
        ->capture_default_str();
    app.add_option(
        "--tune", tune,
        "With pics: a fully sampled volume, of which the middle slice decides on kernel, "
        "thresholds and regularization");
    app.callback([this, checkpoint_option, required] {
      const bool is_network = method == kNetwork;
      if (required && is_network && checkpoint_option->count() == 0) {
        throw CLI::RequiredError("--checkpoint");
      }
      if (!is_network && (checkpoint_option->count() > 0 || flips)) {
        throw CLI::ValidationError("--method pics", "takes neither --checkpoint nor --flips");
      }
      const bool needs_network = extras.size() > extras.count(Extra::zero_filled);
      if (!is_network && needs_network) {
        throw CLI::ValidationError("--method pics", "has neither sensitivity_maps nor residual");
      }
      if (is_network && !tune.empty()) {
        throw CLI::ValidationError("--tune", "belongs to --method pics");
      }
    });
  }

  void add_output(CLI::App& app) {
    app.add_option("--crop", crop,
                   "HEIGHTxWIDTH of the images that are written, or the edge of squares (default: "
                   "what the volume's target or ismrmrd_header says, else all that was measured)")
        ->check([](const std::string& text) {
          return image_size(text) ? "" : "'" + text + "' is no size from 1 to 16384: 384, 320x168";
        });
    takes_one_of(app.add_option("--format", formats, formats_help()), format_names())
        ->capture_default_str();
    add_choices<Extra>(app, "--also", extras,
                       "What is written beside the images: zero_filled, sensitivity_maps, residual "
                       "(of data consistency); several may be named");
    app.add_flag("--overwrite", overwrite,
                 "Reconstruct volumes whose output is there already, too");
  }
};

}  // namespace
}  // namespace dircn

int main(int argc, char** argv) {
  CLI::App app{
      "Reconstructs MRI volumes with trained networks. Every HDF5 file with `kspace` [slices, "
      "coils, height, width] and `mask` [width] or [height, width] below --input becomes a file "
      "with `reconstruction` [slices, height, width] below --output, in the same folder without "
      "`kspace`: IN/acc4/kspace/a.h5 gives OUT/acc4/a.h5. fastMRI's files are taken, too; those "
      "without a mask get one by data.mask, which is written beside the images."};
  dircn::ReconstructOptions options;
  options.add_to(app, !dircn::prints_config(argc, argv));
  return dircn::run_command(app, argc, argv, options.config, [&] {
    const dircn::Config settings = options.config.load(dircn::ModelFrom::checkpoint);
    const auto volumes = dircn::input_volumes(options.input, options.output);
    dircn::catch_interrupts();
    auto reconstructor = options.reconstructor(settings);
    const auto summary = reconstructor.volumes(volumes, options.output);
    dircn::log_info(to_string(summary) + "; output in " + options.output);
    return summary.failed > 0 || summary.interrupted ? 1 : 0;
  });
}
