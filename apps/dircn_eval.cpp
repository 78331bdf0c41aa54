// Scores reconstructions against their targets.

#include <iostream>
#include <optional>
#include <string>

#include "command_line.h"
#include "dircn/core/atomic_file.h"
#include "dircn/core/log.h"
#include "dircn/eval/comparison_picture.h"
#include "dircn/eval/score_report.h"
#include "dircn/eval/score_volumes.h"
#include "dircn/eval/volume_pair.h"
#include "dircn/io/png.h"

namespace {

/// One slice of all that were scored: the one of median SSIM.
void draw_median(const dircn::Scores& scores, const std::string& file) {
  const auto median = dircn::median_slice(scores);
  const auto& files = scores.volumes[median.volume].files;
  const dircn::VolumePair volume(files);
  dircn::write_png(file, dircn::comparison_picture(volume.read_slice(median.slice)));
  dircn::log_info(file + " shows " + files.name + " slice " + std::to_string(median.slice));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Scores reconstructed volumes beside the zero-filled ones by the rule of the SNU fastMRI "
      "challenge of 2022: SSIM of the foreground, slices pooled over the volumes of a folder, then "
      "the plain mean over folders accN. Files belong together by name: TARGET/acc4/image/a.h5 "
      "(`image_label`, `image_input` [slices, height, width], attribute `max`) and RECON/acc4/a.h5 "
      "(`reconstruction`). Exit status 1 if a volume is missing, extra or unusable; the others are "
      "scored nonetheless."};
  std::string target;
  std::string reconstruction;
  std::string json;
  std::string picture;
  app.add_option("--target", target, "Folder of image files (acc4/image/, image/ or plain)")
      ->required();
  app.add_option("--reconstruction", reconstruction, "Folder that dircn_reconstruct wrote")
      ->required();
  app.add_option("--json", json, "Also write the scores, down to each slice, to this file");
  app.add_option("--picture", picture,
                 "Also draw the slice of median SSIM as a PNG: zero-filled, reconstruction, target "
                 "and 5 times the error, side by side");

  return dircn::run_command(app, argc, argv, [&] {
    std::optional<dircn::AtomicFile> json_file;
    if (!json.empty()) {
      json_file.emplace(json);
    }
    const dircn::Scores scores = dircn::score_volumes(target, reconstruction);
    std::cout << dircn::to_text(scores);
    if (json_file) {
      json_file->commit(dircn::to_json(scores));
    }
    for (const auto& problem : scores.problems) {
      dircn::log_error(problem.text);
    }
    if (!picture.empty() && !scores.slices.empty()) {
      draw_median(scores, picture);
    }
    return scores.problems.empty() ? 0 : 1;
  });
}
