// Times the network's fast form, the literal form that the tests compare it with, what its
// convolutions alone would take, and the loader.

#include <iostream>
#include <string>
#include <vector>

#include "bench/options.h"
#include "bench/report.h"
#include "command_line.h"

int main(int argc, char** argv) {
  CLI::App app{
      "Times a network on synthetic k-space: the fast form, the literal one, or both, each in a "
      "process of its own, beside the time that an inference's convolutions alone would take. Or "
      "times the loader of training data on a data set."};
  dircn::bench::Options options;
  options.add_to(app);
  app.callback([&] { options.check(); });

  const auto work = [&] {
    const auto config = options.config.load();
    if (options.child) {
      const auto task = tasks_of(options, config).front();
      std::cout << dircn::bench::measure_here(task).dump() << std::endl;
      return 0;
    }
    const std::vector<std::string> command(argv + 1, argv + argc);
    std::cout << dircn::bench::table(dircn::bench::make_report(command, options, config));
    return 0;
  };
  // The literal form is to run as LibTorch comes, so what is measured decides over freed memory.
  return dircn::run_command(app, argc, argv, options.config, work, dircn::FreedMemory::as_library);
}
