// What a whole run leaves to be looked at: TensorBoard's events, which are the numbers of
// metrics.jsonl, and the log's lines on what was loaded, added, trained and frozen.

#include "train/log/run_log.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "dircn/core/log.h"
#include "dircn/model/checkpoint.h"
#include "small_run.h"
#include "support/command.h"
#include "support/golden.h"
#include "support/paths.h"
#include "support/python.h"
#include "train/loop/trainer.h"

namespace dircn::run_log_test {
namespace {

using nlohmann::json;
using testing::after;
using testing::lines_of;
using testing::never;

constexpr const char* kReader = "tensorboard, imageio.v3";
constexpr const char* kPicture = "zero-filled, reconstruction, target, error";

/// What TensorBoard's own reader finds of a run:
/// {"scalars": {tag: [[step, value, time], ...]}, "images": {tag: [...]}}
json events_of(const RunFolder& run) {
  const auto script = testing::source("tests/formats/event_file_read.py").string();
  const auto result = testing::run_command("'" + testing::python() + "' '" + script + "' '" +
                                           run.events().string() + "' 2>/dev/null");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  return json::parse(result.output);
}

/// `keys`: by tag, where lines of metrics.jsonl have the same number.
void expect_curves(const json& scalars, const std::vector<json>& lines,
                   const std::map<std::string, std::string>& keys) {
  for (const auto& [tag, key] : keys) {
    ASSERT_TRUE(scalars.contains(tag)) << tag;
    const json& points = scalars.at(tag);
    ASSERT_EQ(points.size(), lines.size()) << tag;
    for (size_t i = 0; i < lines.size(); ++i) {
      EXPECT_EQ(points[i].at(0), lines[i].at("step")) << tag;
      EXPECT_EQ(points[i].at(1).get<float>(), lines[i].at(json::json_pointer(key)).get<float>())
          << tag << ", step " << points[i].at(0);
    }
  }
}

/// One picture an epoch: four panels of 32 x 32 beside each other.
void expect_pictures(const json& images, const std::vector<json>& epochs) {
  for (const char* group : {"validation/", "validation_ema/"}) {
    const std::string tag = std::string(group) + kPicture;
    ASSERT_TRUE(images.contains(tag)) << tag;
    ASSERT_EQ(images.at(tag).size(), epochs.size()) << tag;
    for (size_t i = 0; i < epochs.size(); ++i) {
      const json& picture = images.at(tag)[i];
      EXPECT_EQ(picture.at("step"), epochs[i].at("step")) << tag;
      EXPECT_EQ(picture.at("height"), 32) << tag;
      EXPECT_GE(picture.at("width").get<int64_t>(), 4 * 32) << tag;
      EXPECT_LT(picture.at("width").get<int64_t>(), 5 * 32) << tag;
      const json& rows = picture.at("pixels");
      ASSERT_EQ(rows.size(), 32U) << tag;
      EXPECT_EQ(rows[0].size(), picture.at("width").get<size_t>()) << tag;
      EXPECT_NE(rows[0], rows[16]) << tag << ": nothing in it";
    }
  }
}

/// That TensorBoard shows what metrics.jsonl holds: two epochs of two steps.
void expect_events_as_in_metrics(const RunFolder& run) {
  const json events = events_of(run);
  const json& scalars = events.at("scalars");
  const auto steps = lines_of(run.metrics(), "step");
  ASSERT_EQ(steps.size(), 4U);
  expect_curves(scalars, steps,
                {{"train/loss", "/loss"},
                 {"train/gaussian_ssim", "/loss_terms/gaussian_ssim"},
                 {"train/uniform_ssim", "/loss_terms/uniform_ssim"},
                 {"train/l1", "/loss_terms/l1"},
                 {"train/mse", "/loss_terms/mse"},
                 {"train/gtSSIM", "/gtSSIM"},
                 {"train/predSSIM", "/predSSIM"},
                 {"train/learning_rate", "/learning_rate"},
                 {"train/gradient_norm", "/gradient_norm"}});
  const auto epochs = lines_of(run.metrics(), "epoch");
  ASSERT_EQ(epochs.size(), 2U);
  expect_curves(scalars, epochs,
                {{"epoch/loss", "/loss"},
                 {"epoch/slices_per_second", "/slices_per_second"},
                 {"validation/loss", "/validation/loss"},
                 {"validation/SSIM", "/validation/ssim"},
                 {"validation/PSNR", "/validation/psnr"},
                 {"validation/NMSE", "/validation/nmse"},
                 {"validation_ema/loss", "/validation_ema/loss"},
                 {"validation_ema/SSIM", "/validation_ema/ssim"},
                 {"validation_ema/PSNR", "/validation_ema/psnr"},
                 {"validation_ema/NMSE", "/validation_ema/nmse"}});
  expect_pictures(events.at("images"), epochs);
}

class RunLogTest : public testing::SmallRun {
 protected:
  /// Steps of two slices, every term of the loss, an average that is validated, too.
  static Config settings() {
    Config settings = config();
    settings.train.loss.weights[LossTerm::uniform_ssim] = 0.5;
    settings.train.loss.weights[LossTerm::mse] = 1;
    settings.train.batch.size = 2;
    settings.train.ema = 0.5;
    return settings;
  }
};

TEST_F(RunLogTest, TensorBoardShowsTheNumbersOfTheMetrics) {
  DIRCN_NEEDS_PYTHON(kReader);
  const RunFolder run(folder_ / "run");
  ASSERT_TRUE(Trainer(settings(), torch::kCPU, run).run(never));
  expect_events_as_in_metrics(run);
}

TEST_F(RunLogTest, TensorBoardSeesEveryStepOfAResumedRunOnce) {
  DIRCN_NEEDS_PYTHON(kReader);
  // The latter lies before the third step, whose events are there already.
  for (const char* checkpoint : {"last.pt", "epoch-0001.pt"}) {
    SCOPED_TRACE(checkpoint);
    const RunFolder run(folder_ / (std::string("from-") + checkpoint));
    // An epoch asks seven times: at its start, after two steps, in two validations of two slices.
    // So this is after the first step of the second.
    ASSERT_FALSE(Trainer(settings(), torch::kCPU, run).run(after(8)));
    ASSERT_EQ(lines_of(run.metrics(), "step").size(), 3U);
    Trainer resumed(settings(), torch::kCPU, run);
    resumed.resume(run.path() / checkpoint);
    ASSERT_TRUE(resumed.run(never));
    expect_events_as_in_metrics(run);
  }
}

bool begins(const std::string& key, const std::string& prefix) {
  return key.rfind(prefix, 0) == 0;
}

/// The parameters whose key begins so, as the log counts them.
std::string counted(const StateDict& state, const std::string& prefix) {
  int64_t numbers = 0;
  int64_t tensors = 0;
  for (const auto& [key, tensor] : state) {
    if (begins(key, prefix)) {
      ++tensors;
      numbers += tensor.numel();
    }
  }
  EXPECT_GT(tensors, 0) << prefix;
  return std::to_string(numbers) + " parameters in " + std::to_string(tensors) + " tensors";
}

void expect_line(const std::string& log, const std::string& line) {
  EXPECT_NE(log.find(" info: " + line + "\n"), std::string::npos) << "'" << line << "' is not in\n"
                                                                  << log;
}

TEST_F(RunLogTest, SaysWhatWasLoadedAddedTrainedAndFrozen) {
  const auto start = testing::golden("S7_checkpoint-best.pth");
  Config settings = config();
  settings.model = testing::GoldenFile("S7_checkpoint-best_expected.pth").model_config();
  settings.train.epochs = 1;
  settings.train.start = start.string();
  PhaseConfig phase;
  phase.cascades = 3;
  phase.added = AddedCascades::copy;
  phase.transfer = Transfer::method_1;
  settings.train.phases = {phase};
  const RunFolder run(folder_ / "run");
  set_log_file(run.log().string());
  ASSERT_TRUE(Trainer(settings, torch::kCPU, run).run(never));
  const auto log = testing::read_file(run.log());
  const StateDict loaded = load_checkpoint(start).state;
  const auto all = counted(loaded, "");
  const auto added = counted(loaded, "i_cascades.1.");  // the new one has its shapes
  EXPECT_EQ(counted(load_checkpoint(run.last()).state, "i_cascades.2."), added);
  expect_line(log, "loaded " + all + " (2 cascades) from " + start.string());
  expect_line(log, "added to 2 cascades: 1 copies of the last one, 0 with random weights");
  expect_line(log, "phase 1/1: 3 cascades, 1 epochs, learning rate 0.002; training " + added +
                       ", frozen: " + all);
}

TEST_F(RunLogTest, SaysWhatEachPhaseTrains) {
  Config settings = config();
  settings.model.cascades = 1;
  settings.train.epochs = 1;
  PhaseConfig second;
  second.cascades = 2;
  second.learning_rate = 1e-3;
  second.added = AddedCascades::copy;  // cannot be: the first cascade is narrower
  second.transfer = Transfer::method_3;
  second.until = PhaseEnd::overfitting;
  settings.train.phases = {PhaseConfig(), second};
  const RunFolder run(folder_ / "run");
  set_log_file(run.log().string());
  ASSERT_TRUE(Trainer(settings, torch::kCPU, run).run(never));
  const auto log = testing::read_file(run.log());
  const StateDict grown = load_checkpoint(run.last()).state;
  StateDict first;
  for (const auto& entry : grown) {
    if (!begins(entry.first, "i_cascades.1.")) {
      first.push_back(entry);
    }
  }
  EXPECT_EQ(log.find(" info: loaded"), std::string::npos) << log;
  expect_line(log, "phase 1/2: 1 cascades, 1 epochs, learning rate 0.002; training " +
                       counted(first, "") + ", frozen: none");
  expect_line(log, "added to 1 cascades: 0 copies of the last one, 1 with random weights");
  expect_line(log, "phase 2/2: 2 cascades, at most 1 epochs, learning rate 0.001; training " +
                       counted(grown, "i_cascades.") + ", frozen: " + counted(grown, "sens_net."));
}

}  // namespace
}  // namespace dircn::run_log_test
