#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace dircn::detail {

/// What BART is given: complex64 [C, H, W], zero where not sampled, and bool [H, W]; on the CPU.
struct Measurement {
  torch::Tensor kspace;
  torch::Tensor mask;
};

/// Of any k-space [C, H, W] and mask [W] or [H, W]. Throws `Error` for others, NaN and Inf.
Measurement measurement(const torch::Tensor& kspace, const torch::Tensor& mask);

/// A folder for what goes to the program and comes back; it goes with the object.
class WorkFolder {
 public:
  WorkFolder();
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

  std::string operator/(const char* name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// One slice in BART's hands.
class BartSlice {
 public:
  /// Estimates the sensitivity maps. Throws `Error` as `ParallelImaging` does.
  BartSlice(std::string program, const Measurement& measured);

  /// The magnitude image [H, W], float32.
  torch::Tensor image(double regularization, int64_t iterations) const;

 private:
  void calibrate(const torch::Tensor& mask) const;

  WorkFolder folder_;
  std::string program_;
  int64_t height_;
  int64_t width_;
  torch::Tensor mask_;  // of even size, see `made_even`
};

}  // namespace dircn::detail
