#include "dircn/simulate/simulated_slices.h"

#include "dircn/data/prepared_slice.h"
#include "simulate/random_stream.h"
#include "simulate/varied_scan.h"

namespace dircn::simulation {
namespace {

constexpr int64_t kTraining = 7;  // beside the keys of volumes in files

torch::Tensor acquired_columns(const MeasuredPart& part) {
  torch::Tensor acquired = torch::zeros({part.columns}, torch::kBool);
  acquired.slice(0, part.first_column, part.end_column).fill_(true);
  return acquired;
}

}  // namespace

SimulatedSlices::SimulatedSlices(const SimulationConfig& config, int64_t seed)
    : sources_(std::make_unique<ScanSources>(config)), seed_(seed) {}
SimulatedSlices::~SimulatedSlices() = default;
SimulatedSlices::SimulatedSlices(SimulatedSlices&&) noexcept = default;
SimulatedSlices& SimulatedSlices::operator=(SimulatedSlices&&) noexcept = default;

int64_t SimulatedSlices::size() const {
  return sources_->config.slices;
}

RawSlice SimulatedSlices::read(int64_t index, int64_t epoch) const {
  VariedScan scan(*sources_, RandomStream{seed_, kTraining, epoch, index}, 1);
  const MeasuredPart& part = scan.plan().part;
  RawSlice raw;
  raw.kspace = scan.kspace(0);
  raw.mask = scan.mask().mask;
  raw.grid = {GridAxis::around_middle(part.rows, part.rows),
              GridAxis::around_middle(part.columns, part.columns)};
  raw.acquired = acquired_columns(part);
  raw.volume = name(index) + " of epoch " + std::to_string(epoch + 1);
  raw.name = raw.volume;
  raw.maximum = combined_image(raw.kspace).max().item<double>();
  return raw;
}

std::string SimulatedSlices::summary() const {
  const int64_t heads = sources_->anatomy.volumes();
  return std::to_string(size()) + " simulated slices an epoch" +
         (heads > 0 ? ", of " + std::to_string(heads) + " heads" : "");
}

std::string SimulatedSlices::name(int64_t index) const {
  return "simulated slice " + std::to_string(index + 1);
}

}  // namespace dircn::simulation
