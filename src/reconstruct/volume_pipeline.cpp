#include "dircn/reconstruct/volume_pipeline.h"

#include <torch/utils.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/runtime/threads.h"

namespace dircn {

VolumePipeline::VolumePipeline(size_t volumes, Open open, size_t ahead)
    : volumes_(volumes),
      open_volume_(std::move(open)),
      ahead_(ahead),
      failed_(volumes, false),
      left_(volumes) {
  require(ahead_ > 0, [] { return Error::Parts{"slices that are read ahead", "0", "at least 1"}; });
  thread_ = start_single_threaded([this] { work(); });
}

VolumePipeline::~VolumePipeline() {
  stop();
  thread_.join();
}

std::optional<VolumePipeline::Event> VolumePipeline::next() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [&] { return !events_.empty() || ended_; });
  if (events_.empty()) {
    return std::nullopt;
  }
  std::optional<Event> event = std::move(events_.front());
  events_.pop_front();
  lock.unlock();
  changed_.notify_all();
  return event;
}

void VolumePipeline::write(const Slice& slice, SliceOutputs outputs) {
  change([&] { images_.push_back({slice.volume, slice.index, std::move(outputs)}); });
}

void VolumePipeline::fail(size_t volume, const std::string& reason) {
  change([&] {
    if (!failed_[volume]) {
      failed_[volume] = true;
      --left_;
      drop_slices([&](const Slice& slice) { return slice.volume == volume; });
      events_.emplace_back(Failed{volume, reason});
    }
  });
}

void VolumePipeline::stop() {
  change([&] {
    stopped_ = true;
    drop_slices([](const Slice&) { return true; });
  });
}

/// Changes what the threads share, and wakes the one that waits for it.
template <typename Action>
void VolumePipeline::change(Action action) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    action();
  }
  changed_.notify_all();
}

template <typename Condition>
void VolumePipeline::drop_slices(Condition condition) {
  const auto is_dropped = [&](const Event& event) {
    const auto* slice = std::get_if<Slice>(&event);
    return slice != nullptr && condition(*slice);
  };
  events_.erase(std::remove_if(events_.begin(), events_.end(), is_dropped), events_.end());
}

/// Whether there is a place for another slice, and a slice for it.
bool VolumePipeline::may_read() const {
  const auto waiting = std::count_if(events_.begin(), events_.end(), [](const Event& event) {
    return std::holds_alternative<Slice>(event);
  });
  return volume_ < volumes_ && static_cast<size_t>(waiting) < ahead_;
}

// Writing comes first: it is short, and it frees memory.
void VolumePipeline::work() {
  const torch::NoGradGuard no_grad;
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    close_failed();
    changed_.wait(lock, [&] { return !images_.empty() || stopped_ || left_ == 0 || may_read(); });
    if (!images_.empty()) {
      const Image image = std::move(images_.front());
      images_.pop_front();
      if (!failed_[image.volume]) {
        lock.unlock();
        write_now(image);
        lock.lock();
      }
    } else if (stopped_ || left_ == 0) {
      break;
    } else if (failed_[volume_]) {
      begin_next_volume();
    } else {
      lock.unlock();
      read_next();
      lock.lock();
    }
  }
  open_.clear();
  ended_ = true;
  changed_.notify_all();
}

void VolumePipeline::read_next() {
  const size_t number = volume_;
  try {
    if (index_ == 0) {
      open(number);
    }
    PipelinedVolume& volume = *open_.at(number);
    Slice slice{volume.read(index_), number, index_};
    ++index_;
    if (index_ == volume.slices()) {
      begin_next_volume();
    }
    change([&] {
      if (!stopped_ && !failed_[number]) {
        events_.emplace_back(std::move(slice));
      }
    });
  } catch (const std::exception& error) {
    fail(number, reason(error));
  }
}

void VolumePipeline::open(size_t number) {
  auto volume = open_volume_(number);
  if (const auto& note = volume->note()) {
    change([&] { events_.emplace_back(Note{*note}); });
  }
  open_.emplace(number, std::move(volume));
}

void VolumePipeline::begin_next_volume() {
  ++volume_;
  index_ = 0;
}

void VolumePipeline::write_now(const Image& image) {
  try {
    PipelinedVolume& volume = *open_.at(image.volume);
    volume.write(image.index, image.outputs);
    if (image.index + 1 == volume.slices()) {
      volume.finish();
      open_.erase(image.volume);
      change([&] {
        --left_;
        events_.emplace_back(Written{image.volume});
      });
    }
  } catch (const std::exception& error) {
    fail(image.volume, reason(error));
  }
}

/// Takes away what volumes that failed have begun to write.
void VolumePipeline::close_failed() {
  for (auto volume = open_.begin(); volume != open_.end();) {
    volume = failed_[volume->first] ? open_.erase(volume) : std::next(volume);
  }
}

}  // namespace dircn
