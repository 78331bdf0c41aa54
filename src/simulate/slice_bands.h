#pragma once

#include <cstdint>
#include <map>
#include <vector>

namespace dircn::simulation {

/// The parts of a data set; a leaderboard, or test set, is what nobody trains or tunes with.
enum class Split { train, val, leaderboard };

/// "train", "val" or "leaderboard".
const char* to_string(Split split);

struct Band {
  double low;
  double high;
};

/// Divides the height of a brain among training, validation and leaderboard, so that they never
/// show the same anatomy: bands of each in turn, with gaps that nobody uses between them.
class SliceBands {
 public:
  /// Between the heights `low` and `high`, with gaps of `gap` mm. Throws `Error` if there is too
  /// little height for that.
  SliceBands(double low, double high, double gap);

  const std::vector<Band>& of(Split split) const { return bands_.at(split); }

  /// The heights of a volume's slices, upwards: they share out the split's bands evenly. `phase` in
  /// [0, 1) moves them all by this part of their distance.
  std::vector<double> positions(Split split, int64_t slices, double phase) const;

 private:
  std::map<Split, std::vector<Band>> bands_;
};

}  // namespace dircn::simulation
