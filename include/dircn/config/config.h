#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "dircn/config/model_config.h"
#include "dircn/config/names.h"

namespace dircn {

/// How the files of a volume are arranged.
enum class Layout {
  automatic,  // each file says by what it holds
  snu,        // k-space with its mask in kspace/NAME.h5, images in image/NAME.h5
  fastmri     // k-space and `reconstruction_rss` in one file; only test files have a mask
};

template <>
struct EnumNames<Layout> {
  static constexpr std::pair<Layout, const char*> kTable[] = {
      {Layout::automatic, "auto"}, {Layout::snu, "snu"}, {Layout::fastmri, "fastmri"}};
};

/// How the columns outside the centre are chosen where a mask is drawn, as fastMRI's code calls it.
enum class MaskType { random, equispaced, equispaced_fraction, magic, magic_fraction };

template <>
struct EnumNames<MaskType> {
  static constexpr std::pair<MaskType, const char*> kTable[] = {
      {MaskType::random, "random"},
      {MaskType::equispaced, "equispaced"},
      {MaskType::equispaced_fraction, "equispaced_fraction"},
      {MaskType::magic, "magic"},
      {MaskType::magic_fraction, "magic_fraction"}};
};

/// The masks that are drawn for volumes without one (fastMRI's training and validation files). Each
/// volume gets one of the pairs (center_fractions[i], accelerations[i]).
struct MaskConfig {
  MaskType type = MaskType::equispaced_fraction;
  std::vector<double> center_fractions = {0.08, 0.04};
  std::vector<int64_t> accelerations = {4, 8};
};

/// Removal of the readout's oversampling: coil images cropped along H to min(H, W), or left as they
/// are.
enum class FovCrop { square, none };

template <>
struct EnumNames<FovCrop> {
  static constexpr std::pair<FovCrop, const char*> kTable[] = {{FovCrop::square, "square"},
                                                               {FovCrop::none, "none"}};
};

/// Where the data lie and how slices are prepared. Relative paths count from the working directory.
struct DataConfig {
  Layout layout = Layout::automatic;
  std::string train;        // folder of the training set; empty: none
  std::string val;          // folder of the validation set
  std::string leaderboard;  // folder of the test set
  FovCrop fov_crop = FovCrop::square;
  int64_t crop = 384;    // edge of the square images that are written, where a file names no size;
                         // and of the centre in which difficulty is measured
  int64_t workers = 1;   // threads that prepare slices while the network trains
  int64_t prefetch = 4;  // slices at most that are read ahead
  MaskConfig mask;
};

/// How the network is trained.
struct TrainConfig {
  int64_t epochs = 120;
  double learning_rate = 2e-3;
  std::vector<int64_t> milestones = {
      30, 90};  // after so many epochs the rate is multiplied by milestone_factor
  double milestone_factor = 0.1;
  int64_t seed = 1;
  double save_minutes = 10;  // a checkpoint this often within an epoch; one at its end anyway
};

/// Everything a YAML file can say. Each key has a default: the members' initial values.
struct Config {
  ModelConfig model;
  DataConfig data;
  TrainConfig train;

  /// Throws `Error`, with the key as its subject, if a value is out of range or two values
  /// contradict each other.
  void check() const;
};

/// Reads a YAML file and the files that it extends (`extends: other.yaml`, relative to the
/// extending file; the nearer file wins, maps merge, lists replace), then the overrides, each
/// "section.key=value" with a value in YAML. Throws `Error` naming file, line and key (or the
/// override) for whatever is not a valid configuration.
Config load_config(const std::filesystem::path& path,
                   const std::vector<std::string>& overrides = {});

/// The same for a text; `name` stands for the file in messages and `extends` counts from its
/// folder.
Config parse_config(const std::string& yaml, const std::string& name,
                    const std::vector<std::string>& overrides = {});

/// All keys as YAML; `parse_config` reads back exactly the same values.
std::string to_yaml(const Config& config);

/// A key with two values, as YAML.
struct ConfigDifference {
  std::string key;  // dotted
  std::string before;
  std::string now;
};

/// The keys whose values differ, in the order of the file.
std::vector<ConfigDifference> differences(const Config& before, const Config& now);

}  // namespace dircn
