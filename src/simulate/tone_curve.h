#pragma once

#include <torch/types.h>

#include "simulate/random_stream.h"

namespace dircn::simulation {

/// Another contrast: which signal each grey of an image becomes. Air stays dark; of the rest any
/// smooth curve may come, among them those that leave the image nearly as it was and those that
/// exchange bright and dark, as T1 and T2 weighting do.
class ToneCurve {
 public:
  explicit ToneCurve(RandomStream& random);

  /// `image`: any shape, 0 or more.
  torch::Tensor operator()(const torch::Tensor& image) const;

 private:
  torch::Tensor values_;  // at equal distances from 0
};

}  // namespace dircn::simulation
