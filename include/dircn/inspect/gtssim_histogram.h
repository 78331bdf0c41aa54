#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/core/atomic_file.h"

namespace dircn {

/// How hard a slice is: the distance 1 − SSIM of its zero-filled image from its target, see
/// `ssim_distance`.
struct SliceDifficulty {
  std::string volume;  // its path in the data set
  int64_t slice = 0;
  double input_distance = 0;
};

/// Measures every slice of the training set in `folder`, prepared as in training (`config`: field
/// of view, crop, masks to be drawn), and shows progress. Throws `Error` if the set cannot be used.
std::vector<SliceDifficulty> measure_difficulties(const std::filesystem::path& folder,
                                                  const DataConfig& config);

/// Quantiles are interpolated linearly between the two nearest values.
struct Distribution {
  int64_t count = 0;
  double mean = 0;
  double lower_quartile = 0;
  double median = 0;
  double upper_quartile = 0;
};

/// Throws `Error` for no values.
Distribution distribution(std::vector<double> values);

/// "3400 slices: mean 0.1234, quartiles ..., median ...".
std::string to_text(const Distribution& distribution);

/// `prefix`.csv (volume, slice, gtSSIM) and `prefix`.html (their histogram). Measuring takes long:
/// make this before, so that a place that cannot be written is known at once.
///
///     DifficultyFiles files(prefix);
///     files.write(measure_difficulties(folder, config));
class DifficultyFiles {
 public:
  /// Throws `Error` if the files cannot be written there.
  explicit DifficultyFiles(const std::filesystem::path& prefix);

  /// Writes both, once, and says how the slices are distributed. Throws `Error` for no slices, and
  /// if writing fails.
  Distribution write(const std::vector<SliceDifficulty>& slices);

 private:
  AtomicFile table_;
  AtomicFile page_;
};

}  // namespace dircn
