#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dircn/reconstruct/parallel_imaging.h"

namespace dircn::detail {

/// What BART is given: complex64 [C, H, W], zero where not sampled, and bool [H, W]; on the CPU.
struct Measurement {
  torch::Tensor kspace;
  torch::Tensor mask;
};

/// Of any k-space [C, H, W] and mask [W] or [H, W]. Throws `Error` for others, NaN and Inf.
Measurement measurement(const torch::Tensor& kspace, const torch::Tensor& mask);

/// BART makes no more maps than there are coils.
inline constexpr int64_t kMostMaps = 2;

/// What the programs `ecalib` and `pics` are told of how to reconstruct; where the centre says how
/// many columns the kernel has, all that it may have, "2..4:3:1".
std::vector<std::string> ecalib_options(const ParallelImagingOptions& options,
                                        int64_t coils = kMostMaps);
std::vector<std::string> pics_options(const ParallelImagingOptions& options);

/// Where BART is; none if it is nowhere.
std::optional<std::filesystem::path> find_bart();
/// The same, throws `Error` if it is nowhere.
std::string bart_program();

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

/// The fully sampled centre, (height, width), of a mask [H, W]. Of columns it is as wide as it is
/// on both sides of column ⌊W/2⌋: more than that BART does not take.
std::pair<int64_t, int64_t> centre_of(const torch::Tensor& mask);

/// One slice in BART's hands. For one thread at a time.
class BartSlice {
 public:
  /// Throws `Error` as `ParallelImaging` does.
  BartSlice(std::string program, const Measurement& measured);

  /// k-space [C, H, W] of the coil images, as maps and images predict it everywhere. The maps of
  /// the call before are taken where they would be the same.
  torch::Tensor predicted(const ParallelImagingOptions& options);

 private:
  void calibrate(const ParallelImagingOptions& options);
  void calibrate_by_the_centre(const ParallelImagingOptions& options);
  void estimate_maps(const ParallelImagingOptions& options, int64_t kernel_columns);
  double signal_held() const;

  WorkFolder folder_;
  std::string program_;
  std::vector<int64_t> sizes_;         // [C, H, W], made even, see `made_even`
  std::pair<int64_t, int64_t> added_;  // rows and columns, in front, which made it so
  std::pair<int64_t, int64_t> centre_;
  torch::Tensor centre_images_;           // [C, H, W]: of the centre alone
  std::vector<std::string> calibration_;  // what the maps were made with
  torch::Tensor maps_;                    // [maps, C, 1, H, W]
};

/// The magnitude image [H, W] float32 of what is predicted, with what was measured in its place.
torch::Tensor consistent_image(const torch::Tensor& predicted, const Measurement& measured);

}  // namespace dircn::detail
