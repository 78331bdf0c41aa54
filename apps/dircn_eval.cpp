// Scores reconstructions, or networks on their validation set, and reports on them.

#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "command_line.h"
#include "dircn/config/names.h"
#include "dircn/core/interrupt.h"
#include "eval_options.h"

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
    const dircn::Config settings = options.config.load();
    dircn::catch_interrupts();
    const auto runs = options.runs(settings);
    return dircn::evaluate(runs, options.files, std::cout, options.report(settings)) ? 0 : 1;
  });
}
