#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace dircn {

/// A TensorBoard event file: scalars and pictures by tag and step, that `tensorboard --logdir
/// FOLDER` shows while they are written.
class EventFile {
 public:
  /// Begins a new file in `folder` (made if missing). A run that was stopped and continues at
  /// `first_step` says so: TensorBoard then drops what earlier files hold from there on. Throws
  /// `Error` if it cannot be written.
  EventFile(const std::filesystem::path& folder, int64_t first_step);
  ~EventFile();
  EventFile(const EventFile&) = delete;
  EventFile& operator=(const EventFile&) = delete;

  /// Both throw `Error` if the file cannot be written (a full disk, say).
  void add_scalar(const std::string& tag, double value, int64_t step);
  /// `image`: uint8 [H, W] or [H, W, 3]; `Error` for another.
  void add_image(const std::string& tag, const torch::Tensor& image, int64_t step);

 private:
  void write(const std::string& event);

  std::filesystem::path path_;
  int file_;  // descriptor
};

}  // namespace dircn
