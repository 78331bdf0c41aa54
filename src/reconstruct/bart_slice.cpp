#include "reconstruct/bart_slice.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <sstream>
#include <system_error>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/core/run_program.h"
#include "dircn/core/text.h"
#include "dircn/formats/cfl_file.h"
#include "dircn/mri/fft.h"
#include "dircn/mri/mask_pattern.h"

namespace dircn::detail {
namespace fs = std::filesystem;
namespace {

constexpr int64_t kCalibrationSize = 24;  // what `ecalib` takes of the centre, as by its default
constexpr int64_t kLargestKernel = 6;     // its default
constexpr int64_t kSmallestCentre = 4;

/// The fully sampled centre, (height, width), of a mask [H, W]. Of columns it is as wide as it is
/// on both sides of column ⌊W/2⌋: more than that BART does not take.
std::pair<int64_t, int64_t> centre_of(const torch::Tensor& mask) {
  const MaskPattern pattern = describe_mask(mask);
  if (pattern.kind == MaskPattern::Kind::two_dimensional) {
    return {pattern.acs_height, pattern.acs_width};
  }
  const torch::Tensor columns = mask[0].contiguous();
  const bool* sampled = columns.data_ptr<bool>();
  const int64_t width = columns.numel();
  int64_t left = 0;
  int64_t right = 0;
  while (left < width / 2 && sampled[width / 2 - 1 - left]) {
    ++left;
  }
  while (width / 2 + right < width && sampled[width / 2 + right]) {
    ++right;
  }
  return {mask.size(0), std::min(2 * left + 1, 2 * right)};
}

/// BART's `pics` 0.8 shifts images of odd sizes by a pixel against their maps (it centres the
/// inverse transform as the forward one). So an odd axis gets one sample that was not taken, in
/// front, which leaves the origin of k-space where it was: at ⌊n/2⌋. The same field of view, in
/// one pixel more.
torch::Tensor made_even(const torch::Tensor& x) {
  const std::array<int64_t, 4> front{x.size(-1) % 2, 0, x.size(-2) % 2, 0};
  return torch::constant_pad_nd(x, front);
}

/// Undoes that for an image [H, W], in k-space: the same values, on the grid of `height` and
/// `width`.
torch::Tensor resampled(const torch::Tensor& image, int64_t height, int64_t width) {
  const int64_t rows = image.size(0) - height;
  const int64_t columns = image.size(1) - width;
  return rows + columns == 0 ? image : ifft2c(fft2c(image).slice(0, rows).slice(1, columns));
}

}  // namespace

Measurement measurement(const torch::Tensor& kspace, const torch::Tensor& mask) {
  const bool fits = kspace.dim() == 3 && kspace.is_complex() && kspace.numel() > 0 &&
                    mask.scalar_type() == torch::kBool && (mask.dim() == 1 || mask.dim() == 2) &&
                    mask.size(-1) == kspace.size(2) &&
                    (mask.dim() == 1 || mask.size(0) == kspace.size(1));
  require(fits, [&] {
    std::ostringstream found;
    found << kspace.sizes() << " of " << kspace.dtype() << ", mask " << mask.sizes() << " of "
          << mask.dtype();
    return Error::Parts{"k-space", found.str(),
                        "complex [C, H, W], and a mask, bool, [W] or [H, W]"};
  });
  Measurement result;
  result.mask = mask.to(torch::kCPU).expand({kspace.size(1), kspace.size(2)});
  result.kspace = torch::where(result.mask, kspace.to(torch::kCPU, torch::kComplexFloat),
                               torch::zeros({1}, torch::kComplexFloat));
  require(torch::isfinite(torch::view_as_real(result.kspace)).all().item<bool>(), [] {
    return Error::Parts{"k-space", "NaN or Inf", "finite values"};
  });
  return result;
}

WorkFolder::WorkFolder() {
  std::error_code error;
  std::string pattern = (fs::temp_directory_path(error) / "dircn-pics-XXXXXX").string();
  require(!error && ::mkdtemp(pattern.data()) != nullptr, [&] {
    return Error::Parts{pattern, "no folder that could be made", "a place for temporary files",
                        "Name a folder that can be written by TMPDIR."};
  });
  path_ = fs::absolute(pattern);
}

WorkFolder::~WorkFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

BartSlice::BartSlice(std::string program, const Measurement& measured)
    : program_(std::move(program)),
      height_(measured.kspace.size(1)),
      width_(measured.kspace.size(2)),
      mask_(made_even(measured.mask)) {
  write_cfl(folder_ / "kspace", made_even(measured.kspace).unsqueeze(1));
  write_cfl(folder_ / "pattern", mask_);
  calibrate(measured.mask);
}

// `ecalib` makes no maps where their eigenvalue is below 0.8 (-c), which is outside the object:
// without that limit noise from there folds into the image, and costs 0.01 to 0.04 of SSIM (a
// simulated head, 8 coils, 4-fold). But eigenvalues also fall with the number of positions that the
// kernel has in the centre: 6 columns of 10 lose most of the head. With half the centre's width at
// most the object stays, from 4 columns on.
void BartSlice::calibrate(const torch::Tensor& mask) const {
  const auto [height, width] = centre_of(mask);
  const int64_t least = std::min(height, width);
  require(least >= kSmallestCentre, [&, rows = height, columns = width] {
    return Error::Parts{"sampling mask",
                        std::to_string(rows) + "x" + std::to_string(columns) +
                            " fully sampled points in the centre",
                        "4x4 at least, from which to estimate the coils' sensitivities"};
  });
  const auto limited = [](int64_t size) {
    return std::to_string(std::min(size, kCalibrationSize));
  };
  const int64_t kernel = std::min(kLargestKernel, least / 2);
  run_program({program_, "ecalib", "-m1", "-r", limited(width) + ":" + limited(height) + ":1", "-k",
               std::to_string(kernel), folder_ / "kspace", folder_ / "maps"});
}

torch::Tensor BartSlice::image(double regularization, int64_t iterations) const {
  const std::string output = folder_ / "image";
  run_program({program_, "pics", "-S", "-l1", "-r", significant(regularization, 9), "-i",
               std::to_string(iterations), "-p", folder_ / "pattern", folder_ / "kspace",
               folder_ / "maps", output});
  const torch::Tensor image = read_cfl(output, mask_.sizes());
  require(torch::isfinite(torch::view_as_real(image)).all().item<bool>(), [&] {
    return Error::Parts{program_, "NaN or Inf in its image", "finite values"};
  });
  return resampled(image, height_, width_).abs();
}

}  // namespace dircn::detail
