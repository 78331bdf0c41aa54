#include "small_run.h"

#include <torch/types.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "support/golden.h"
#include "support/random_input.h"
#include "support/small_set.h"

namespace dircn::testing {

using nlohmann::json;

std::unique_ptr<TemporaryFolder> SmallRun::sets_;

bool never() {
  return false;
}

std::function<bool()> after(int calls) {
  return [left = calls]() mutable { return left-- <= 0; };
}

std::vector<json> lines_of(const std::filesystem::path& metrics, const std::string& type) {
  std::vector<json> lines;
  std::ifstream stream(metrics);
  for (std::string line; std::getline(stream, line);) {
    json parsed = json::parse(line);
    if (parsed.at("type") == type) {
      lines.push_back(std::move(parsed));
    }
  }
  return lines;
}

double difference(const Network& a, const Network& b) {
  double worst = 0;
  const auto others = b->named_parameters();
  for (const auto& parameter : a->named_parameters()) {
    worst = std::max(
        worst, relative_max_error(parameter.value().detach(), others[parameter.key()].detach()));
  }
  return worst;
}

void SmallRun::SetUpTestSuite() {
  sets_ = std::make_unique<TemporaryFolder>();
  write_small_set(*sets_ / "train", {});
  write_small_set(*sets_ / "val", {1, 2, 2, 56, 40, 32, 9});
}

Config SmallRun::config() {
  Config config;
  config.model = small_model();
  config.data.train = (*sets_ / "train").string();
  config.data.val = (*sets_ / "val").string();
  config.data.crop = 32;
  config.train.epochs = 2;
  config.train.schedule.milestones = {1};
  return config;
}

}  // namespace dircn::testing
