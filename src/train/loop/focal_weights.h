#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "dircn/config/train_config.h"
#include "dircn/formats/pickle_value.h"

namespace dircn {

/// Weights of slices by difficulty (Lin et al., arXiv 1708.02002, for reconstruction): d^gamma / m,
/// m the mean of d^gamma over the training set (`zero_filled`: told once) or over the last
/// `kWindow` slices, the weighed one among them (`prediction`; so the first weight is 1). gamma 0,
/// and a mean of 0: always 1.
class FocalWeights {
 public:
  static constexpr int64_t kWindow = 1000;

  explicit FocalWeights(const FocalConfig& config);

  /// Whether the training set's difficulties have to be told before the first weight.
  bool needs_training_set() const;
  /// Tells of the difficulty of a slice of the training set.
  void add_training_slice(double difficulty);

  /// The weight of a slice, whose difficulty is `zero_filled` or `prediction`, as configured, and
  /// remembers the latter if that is what counts. Both lie in [0, 2]. Throws `Error` while the
  /// training set's difficulties are still needed.
  double weigh(double zero_filled, double prediction);

  /// What a checkpoint keeps.
  PickleDict state() const;
  /// Throws `Error` about `subject` if it is no such state. The training set has to be told of
  /// again where the state was made with another gamma.
  void load(const PickleDict& state, const std::string& subject);

 private:
  double power(double difficulty) const;
  static double relative(double power, double mean);

  FocalConfig config_;
  double sum_ = 0;  // of d^gamma over the training set
  int64_t count_ = 0;
  std::deque<double> window_;  // the last difficulties of predictions
};

}  // namespace dircn
