#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "dircn/config/simulation_config.h"
#include "dircn/data/slice_source.h"

namespace dircn::simulation {

struct ScanSources;

/// Slices that are simulated when they are asked for, each of a scan of its own (`VariedScan`): a
/// training set that has no end and needs no disk. Equal configurations and seeds give equal
/// slices, to the bit.
class SimulatedSlices : public SliceSource {
 public:
  /// Reads the heads that `config` names. Throws `Error` if one cannot be read.
  SimulatedSlices(const SimulationConfig& config, int64_t seed);
  ~SimulatedSlices() override;
  SimulatedSlices(SimulatedSlices&&) noexcept;
  SimulatedSlices& operator=(SimulatedSlices&&) noexcept;
  SimulatedSlices(const SimulatedSlices&) = delete;
  SimulatedSlices& operator=(const SimulatedSlices&) = delete;

  int64_t size() const override;
  /// Another slice in every epoch. Its `maximum` is that of its image.
  RawSlice read(int64_t index, int64_t epoch) const override;
  /// "simulated slice 17".
  std::string name(int64_t index) const override;
  std::string summary() const override;

 private:
  std::unique_ptr<ScanSources> sources_;
  int64_t seed_;
};

}  // namespace dircn::simulation
