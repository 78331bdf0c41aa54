#pragma once

#include <torch/types.h>

#include "dircn/model/network.h"

namespace dircn {

/// The exponential moving average of a network's weights (EMA): after every step
/// average = decay · average + (1 - decay) · weights, but weights that do not change are averaged
/// to themselves, to the bit.
class MovingAverage {
 public:
  /// Begins at the network's present weights.
  MovingAverage(const Network& network, double decay);

  /// Throws `Error` if the network is of another size.
  void update(const Network& network);

  /// The network with the averaged weights, on the device and of the dtype that the first one had.
  /// Its parameters want no gradient.
  const Network& network() const { return average_; }

 private:
  Network average_;
  double decay_;
};

}  // namespace dircn
