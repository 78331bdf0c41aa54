#include <gtest/gtest.h>

#include <utility>

#include "dircn/config/config.h"
#include "support/paths.h"

namespace dircn::load_test {
namespace {

using testing::TemporaryFolder;
using testing::write_file;

std::string message_of(const std::filesystem::path& path) {
  try {
    load_config(path);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(LoadConfig, NamesAMissingFileAndAFolder) {
  const TemporaryFolder folder;
  const std::string missing = (folder / "none.yaml").string();
  EXPECT_EQ(message_of(missing),
            missing + ": found no such file; expected a configuration in YAML. Check the path.");
  EXPECT_EQ(message_of(folder.path()), folder.path().string() +
                                           ": found a folder or an unreadable file; expected a "
                                           "configuration in YAML. Check the path.");
}

TEST(StoredConfig, LosesTheKeysThatAreNoMore) {
  const std::string old = "data:\n  val: here\n  leaderboard: there\ntrain: {epochs: 3}\n";
  ::testing::internal::CaptureStderr();
  const Config config = parse_stored_config(old, "last.pt");
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(config.data.val, "here");
  EXPECT_EQ(config.train.epochs, 3);
  EXPECT_NE(log.find("last.pt: the configuration in it has data.leaderboard"), std::string::npos)
      << log;
  EXPECT_THROW(parse_config(old, "mine.yaml"), Error);
  EXPECT_THROW(parse_stored_config("data: {leader: there}\n", "last.pt"), Error);
  EXPECT_THROW(parse_stored_config("model: {leaderboard: there}\n", "last.pt"), Error);
}

TEST(StoredConfig, IsReadAsAnyOtherWithoutThem) {
  Config config;
  config.data.val = "here";
  config.train.epochs = 5;
  ::testing::internal::CaptureStderr();
  EXPECT_TRUE(differences(config, parse_stored_config(to_yaml(config), "last.pt")).empty());
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(Extends, TheNearerFileWinsMapsMergeListsReplace) {
  const TemporaryFolder folder;
  write_file(
      folder / "far.yaml",
      "model: {cascades: 2, channels: 8}\ntrain: {epochs: 3, schedule: {milestones: [1, 2]}}\n");
  write_file(folder / "sub/near.yaml",
             "model: {channels: 12}\nextends: ../far.yaml\ntrain: {schedule: {milestones: [7]}}\n");
  write_file(folder / "top.yaml", "extends: sub/near.yaml\nmodel: {groups: 3}\n");
  const Config config = load_config(folder / "top.yaml", {"train.epochs=4"});
  EXPECT_EQ(config.model.cascades, 2);
  EXPECT_EQ(config.model.channels, 12);
  EXPECT_EQ(config.model.groups, 3);
  EXPECT_EQ(config.train.schedule.milestones, (std::vector<int64_t>{7}));
  EXPECT_EQ(config.train.epochs, 4);
}

TEST(Places, AreWhereEachKeyWasSetLast) {
  const TemporaryFolder folder;
  write_file(folder / "far.yaml", "model:\n  cascades: 2\n  channels: 8\n");
  write_file(folder / "near.yaml", "extends: far.yaml\n\nmodel: {channels: 12, groups: 3}\n");
  const std::string near = (folder / "near.yaml").string();
  const Config config = load_config(near, {"model.groups=4"});
  EXPECT_EQ(config.places.at("model.cascades"), (folder / "far.yaml").string() + ":2");
  EXPECT_EQ(config.places.at("model.channels"), near + ":3");
  EXPECT_EQ(config.places.at("model.groups"), "--set model.groups=4");
  EXPECT_EQ(config.places.count("model.sensitivity_channels"), 0U);
  EXPECT_EQ(config.places.count("data.crop"), 0U);
}

TEST(Places, AreNoPartOfWhatIsComparedAndPrinted) {
  const Config set = parse_config("model: {channels: 16}\n", "a.yaml");
  EXPECT_TRUE(differences(set, Config()).empty());
  EXPECT_EQ(to_yaml(set), to_yaml(Config()));
}

TEST(Extends, CountsFromTheFolderOfAParsedTextsName) {
  const TemporaryFolder folder;
  write_file(folder / "base.yaml", "model: {cascades: 2}\n");
  const Config config = parse_config("extends: base.yaml\n", (folder / "text.yaml").string());
  EXPECT_EQ(config.model.cascades, 2);
}

TEST(Extends, NamesTheFileAndLineOfAMissingBase) {
  const TemporaryFolder folder;
  write_file(folder / "a.yaml", "model: {}\nextends: b.yaml\n");
  EXPECT_EQ(message_of(folder / "a.yaml"),
            (folder / "a.yaml").string() + ":2: extends: found no such file as " +
                (folder / "b.yaml").string() +
                "; expected a configuration in YAML. Check the path.");
}

TEST(Extends, ErrorsOfABaseNameThatBase) {
  const TemporaryFolder folder;
  write_file(folder / "a.yaml", "extends: b.yaml\nmodel: {cascades: 2}\n");
  write_file(folder / "b.yaml", "model:\n  cascades: 0\n");
  EXPECT_EQ(message_of(folder / "a.yaml")
                .find((folder / "b.yaml").string() + ":2: model.cascades: found 0"),
            0U);
}

TEST(Extends, AClashBetweenFilesNamesTheLastThatSetTheKey) {
  const TemporaryFolder folder;
  write_file(folder / "a.yaml", "extends: b.yaml\nmodel:\n  channels: 6\n");
  write_file(folder / "b.yaml", "model:\n  channels: 16\n  groups: 8\n");
  EXPECT_EQ(message_of(folder / "a.yaml")
                .find((folder / "b.yaml").string() + ":3: model.groups: found 8"),
            0U);
}

TEST(Extends, RefusesCircles) {
  const TemporaryFolder folder;
  write_file(folder / "self.yaml", "extends: ./sub/../self.yaml\n");
  write_file(folder / "sub/unused.yaml", "");
  write_file(folder / "a.yaml", "extends: b.yaml\n");
  write_file(folder / "b.yaml", "\nextends: a.yaml\n");
  for (const auto& [file, place] : {std::pair{"self.yaml", "self.yaml:1: extends: found "},
                                    {"a.yaml", "b.yaml:2: extends: found "}}) {
    const std::string message = message_of(folder / file);
    EXPECT_EQ(message.find((folder / place).string()), 0U) << message;
    EXPECT_NE(message.find("do not extend each other in a circle"), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace dircn::load_test
