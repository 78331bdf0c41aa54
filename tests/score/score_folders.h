#pragma once

#include <H5Cpp.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <filesystem>
#include <optional>
#include <string>

#include "dircn/score/score_job.h"
#include "support/challenge_files.h"
#include "support/golden.h"
#include "support/paths.h"

namespace dircn::testing {

/// Adds the attribute `annotations`, JSON: slice -> list of boxes.
inline void annotate(const std::filesystem::path& path, const std::string& json) {
  H5::H5File file(path.string(), H5F_ACC_RDWR);
  const H5::StrType type(H5::PredType::C_S1, H5T_VARIABLE);
  file.createAttribute("annotations", type, H5::DataSpace()).write(type, json);
}

/// A folder of targets and one of reconstructions, filled with the slices of tests/golden
/// S5_metrics.
class ScoreFolders : public ::testing::Test {
 protected:
  static constexpr double kTolerance = 1e-6;

  /// A golden slice as a volume, its degraded image being both zero-filled and reconstruction.
  void add(const std::string& folder, const std::string& name, int image) const {
    const auto degraded = golden(image, "recon");
    write_images(target() / folder / "image" / name, golden(image, "target"), maximum(image),
                 degraded);
    write_reconstruction(made() / folder / name, degraded);
  }

  torch::Tensor golden(int image, const std::string& name) const {
    return metrics_.tensor(key(image, name)).unsqueeze(0);
  }
  double number(int image, const std::string& name) const {
    return metrics_.number(key(image, name));
  }
  double maximum(int image) const { return number(image, "maximum"); }
  double ssim(int image) const { return number(image, "ssim2022"); }

  std::filesystem::path target() const { return folder_ / "leaderboard"; }
  std::filesystem::path made() const { return folder_ / "recon"; }
  Scores score(std::optional<ScorePreset> preset = std::nullopt) const {
    return score_volumes(score_folder_job(target(), made(), preset));
  }

 private:
  static std::string key(int image, const std::string& name) {
    return "img." + std::to_string(image) + "." + name;
  }

  const GoldenFile metrics_{"S5_metrics.pth"};
  TemporaryFolder folder_;
};

/// The volumes of tests/golden S5_leaderboard_volumes, whose scores the reference aggregated.
inline void write_leaderboard(const GoldenFile& golden, const std::filesystem::path& target,
                              const std::filesystem::path& made) {
  for (int64_t v = 0; v < golden.integer("num_volumes"); ++v) {
    const auto key = "vol." + std::to_string(v) + ".";
    const auto name = golden.text(key + "name");
    write_images(target / "image" / name, golden.tensor(key + "target"),
                 golden.number(key + "maximum"));
    annotate(target / "image" / name, golden.text(key + "annotations_json"));
    write_reconstruction(made / name, golden.tensor(key + "recon"));
  }
}

}  // namespace dircn::testing
