#include "reconstruct/bart_slice.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <system_error>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/core/run_program.h"
#include "dircn/core/text.h"
#include "dircn/data/prepared_slice.h"
#include "dircn/formats/cfl_file.h"
#include "dircn/mri/fft.h"
#include "dircn/mri/mask_pattern.h"

namespace dircn::detail {
namespace fs = std::filesystem;
namespace {

constexpr int64_t kWidestCentre = 32;  // wider ones add nothing but time
constexpr int64_t kSmallestCentre = 4;
constexpr int64_t kFewestColumns = 2;  // of a kernel that is chosen by the centre
constexpr int64_t kMostColumns = 4;

/// BART's `pics` 0.8 shifts images of odd sizes by a pixel against their maps (it centres the
/// inverse transform as the forward one). So an odd axis gets one sample that was not taken, in
/// front, which leaves the origin of k-space where it was: at ⌊n/2⌋. The same field of view, in
/// one pixel more.
torch::Tensor made_even(const torch::Tensor& x) {
  const std::array<int64_t, 4> front{x.size(-1) % 2, 0, x.size(-2) % 2, 0};
  return torch::constant_pad_nd(x, front);
}

std::string edges(const std::string& columns, int64_t rows) {
  return columns + ":" + std::to_string(rows) + ":1";
}

void append(std::vector<std::string>& command, const std::vector<std::string>& arguments) {
  command.insert(command.end(), arguments.begin(), arguments.end());
}

}  // namespace

std::vector<std::string> ecalib_options(const ParallelImagingOptions& options, int64_t coils) {
  const std::string columns =
      options.kernel_columns ? std::to_string(*options.kernel_columns)
                             : std::to_string(kFewestColumns) + ".." + std::to_string(kMostColumns);
  const int64_t maps = std::min(coils, kMostMaps);
  return {"-m", std::to_string(maps),
          "-k", edges(columns, options.kernel_rows),
          "-t", significant(options.null_space, 6),
          "-c", significant(options.crop, 6)};
}

std::vector<std::string> pics_options(const ParallelImagingOptions& options) {
  return {"-l1", "-r", significant(options.regularization, 6), "-i",
          std::to_string(options.iterations)};
}

std::optional<fs::path> find_bart() {
  std::vector<fs::path> folders;
  for (const char* variable : {"BART_TOOLBOX_PATH", "TOOLBOX_PATH"}) {
    const char* folder = std::getenv(variable);
    if (folder != nullptr && *folder != '\0') {
      folders.emplace_back(folder);
    }
  }
  return find_program("bart", folders);
}

std::string bart_program() {
  const auto program = find_bart();
  require(program.has_value(), [] {
    return Error::Parts{"bart", "no such program in $PATH",
                        "BART, the Berkeley Advanced Reconstruction Toolbox",
                        "Install it (Debian, Ubuntu: apt-get install bart), or name its folder by "
                        "BART_TOOLBOX_PATH."};
  });
  return program->string();
}

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
      added_(measured.kspace.size(1) % 2, measured.kspace.size(2) % 2),
      centre_(centre_of(measured.mask)) {
  require(std::min(centre_.first, centre_.second) >= kSmallestCentre, [&] {
    return Error::Parts{"sampling mask",
                        std::to_string(centre_.first) + "x" + std::to_string(centre_.second) +
                            " fully sampled points in the centre",
                        "4x4 at least, from which to estimate the coils' sensitivities"};
  });
  const torch::Tensor kspace = made_even(measured.kspace);
  sizes_ = kspace.sizes().vec();
  write_cfl(folder_ / "kspace", kspace.unsqueeze(1));
  const auto [height, width] = centre_;
  const auto centre = [rows = height, columns = width](const torch::Tensor& x) {
    return x.narrow(1, x.size(1) / 2 - rows / 2, rows)
        .narrow(2, x.size(2) / 2 - columns / 2, columns);
  };
  torch::Tensor alone = torch::zeros_like(kspace);
  centre(alone).copy_(centre(kspace));
  centre_images_ = ifft2c(alone);
  write_cfl(folder_ / "pattern", made_even(measured.mask));
}

// All rows of the centre are taken, not 24 as by `ecalib`'s default: with few columns there are few
// positions of the kernel otherwise, and the eigenvalues fall below any limit inside the head.
void BartSlice::estimate_maps(const ParallelImagingOptions& options, int64_t kernel_columns) {
  const auto [height, width] = centre_;
  ParallelImagingOptions fitting = options;
  fitting.kernel_columns = std::min(kernel_columns, width);
  fitting.kernel_rows = std::min(options.kernel_rows, height);
  std::vector<std::string> command{program_, "ecalib", "-r",
                                   edges(std::to_string(std::min(width, kWidestCentre)), height)};
  append(command, ecalib_options(fitting, sizes_[0]));
  append(command, {folder_ / "kspace", folder_ / "maps"});
  run_program(command);
  const int64_t maps = std::min(sizes_[0], kMostMaps);
  maps_ = read_cfl(folder_ / "maps", {maps, sizes_[0], 1, sizes_[1], sizes_[2]});
}

/// The energy of the centre's coil images that lies where the maps span it.
double BartSlice::signal_held() const {
  return (maps_.squeeze(2).conj() * centre_images_).sum(1).abs().square().sum().item<double>();
}

// The wider the kernel, the better are maps told from each other, but the more singular vectors
// are there for as few positions in the centre; with too many, eigenvalues fall, and parts of the
// object have no maps. How many are too many depends on coils and noise. Where it happens the maps
// hold less of the centre: of a measured head with 16 coils and of simulated discs with 6, centres
// of 4 to 10 columns, kernels that do well lose 1.5 % of what 2 columns hold at most, the first
// that does badly 3 % at least.
void BartSlice::calibrate_by_the_centre(const ParallelImagingOptions& options) {
  constexpr double kEnough = 0.98;
  estimate_maps(options, kFewestColumns);
  const double held = signal_held();
  for (int64_t columns = kMostColumns; columns > kFewestColumns; --columns) {
    estimate_maps(options, columns);
    if (signal_held() >= kEnough * held) {
      return;
    }
  }
  estimate_maps(options, kFewestColumns);
}

void BartSlice::calibrate(const ParallelImagingOptions& options) {
  const auto wanted = ecalib_options(options);
  if (wanted == calibration_) {
    return;
  }
  if (options.kernel_columns) {
    estimate_maps(options, *options.kernel_columns);
  } else {
    calibrate_by_the_centre(options);
  }
  calibration_ = wanted;
}

torch::Tensor BartSlice::predicted(const ParallelImagingOptions& options) {
  calibrate(options);
  const std::string output = folder_ / "image";
  std::vector<std::string> command{program_, "pics", "-S"};
  append(command, pics_options(options));
  append(command, {"-p", folder_ / "pattern", folder_ / "kspace", folder_ / "maps", output});
  run_program(command);
  const torch::Tensor images = read_cfl(output, {maps_.size(0), 1, 1, sizes_[1], sizes_[2]});
  require(torch::isfinite(torch::view_as_real(images)).all().item<bool>(), [&] {
    return Error::Parts{program_, "NaN or Inf in its image", "finite values"};
  });
  const torch::Tensor kspace = fft2c((maps_ * images).sum(0).squeeze(1));
  return kspace.slice(1, added_.first).slice(2, added_.second);
}

torch::Tensor consistent_image(const torch::Tensor& predicted, const Measurement& measured) {
  return combined_image(torch::where(measured.mask, measured.kspace, predicted));
}

}  // namespace dircn::detail
