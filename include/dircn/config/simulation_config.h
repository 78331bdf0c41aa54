#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dircn {

/// Scans that are simulated, each unlike the others: `data.train: simulate`, and `dircn_simulate
/// --config`. Pairs are the least and the most of what is drawn for each scan.
struct SimulationConfig {
  std::vector<std::string> anatomy = {"textures"};  // see `AnatomyLibrary`
  std::string coil_maps;                            // of half of the scans; empty: of none
  int64_t slices = 2000;                            // of an epoch of training
  std::vector<int64_t> matrix = {160, 256};         // edges of k-space
  std::vector<int64_t> coils = {4, 12};
  std::vector<double> snr = {5, 50};
  std::vector<double> acceleration = {2, 12};
};

}  // namespace dircn
