#include "dircn/evaluate/evaluated_runs.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <filesystem>
#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/formats/hdf5_writer.h"
#include "dircn/model/checkpoint.h"
#include "dircn/model/module_state.h"
#include "dircn/score/score_job.h"
#include "score/score_folders.h"
#include "support/random_input.h"
#include "support/small_set.h"

namespace dircn::evaluated_runs_test {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> names_of(const std::vector<std::string>& texts) {
  std::vector<std::string> names;
  for (const auto& source : run_sources(texts)) {
    names.push_back(source.name);
  }
  return names;
}

TEST(RunSources, AreNamedOrCalledAfterTheirPaths) {
  const auto sources = run_sources({"ours=out/a", "out/b/"});
  EXPECT_EQ(sources[0].name, "ours");
  EXPECT_EQ(sources[0].path, "out/a");
  EXPECT_EQ(sources[1].path, "out/b/");
  EXPECT_EQ(sources[1].name, "b");
  EXPECT_EQ(names_of({"out/a", "out/b.pt"}), (std::vector<std::string>{"a", "b.pt"}));
}

TEST(RunSources, TakeAsMuchOfTheirPathsAsTellsThemApart) {
  EXPECT_EQ(names_of({"runs/a/best.pt", "runs/b/best.pt"}),
            (std::vector<std::string>{"a/best.pt", "b/best.pt"}));
  EXPECT_EQ(names_of({"x=runs/a/best.pt", "runs/b/best.pt"}),
            (std::vector<std::string>{"x", "best.pt"}));
  EXPECT_EQ(names_of({"a/best.pt", "a/best.pt"}).front(), "a/best.pt");
  EXPECT_EQ(names_of({"out/a/", "./out/b/."}), (std::vector<std::string>{"a", "b"}));
}

TEST(RunSources, AreNoNamesWhereTheSignIsPartOfAPath) {
  EXPECT_EQ(run_sources({"runs/lr=0.1/best.pt"})[0].path, "runs/lr=0.1/best.pt");
  EXPECT_EQ(run_sources({"=a"})[0].path, "=a");
  EXPECT_EQ(run_name("out/lr=0.1/"), "lr=0.1");
  EXPECT_EQ(run_name("/"), "/");
}

class FolderRun : public testing::ScoreFolders {};

TEST_F(FolderRun, TellsHowItsFilesWereMade) {
  add("acc4", "a.h5", 1);
  EXPECT_EQ(folder_run({"r", made()}, target(), std::nullopt, {}).facts,
            (std::vector<Fact>{{"Reconstructions", made().string()}}));
  {
    Hdf5Writer writer(made() / "acc4/a.h5");
    writer.write_real("reconstruction", golden(1, "recon"));
    writer.set_attribute("reconstruction_method", "a network");
    writer.set_attribute("reconstruction_program", "dircn 9");
    writer.finish();
  }
  const EvaluatedRun run = folder_run({"r", made()}, target(), std::nullopt, {});
  EXPECT_EQ(run.name, "r");
  EXPECT_EQ(run.facts, (std::vector<Fact>{{"Reconstructions", made().string()},
                                          {"Method", "a network"},
                                          {"Program", "dircn 9"}}));
  EXPECT_EQ(score_volumes(run.job).volumes.size(), 1U);
}

TEST_F(FolderRun, PassesOverFilesThatCannotBeRead) {
  add("acc4", "a.h5", 1);
  testing::write_file(made() / "acc4/a.h5", "no HDF5");
  EXPECT_EQ(folder_run({"r", made()}, target(), std::nullopt, {}).facts.size(), 1U);
}

TEST(NetworkRun, IsTheMeanOfItsCheckpoints) {
  const testing::TemporaryFolder folder;
  testing::write_small_set(folder / "val", {});
  std::vector<fs::path> checkpoints;
  for (const char* name : {"a.pt", "b.pt"}) {
    torch::manual_seed(checkpoints.size());
    checkpoints.push_back(folder / name);
    save_checkpoint(checkpoints.back(), state_of(*make_network(testing::small_model())),
                    testing::small_model());
  }
  Config config;
  config.data.val = (folder / "val").string();
  const auto image = [&](const std::vector<fs::path>& of, bool flips) {
    const auto run = network_run("n", of, config, {torch::kCPU, Precision::fp32, flips}, {});
    return run.job.volumes[0].open()->read_slice(0);
  };
  const auto first = image({checkpoints[0]}, false).reconstruction;
  const auto second = image({checkpoints[1]}, false).reconstruction;
  const auto both = image(checkpoints, false);
  EXPECT_TRUE(torch::allclose(both.reconstruction, (first + second) / 2, 1e-5, 1e-8));
  EXPECT_EQ(both.more.count(kDeviation), 1U);
  EXPECT_FALSE(torch::allclose(image({checkpoints[0]}, true).reconstruction, first, 1e-4, 1e-8));
  const auto facts = network_run("n", checkpoints, config, {}, {}).facts;
  EXPECT_EQ(facts[0].first, "Method");
  EXPECT_NE(facts[0].second.find("mean of "), std::string::npos) << facts[0].second;
  EXPECT_NE(facts[0].second.find("b.pt (DIRCN, 2 cascades"), std::string::npos) << facts[0].second;
  EXPECT_THROW(network_run("n", {folder / "none.pt"}, config, {}, {}), Error);
}

}  // namespace
}  // namespace dircn::evaluated_runs_test
