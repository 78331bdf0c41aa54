// Event files, read back by TensorBoard's own reader.

#include "dircn/formats/event_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <torch/types.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "dircn/core/error.h"
#include "formats/tensorboard/protobuf.h"
#include "support/command.h"
#include "support/paths.h"
#include "support/python.h"

namespace dircn::event_file_test {
namespace {

using testing::TemporaryFolder;

std::filesystem::path only_file(const TemporaryFolder& folder) {
  return std::filesystem::directory_iterator(folder.path())->path();
}

class EventFileTest : public ::testing::Test {
 protected:
  void SetUp() override { DIRCN_NEEDS_PYTHON("tensorboard, imageio.v3"); }

  /// {"scalars": {tag: [[step, value, time], ...]}, "images": {tag: [...]}}
  nlohmann::json read() const {
    const auto result =
        testing::run_command("'" + testing::python() + "' '" +
                             testing::source("tests/formats/event_file_read.py").string() + "' '" +
                             folder_.path().string() + "' 2>/dev/null");
    EXPECT_EQ(result.exit_code, 0) << result.output;
    return nlohmann::json::parse(result.output);
  }

  TemporaryFolder folder_;
};

std::vector<int64_t> steps_of(const nlohmann::json& scalars) {
  std::vector<int64_t> steps;
  for (const auto& scalar : scalars) {
    steps.push_back(scalar.at(0));
  }
  return steps;
}

/// The numbers of nested lists, in order.
void append_numbers(const nlohmann::json& lists, std::vector<int64_t>& numbers) {
  if (!lists.is_array()) {
    numbers.push_back(lists);
    return;
  }
  for (const auto& part : lists) {
    append_numbers(part, numbers);
  }
}

TEST(Crc32c, HasItsCheckValue) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);  // RFC 3720, B.4
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62A8AB43U);
}

TEST_F(EventFileTest, TensorBoardReadsScalars) {
  using Clock = std::chrono::system_clock;
  const auto now = [] {
    return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
  };
  const double before = now();
  const int64_t late = int64_t{1} << 40;
  {
    EventFile file(folder_.path(), 0);
    file.add_scalar("loss/train", 0.5, 0);
    file.add_scalar("loss/train", -1.25e-7, 1);
    file.add_scalar("rate \xce\xbb", 2e-3, 300);
    file.add_scalar("loss/train", 1e30, late);
  }
  const auto scalars = read().at("scalars");
  const auto& loss = scalars.at("loss/train");
  EXPECT_EQ(steps_of(loss), (std::vector<int64_t>{0, 1, late}));
  EXPECT_EQ(loss[0][1].get<float>(), 0.5F);
  EXPECT_EQ(loss[1][1].get<float>(), -1.25e-7F);
  EXPECT_EQ(loss[2][1].get<float>(), 1e30F);
  EXPECT_EQ(scalars.at("rate \xce\xbb").at(0).at(1).get<float>(), 2e-3F);
  EXPECT_GE(loss[0][2].get<double>(), before);
  EXPECT_LE(loss[2][2].get<double>(), now());
}

TEST_F(EventFileTest, TensorBoardShowsImages) {
  const auto grey = torch::arange(12, torch::kByte).view({3, 4}) * 20;
  const auto colour = torch::arange(24, torch::kByte).view({2, 4, 3}) * 10;
  {
    EventFile file(folder_.path(), 0);
    file.add_image("grey", grey, 7);
    file.add_image("colour", colour, 8);
  }
  const auto images = read().at("images");
  for (const auto& [tag, image, step] : {std::tuple{"grey", grey, 7}, {"colour", colour, 8}}) {
    const auto& shown = images.at(tag).at(0);
    EXPECT_EQ(shown.at("step"), step);
    EXPECT_EQ(shown.at("height"), image.size(0));
    EXPECT_EQ(shown.at("width"), image.size(1));
    std::vector<int64_t> values;
    append_numbers(shown.at("pixels"), values);
    EXPECT_TRUE(torch::equal(torch::tensor(values).view(image.sizes()), image.to(torch::kLong)));
  }
}

TEST_F(EventFileTest, ARestartDropsOrphanedSteps) {
  {
    EventFile first(folder_.path(), 0);
    for (int step = 0; step < 9; ++step) {
      first.add_scalar("loss", step, step);
    }
  }
  {
    EventFile second(folder_.path(), 5);
    second.add_scalar("loss", 105, 5);
    second.add_scalar("loss", 106, 6);
  }
  const auto loss = read().at("scalars").at("loss");
  EXPECT_EQ(steps_of(loss), (std::vector<int64_t>{0, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(loss[4][1], 4);
  EXPECT_EQ(loss[5][1], 105);
}

TEST_F(EventFileTest, ATornEndIsLeftOut) {
  {
    EventFile file(folder_.path(), 0);
    file.add_scalar("loss", 1, 1);
    file.add_scalar("loss", 2, 2);
  }
  const auto whole = testing::read_file(only_file(folder_));
  for (const size_t lost : {1, 10, 30}) {
    testing::write_file(only_file(folder_), whole.substr(0, whole.size() - lost));
    EXPECT_EQ(steps_of(read().at("scalars").at("loss")), std::vector<int64_t>{1}) << lost;
  }
}

TEST(EventFile, EachFileHasANameOfItsOwn) {
  const TemporaryFolder folder;
  {
    const EventFile first(folder / "sub/folder", 0);
    const EventFile second(folder / "sub/folder", 0);
  }
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "sub/folder")) {
    const auto name = entry.path().filename().string();
    EXPECT_EQ(name.rfind("events.out.tfevents.", 0), 0U) << name;
    EXPECT_EQ(name.find_first_not_of("0123456789", 20), 30U) << name;
    ++files;
  }
  EXPECT_EQ(files, 2);
}

TEST(EventFile, NamesAreInTheOrderOfTheirBeginnings) {
  const TemporaryFolder folder;
  std::set<std::string> names;
  for (int file = 0; file < 12; ++file) {  // in one second; by count, the tenth comes second
    const EventFile begun(folder.path(), 0);
    std::string newest;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      const auto name = entry.path().filename().string();
      newest = names.insert(name).second ? name : newest;
    }
    EXPECT_EQ(newest, *names.rbegin());
  }
}

TEST(EventFile, SaysThatItsFolderIsAFile) {
  const TemporaryFolder folder;
  testing::write_file(folder / "file", "");
  try {
    const EventFile file(folder / "file", 0);
    FAIL() << "an event file in a file";
  } catch (const Error& error) {
    EXPECT_NE(error.parts().subject.find("file/events.out.tfevents."), std::string::npos);
  }
}

TEST(EventFile, SaysThatTheDiskIsFull) {
  const TemporaryFolder folder;
  EventFile file(folder.path(), 0);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{100, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  std::string subject;
  try {
    for (int step = 0; step < 10; ++step) {
      file.add_scalar("loss", 1, step);
    }
  } catch (const Error& error) {
    subject = error.parts().subject;
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(subject, only_file(folder).string());
}

TEST(EventFile, RefusesWhatIsNoPicture) {
  const TemporaryFolder folder;
  EventFile file(folder.path(), 0);
  EXPECT_THROW(file.add_image("image", torch::zeros({4, 4}), 0), Error);
}

}  // namespace
}  // namespace dircn::event_file_test
