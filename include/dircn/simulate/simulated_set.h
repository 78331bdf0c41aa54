#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dircn/config/config.h"

namespace dircn::simulation {

/// What a scanner measures of every volume.
struct Scan {
  int64_t slices = 16;
  int64_t coils = 16;
  int64_t height = 768;  // readout: sees twice the head's field of view where it is twice the width
  int64_t width = 396;   // phase encoding; pixels are square
  int64_t label = 384;   // edge of the images
};

/// `layout` says how the files lie: ROOT/{train,val,leaderboard/accN}/{kspace,image}/NAME.h5 (snu),
/// or ROOT/multicoil_{train,val,test}/NAME.h5 (fastmri).
struct SetOptions {
  std::filesystem::path output;
  Layout layout = Layout::snu;
  int64_t train = 0;  // volumes
  int64_t val = 0;
  int64_t leaderboard = 0;                      // for each acceleration
  std::vector<int64_t> accelerations = {4, 8};  // train and val take them in turn
  Scan scan;
  int64_t seed = 1;
  std::string anatomy;  // see `load_head`; empty: `default_anatomy()`
  /// Where set, each volume is another scan (see `SimulatedSlices`), and of `scan` only the number
  /// of slices counts. The accelerations are those above.
  std::optional<SimulationConfig> variety;
};

struct SetSummary {
  int64_t written = 0;
  int64_t skipped = 0;  // were there already
  bool interrupted = false;
};

/// "3 volumes written, 1 skipped (already there)", and if it was interrupted, how to go on.
std::string to_string(const SetSummary& summary);

/// Writes a data set, volume after volume. Volumes that are there already stay, so that running it
/// again completes a set or makes it larger; OUTPUT/simulation.json says what it was made with, and
/// a run that would mix in others throws `Error`. Stops after the current slice when interrupted
/// (core/interrupt.h).
SetSummary simulate_set(const SetOptions& options);

}  // namespace dircn::simulation
