#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <optional>
#include <thread>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/core/bounded_queue.h"
#include "dircn/data/random_draws.h"
#include "dircn/data/sample.h"
#include "dircn/data/slice_source.h"

namespace dircn {

struct LoaderOptions {
  SampleOptions sample;
  int64_t workers = 1;      // threads that make samples of raw slices
  int64_t prefetch = 4;     // samples at most between the disk and the network
  bool pin_memory = false;  // for copies to a GPU that do not wait; without CUDA it does nothing
};

/// What `config` says, for a network on `device`.
LoaderOptions loader_options(const DataConfig& config, torch::Device device);

/// The same for epoch `epoch` of `epochs` on a training set, with what is drawn for it.
LoaderOptions training_loader_options(const DataConfig& config, torch::Device device, int64_t seed,
                                      int64_t epoch, int64_t epochs);

/// Prepares samples ahead of time: one thread reads slices (HDF5 allows no more), `workers` threads
/// transform them, each on one core. Memory stays constant in the size of the set: no more than
/// `prefetch` slices are between reading and `next()`. What comes out does not depend on the
/// options' numbers, to the bit.
///
///     Loader loader(set, shuffled_order(set.size(), seed, epoch), options);
///     while (auto sample = loader.next()) { ... }
class Loader {
 public:
  /// Delivers the slices `order` of `set`, which must outlive the loader and not be read by others
  /// meanwhile. Throws `Error` unless `workers` and `prefetch` are positive.
  Loader(const SliceSource& set, std::vector<int64_t> order, const LoaderOptions& options);
  /// Stops the threads; at most the slice that each works on is still finished.
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// The next sample, in the given order; none after the last. Throws what reading or making it
  /// threw, at that sample's turn; the loader is then at its end.
  std::optional<Sample> next();

  /// How long `next()` has waited for samples in all.
  double seconds_waited() const { return waited_.count(); }

 private:
  /// A slice that was read, on its way to becoming the sample that was promised for it.
  struct Raw {
    int64_t index;
    RawSlice slice;
    std::promise<Sample> sample;
  };

  Loader(const SliceSource& set, std::vector<int64_t> order, const LoaderOptions& options,
         size_t places);

  void stop();
  void read_slices();
  void make_samples();
  Sample sample_of(const RawSlice& slice, int64_t index) const;

  const SliceSource& set_;
  const std::vector<int64_t> order_;
  const LoaderOptions options_;
  const bool pin_;
  std::chrono::duration<double> waited_{0};  // of the thread that calls `next`
  BoundedQueue<std::future<Sample>> samples_;
  BoundedQueue<Raw> slices_;
  std::vector<std::thread> threads_;
};

}  // namespace dircn
