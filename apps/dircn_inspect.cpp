// Says what is in files and folders.

#include <cstdint>
#include <filesystem>
#include <iostream>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "command_line.h"
#include "dircn/formats/png.h"
#include "dircn/inspect/gtssim_histogram.h"
#include "dircn/inspect/inspect.h"
#include "dircn/inspect/preview.h"

namespace {

std::string ends_in_name(const std::string& prefix) {
  const auto name = std::filesystem::path(prefix).filename();
  const bool named = !name.empty() && name != "." && name != "..";
  return named ? "" : "'" + prefix + "' ends in no file name";
}

struct Request {
  std::vector<std::string> paths;
  bool json = false;
  bool deep = false;
  std::string picture;
  std::optional<int64_t> slice;
  std::string histogram_of;
  std::string output;

  void add_to(CLI::App& app) {
    auto* files = app.add_option("FILE|DIR", paths,
                                 "HDF5 files, checkpoints, configurations or "
                                 "folders of volumes");
    app.add_flag("--deep", deep,
                 "Read every slice of every volume of a folder (default: one slice of up to eight "
                 "volumes a folder)");
    auto* as_json = app.add_flag("--json", json, "Print one JSON array, an object per argument");
    auto* png = app.add_option("--png", picture,
                               "Also draw a slice of the one HDF5 file named as a PNG: k-space as "
                               "zero-filled image beside its mask");
    app.add_option("--slice", slice, "The slice to draw, from 0 (default: the middle one)")
        ->needs(png)
        ->check(CLI::Range(0, std::numeric_limits<int32_t>::max()));
    auto* histogram =
        app.add_option("--gtssim-histogram", histogram_of,
                       "Measure 1 - SSIM of every zero-filled slice of this training set instead")
            ->excludes(files)
            ->excludes(as_json)
            ->excludes(png);
    auto* prefix =
        app.add_option("--output", output,
                       "Write the slices to OUTPUT.csv and their histogram to OUTPUT.html")
            ->needs(histogram)
            ->check(ends_in_name);
    histogram->needs(prefix);
  }

  /// Throws what CLI11 throws for a command line that says too little or too much.
  void check(bool nothing_to_do) const {
    if (paths.empty() && histogram_of.empty() && !nothing_to_do) {
      throw CLI::RequiredError("FILE|DIR or --gtssim-histogram");
    }
    if (!picture.empty() && paths.size() != 1) {
      throw CLI::ValidationError("--png", "draws one file; name one");
    }
  }
};

/// Whether all is well.
bool inspect_all(const Request& request, const dircn::DataConfig& config) {
  bool fine = true;
  std::string json;
  for (const auto& path : request.paths) {
    const auto inspection = dircn::inspect(path, config, request.deep);
    json += (json.empty() ? "" : ",\n") + inspection.json;
    if (!request.json) {
      std::cout << inspection.text << std::flush;
    }
    for (const auto& problem : inspection.problems) {
      dircn::log_error(problem);
    }
    fine = fine && inspection.problems.empty();
  }
  if (request.json) {
    std::cout << "[" << json << "]\n";
  }
  return fine;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Says what is in HDF5 files (shapes, coils, mask, values, NaN), checkpoints (model, "
      "parameters, epoch), configurations and folders of volumes, and whether volumes can be "
      "trained on, reconstructed and scored. What is wrong with one is said, "
      "and the others follow; exit status 1 then."};
  Request request;
  dircn::ConfigOptions config;
  request.add_to(app);
  config.add_to(app, "YAML: data.mask for files without a mask, data.crop and data.fov_crop");
  app.final_callback([&] { request.check(config.print); });

  return dircn::run_command(app, argc, argv, config, [&] {
    const dircn::DataConfig data = config.load().data;
    if (!request.histogram_of.empty()) {
      dircn::DifficultyFiles files(request.output);
      const auto slices = dircn::measure_difficulties(request.histogram_of, data);
      std::cout << to_text(files.write(slices)) << '\n';
      return 0;
    }
    const bool fine = inspect_all(request, data);
    if (!request.picture.empty()) {
      dircn::write_png(request.picture,
                       dircn::preview_picture(request.paths.front(), request.slice, data));
    }
    return fine ? 0 : 1;
  });
}
