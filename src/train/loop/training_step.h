#pragma once

#include <torch/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/data/sample.h"
#include "dircn/model/losses.h"
#include "dircn/model/network.h"
#include "train/loop/focal_weights.h"
#include "train/loop/not_finite.h"
#include "train/state/training_records.h"

namespace dircn {

/// The gradient of one step of the optimiser: the mean over its slices of weight · loss. Slices of
/// equal shape go through the network together, `train.batch.at_once` at most; groups add their
/// gradients. However the slices are grouped, the gradient is the same but for rounding (and for
/// weights by `prediction`, which depend on the order where shapes are mixed).
///
///     TrainingStep step(network, config, focal, slices);
///     for (...) step.add(sample);
///     step.finish();   // now the parameters have their gradients
class TrainingStep {
 public:
  /// `slices`: how many there will be. `focal` is told of every slice.
  TrainingStep(Network network, const Config& config, FocalWeights& focal, int64_t slices);

  /// Adds a slice; `name` is what messages and records call it. When a group is full, takes it to
  /// the network's device and runs the network. Throws `NotFinite` where a loss is NaN or Inf.
  void add(Sample sample, std::string name);

  /// Runs the network on the groups that are not full.
  void finish();

  /// What became of each slice, in the order in which they were computed.
  const std::vector<SliceRecord>& slices() const { return done_; }

 private:
  struct Member {
    Sample sample;
    std::string name;
  };
  using Shape = std::vector<int64_t>;

  void run(const std::vector<Member>& group);
  SliceRecord record(const Member& member, const torch::Tensor& image, const LossTerms& terms,
                     int64_t index);

  Network network_;
  torch::Device device_;
  const Config& config_;
  FocalWeights& focal_;
  int64_t slices_;
  std::map<Shape, std::vector<Member>> waiting_;
  std::vector<SliceRecord> done_;
};

}  // namespace dircn
