#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "dircn/config/model_config.h"
#include "dircn/config/names.h"

namespace dircn {

/// How a data set's folders and files are arranged.
enum class Layout { snu };

template <>
struct EnumNames<Layout> {
  static constexpr std::pair<Layout, const char*> kTable[] = {{Layout::snu, "snu"}};
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
  Layout layout = Layout::snu;
  std::string train;        // folder of the training set; empty: none
  std::string val;          // folder of the validation set
  std::string leaderboard;  // folder of the test set
  FovCrop fov_crop = FovCrop::square;
  int64_t crop = 384;    // edge of the square that images are centre-cropped or zero-padded to
  int64_t workers = 1;   // threads that prepare slices while the network trains
  int64_t prefetch = 4;  // slices at most that are read ahead
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
