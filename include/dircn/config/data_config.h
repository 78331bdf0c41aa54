#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "dircn/config/names.h"
#include "dircn/config/simulation_config.h"

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

/// Removal of the readout's oversampling: coil images cropped along H to what the scan's header
/// says that they show, or without one to min(H, W) or what the image shows; or left as they are.
enum class FovCrop { square, none };

template <>
struct EnumNames<FovCrop> {
  static constexpr std::pair<FovCrop, const char*> kTable[] = {{FovCrop::square, "square"},
                                                               {FovCrop::none, "none"}};
};

/// Which masks the slices of a training set get.
enum class TrainingMasks {
  file,    // those of their files; volumes without one: `fixed`
  fixed,   // drawn by the volume's name, the same in every epoch
  redrawn  // drawn anew for every slice in every epoch
};

template <>
struct EnumNames<TrainingMasks> {
  static constexpr std::pair<TrainingMasks, const char*> kTable[] = {
      {TrainingMasks::file, "file"},
      {TrainingMasks::fixed, "fixed"},
      {TrainingMasks::redrawn, "redrawn"}};
};

/// What image and target are divided by before they enter the loss; see Note [Normalization].
enum class Normalization {
  none,
  center_maximum,      // largest magnitude of k-space in its centre columns (Ottesen's code)
  zero_filled_maximum  // maximum of the zero-filled image
};

template <>
struct EnumNames<Normalization> {
  static constexpr std::pair<Normalization, const char*> kTable[] = {
      {Normalization::none, "none"},
      {Normalization::center_maximum, "center_maximum"},
      {Normalization::zero_filled_maximum, "zero_filled_maximum"}};
};

/// How the probability of an augmentation grows from 0 to its value over the epochs of a run.
enum class AugmentationSchedule { constant, linear, exponential };

template <>
struct EnumNames<AugmentationSchedule> {
  static constexpr std::pair<AugmentationSchedule, const char*> kTable[] = {
      {AugmentationSchedule::constant, "constant"},
      {AugmentationSchedule::linear, "linear"},
      {AugmentationSchedule::exponential, "exponential"}};
};

/// Augmentation of training slices after MRAugment (Fabian et al., arXiv 2106.14947): complex coil
/// images are transformed, then masked. Each transform happens with `probability` (as the schedule
/// has it) times its own weight.
struct AugmentationConfig {
  double probability = 0;  // 0: no augmentation
  AugmentationSchedule schedule = AugmentationSchedule::exponential;
  double flips = 0.5;  // weight; of each of both axes
  double right_angles = 0.5;
  double rotation = 1;
  double translation = 1;
  double scaling = 1;
  double shear = 1;
  double max_rotation = 180;       // degrees
  double max_translation = 0.125;  // of the edge
  double max_scaling = 0.25;       // factor between 1 - this and 1 + this
  double max_shear = 15;           // degrees
};

/// What `DataConfig::train` says where slices are simulated instead of read.
inline constexpr const char* kSimulate = "simulate";

/// Where the data lie and how slices are prepared. Relative paths count from the working directory.
struct DataConfig {
  Layout layout = Layout::automatic;
  std::string train;  // folder of the training set, or "simulate"; empty: none
  std::string val;    // folder of the validation set
  FovCrop fov_crop = FovCrop::square;
  int64_t crop = 384;    // edge of the centre in which difficulty is measured
  int64_t workers = 1;   // threads that prepare slices while the network trains
  int64_t prefetch = 4;  // slices at most that are read ahead
  MaskConfig mask;
  TrainingMasks training_masks = TrainingMasks::file;
  Normalization normalization = Normalization::none;
  double normalization_fraction = 0.08;  // of the columns: the centre, for `center_maximum`
  AugmentationConfig augmentation;
  double subset = 1;            // share of the training volumes that is used, for trials
  double validation_share = 0;  // of the training volumes, kept for validation where `val` is empty
  int64_t split_seed = 1;       // which volumes both of them are
  SimulationConfig simulation;  // what "simulate" makes
};

}  // namespace dircn
