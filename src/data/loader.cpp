#include "dircn/data/loader.h"

#include <torch/cuda.h>
#include <torch/utils.h>

#include <exception>
#include <string>
#include <utility>

#include "data/augmentation.h"
#include "dircn/core/bounded_queue.h"
#include "dircn/core/error.h"
#include "dircn/runtime/threads.h"

namespace dircn {
namespace {

void require_positive(int64_t value, const std::string& subject) {
  require(value > 0, [&] { return Error::Parts{subject, std::to_string(value), "at least 1"}; });
}

size_t places(const LoaderOptions& options) {
  require_positive(options.workers, "data.workers");
  require_positive(options.prefetch, "data.prefetch");
  return static_cast<size_t>(options.prefetch);
}

}  // namespace

LoaderOptions loader_options(const DataConfig& config, torch::Device device) {
  return {{config.normalization, config.normalization_fraction},
          config.workers,
          config.prefetch,
          /*pin_memory=*/device.is_cuda()};
}

LoaderOptions training_loader_options(const DataConfig& config, torch::Device device, int64_t seed,
                                      int64_t epoch, int64_t epochs) {
  LoaderOptions options = loader_options(config, device);
  const double probability = augmentation_probability(config.augmentation, epoch, epochs);
  options.sample.draws = TrainingDraws{config.training_masks, config.mask, config.augmentation,
                                       probability,           seed,        epoch};
  return options;
}

Loader::Loader(const SliceSource& set, std::vector<int64_t> order, const LoaderOptions& options)
    : Loader(set, std::move(order), options, places(options)) {
  // The object is whole by now: where a thread cannot be started, its destructor joins the others.
  threads_.push_back(start_single_threaded([this] { read_slices(); }));
  for (int64_t i = 0; i < options_.workers; ++i) {
    threads_.push_back(start_single_threaded([this] { make_samples(); }));
  }
}

Loader::Loader(const SliceSource& set, std::vector<int64_t> order, const LoaderOptions& options,
               size_t places)
    : set_(set),
      order_(std::move(order)),
      options_(options),
      pin_(options.pin_memory && torch::cuda::is_available()),
      samples_(places),
      slices_(places) {}

Loader::~Loader() {
  stop();
  for (auto& thread : threads_) {
    thread.join();
  }
}

std::optional<Sample> Loader::next() {
  const auto start = std::chrono::steady_clock::now();
  auto promised = samples_.pop();
  if (!promised) {
    return std::nullopt;
  }
  promised->wait();
  waited_ += std::chrono::steady_clock::now() - start;
  try {
    return promised->get();
  } catch (...) {
    stop();
    throw;
  }
}

void Loader::stop() {
  samples_.stop();
  slices_.stop();
}

/// A sample is promised in the order's turn before its slice is read; `next()` waits for the
/// promise, or gets what went wrong instead.
void Loader::read_slices() {
  const torch::NoGradGuard no_grad;
  const int64_t epoch = options_.sample.draws ? options_.sample.draws->epoch : 0;
  for (const int64_t index : order_) {
    std::promise<Sample> sample;
    if (!samples_.push(sample.get_future())) {
      return;
    }
    try {
      RawSlice slice = set_.read(index, epoch);
      slices_.push({index, std::move(slice), std::move(sample)});
    } catch (...) {
      sample.set_exception(std::current_exception());
      return;
    }
  }
  samples_.close();
}

void Loader::make_samples() {
  const torch::NoGradGuard no_grad;
  while (auto raw = slices_.pop()) {
    try {
      raw->sample.set_value(sample_of(raw->slice, raw->index));
    } catch (...) {
      raw->sample.set_exception(std::current_exception());
    }
  }
}

Sample Loader::sample_of(const RawSlice& slice, int64_t index) const {
  Sample sample = make_sample(slice, index, options_.sample);
  return pin_
             ? with_tensors(sample, [](const torch::Tensor& tensor) { return tensor.pin_memory(); })
             : sample;
}

}  // namespace dircn
