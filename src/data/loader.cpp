#include "dircn/data/loader.h"

#include <torch/cuda.h>
#include <torch/utils.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "data/augmentation.h"
#include "dircn/core/error.h"
#include "dircn/runtime/threads.h"

namespace dircn {
namespace {

void require_positive(int64_t value, const std::string& subject) {
  require(value > 0, [&] {
    return Error::Parts{subject, std::to_string(value), "at least 1", ""};
  });
}

}  // namespace

/// The threads and what they share. A slice is known by its place in the order; the places read
/// are always less than `prefetch` ahead of the next one that is delivered.
class Loader::Pipeline {
 public:
  Pipeline(const SliceSet& set, std::vector<int64_t> order, const LoaderOptions& options)
      : set_(set),
        order_(std::move(order)),
        options_(options),
        pin_(options.pin_memory && torch::cuda::is_available()) {
    require_positive(options.workers, "data.workers");
    require_positive(options.prefetch, "data.prefetch");
  }

  ~Pipeline() {
    stop();
    for (auto& thread : threads_) {
      thread.join();
    }
  }

  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  void start() {
    threads_.push_back(start_single_threaded([this] { read_slices(); }));
    for (int64_t i = 0; i < options_.workers; ++i) {
      threads_.push_back(start_single_threaded([this] { make_samples(); }));
    }
  }

  std::optional<Sample> next() {
    std::unique_lock<std::mutex> lock(mutex_);
    if (stopped_ || delivered_ == order_.size()) {
      return std::nullopt;
    }
    const auto start = std::chrono::steady_clock::now();
    changed_.wait(lock, [&] { return results_.count(delivered_) > 0; });
    waited_ += std::chrono::steady_clock::now() - start;
    Result result = std::move(results_.extract(delivered_).mapped());
    ++delivered_;
    lock.unlock();
    changed_.notify_all();
    if (result.error) {
      stop();
      std::rethrow_exception(result.error);
    }
    return std::move(result.sample);
  }

  double seconds_waited() const { return waited_.count(); }

 private:
  struct Raw {
    size_t place;
    RawSlice slice;
  };
  struct Result {
    Sample sample;
    std::exception_ptr error;  // instead of the sample
  };

  void stop() {
    change([&] { stopped_ = true; });
  }

  /// Changes what the threads share, and wakes those that wait for it.
  template <typename Action>
  void change(Action action) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      action();
    }
    changed_.notify_all();
  }

  /// Waits until `condition` holds; false if the loader was stopped.
  template <typename Condition>
  bool wait(std::unique_lock<std::mutex>& lock, Condition condition) {
    changed_.wait(lock, [&] { return stopped_ || condition(); });
    return !stopped_;
  }

  void read_slices() {
    const torch::NoGradGuard no_grad;
    const auto ahead = static_cast<size_t>(options_.prefetch);
    for (size_t place = 0; place < order_.size(); ++place) {
      std::unique_lock<std::mutex> lock(mutex_);
      if (!wait(lock, [&] { return place - delivered_ < ahead; })) {
        return;
      }
      lock.unlock();
      try {
        Raw raw{place, set_.read(order_[place])};
        change([&] { raw_.push_back(std::move(raw)); });
      } catch (...) {
        const auto error = std::current_exception();
        change([&] { results_[place].error = error; });
        return;
      }
    }
  }

  void make_samples() {
    const torch::NoGradGuard no_grad;
    while (true) {
      std::unique_lock<std::mutex> lock(mutex_);
      if (!wait(lock, [&] { return !raw_.empty(); })) {
        return;
      }
      const Raw raw = std::move(raw_.front());
      raw_.pop_front();
      lock.unlock();
      Result result = result_of(raw);
      change([&] { results_.emplace(raw.place, std::move(result)); });
    }
  }

  Result result_of(const Raw& raw) const {
    Result result;
    try {
      result.sample = make_sample(raw.slice, order_[raw.place], options_.sample);
      if (pin_) {
        result.sample = with_tensors(
            result.sample, [](const torch::Tensor& tensor) { return tensor.pin_memory(); });
      }
    } catch (...) {
      result.error = std::current_exception();
    }
    return result;
  }

  const SliceSet& set_;
  const std::vector<int64_t> order_;
  const LoaderOptions options_;
  const bool pin_;
  std::chrono::duration<double> waited_{0};  // of the thread that calls `next`
  std::vector<std::thread> threads_;

  std::mutex mutex_;
  std::condition_variable changed_;  // anything below
  std::deque<Raw> raw_;
  std::map<size_t, Result> results_;
  size_t delivered_ = 0;
  bool stopped_ = false;
};

LoaderOptions loader_options(const DataConfig& config, torch::Device device) {
  LoaderOptions options;
  options.sample.fov_crop = config.fov_crop;
  options.sample.normalization = config.normalization;
  options.sample.normalization_fraction = config.normalization_fraction;
  options.workers = config.workers;
  options.prefetch = config.prefetch;
  options.pin_memory = device.is_cuda();
  return options;
}

LoaderOptions training_loader_options(const DataConfig& config, torch::Device device, int64_t seed,
                                      int64_t epoch, int64_t epochs) {
  LoaderOptions options = loader_options(config, device);
  TrainingDraws draws;
  draws.masks = config.training_masks;
  draws.mask = config.mask;
  draws.augmentation = config.augmentation;
  draws.probability = augmentation_probability(config.augmentation, epoch, epochs);
  draws.seed = seed;
  draws.epoch = epoch;
  options.sample.draws = draws;
  return options;
}

Loader::Loader(const SliceSet& set, std::vector<int64_t> order, const LoaderOptions& options)
    : pipeline_(std::make_unique<Pipeline>(set, std::move(order), options)) {
  pipeline_->start();
}

Loader::~Loader() = default;

std::optional<Sample> Loader::next() {
  return pipeline_->next();
}

double Loader::seconds_waited() const {
  return pipeline_->seconds_waited();
}

}  // namespace dircn
