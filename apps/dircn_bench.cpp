// Times the network's fast form, the literal form that the tests compare it with, and the loader.

#include <iostream>
#include <map>

#include "bench/loader.h"
#include "bench/measure.h"
#include "bench/report.h"
#include "command_line.h"

namespace {

using dircn::bench::Form;
using dircn::bench::Mode;

const std::map<std::string, Mode> kModes{
    {"infer", Mode::infer}, {"train", Mode::train}, {"loader", Mode::loader}};
const std::map<std::string, Form> kForms{{"fast", Form::fast}, {"literal", Form::literal}};
const std::map<std::string, dircn::Precision> kPrecisions{{"fp32", dircn::Precision::fp32},
                                                          {"bf16", dircn::Precision::bf16}};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Times DIRCN on synthetic k-space: the fast form, the literal one, or both, each in a "
      "process of its own. Or times the loader of training data on a data set."};
  dircn::bench::Task task;
  dircn::bench::LoaderTask loader;
  dircn::ConfigOptions config;
  std::string form = "fast";
  std::string json_file;
  bool child = false;
  config.add_to(app, "YAML with the model to time (default: the challenge's)");
  app.add_option("--mode", task.mode,
                 "infer (one slice), train (one step: forward, loss, backward, Adam) or loader")
      ->transform(CLI::CheckedTransformer(kModes));
  app.add_option("--precision", task.precision, "fp32 or bf16 (convolutions)")
      ->transform(CLI::CheckedTransformer(kPrecisions));
  app.add_option("--coils", task.coils, "Receive coils")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app.add_option("--size", task.size, "Height and width of a slice")
      ->check(CLI::Range(16, 4096))
      ->capture_default_str();
  app.add_option("--form", form, "fast, literal or both")
      ->check(CLI::IsMember({"fast", "literal", "both"}))
      ->take_last()
      ->capture_default_str();
  app.add_option("--repeat", task.repeat, "Runs that count, after one that does not")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  dircn::add_device_option(app, task.device);
  dircn::bench::add_loader_options(app, loader);
  app.add_option("--json", json_file, "Write the results to this file, too");
  app.add_flag("--child", child)->group("");  // how this program starts itself for one form

  app.callback([&] {
    if (task.mode == Mode::loader && loader.data.empty()) {
      throw CLI::RequiredError("--mode loader: --data");
    }
  });

  return dircn::run_command(app, argc, argv, config, [&] {
    const auto settings = config.load();
    task.model = settings.model;
    if (child) {
      task.form = kForms.at(form);
      std::cout << dircn::bench::measure(task).dump() << std::endl;
      return 0;
    }
    const bool loads = task.mode == Mode::loader;
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const auto forms = form == "both" ? std::vector<std::string>{"literal", "fast"}
                                      : std::vector<std::string>{form};
    const auto measure_all = [&] {
      return loads ? nlohmann::json::array({measure_loader(loader, settings.data)})
                   : dircn::bench::measure_forms(arguments, forms);
    };
    const auto report =
        dircn::bench::make_report(arguments, loads ? "cpu" : task.device, json_file, measure_all);
    std::cout << dircn::bench::table(report);
    return 0;
  });
}
