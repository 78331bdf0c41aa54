// Times the network's fast form, and the literal form that the tests compare it with.

#include <torch/torch.h>
#include <torch/version.h>

#include <fstream>
#include <iostream>
#include <map>

#include "bench/measure.h"
#include "bench/table.h"
#include "command_line.h"
#include "dircn/config/config.h"
#include "dircn/core/atomic_file.h"

namespace {

using dircn::bench::Form;
using dircn::bench::Mode;

const std::map<std::string, Mode> kModes{{"infer", Mode::infer}, {"train", Mode::train}};
const std::map<std::string, Form> kForms{{"fast", Form::fast}, {"literal", Form::literal}};
const std::map<std::string, dircn::Precision> kPrecisions{{"fp32", dircn::Precision::fp32},
                                                          {"bf16", dircn::Precision::bf16}};

void write_json(const std::string& path, const nlohmann::json& report) {
  dircn::AtomicFile file(path);
  std::ofstream(file.temporary()) << report.dump(2) << '\n';
  file.commit();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Times DIRCN on synthetic k-space: the fast form, the literal one, or both, each in a "
      "process of its own."};
  dircn::bench::Task task;
  std::string config_file;
  std::string form = "fast";
  std::string json_file;
  bool child = false;
  app.add_option("--config", config_file, "YAML with the model to time")->required();
  app.add_option("--mode", task.mode,
                 "infer (one slice) or train (one step: forward, loss, backward, Adam)")
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
  app.add_option("--device", task.device, "auto, cpu, cuda or cuda:N")->capture_default_str();
  app.add_option("--json", json_file, "Write the results to this file, too");
  app.add_flag("--child", child)->group("");  // how this program starts itself for one form

  return dircn::run_command(app, argc, argv, [&] {
    task.model = dircn::load_config(config_file).model;
    if (child) {
      task.form = kForms.at(form);
      std::cout << dircn::bench::measure(task).dump() << std::endl;
      return 0;
    }
    nlohmann::json report{{"command", std::vector<std::string>(argv + 1, argv + argc)},
                          {"libtorch", TORCH_VERSION},
                          {"device", dircn::select_device(task.device).str()},
                          {"threads", torch::get_num_threads()},
                          {"results", nlohmann::json::array()}};
    for (const auto& one : form == "both" ? std::vector<std::string>{"literal", "fast"}
                                          : std::vector<std::string>{form}) {
      std::vector<std::string> arguments(argv + 1, argv + argc);
      arguments.insert(arguments.end(), {"--form", one, "--child"});
      report["results"].push_back(dircn::bench::in_child_process(arguments));
    }
    std::cout << dircn::bench::table(report);
    if (!json_file.empty()) {
      write_json(json_file, report);
    }
    return 0;
  });
}
