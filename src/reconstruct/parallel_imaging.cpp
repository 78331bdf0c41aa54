#include "dircn/reconstruct/parallel_imaging.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <cstdint>
#include <string>

#include "dircn/core/error.h"
#include "reconstruct/bart_slice.h"

namespace dircn {
namespace {

void require_usable(const ParallelImagingOptions& options) {
  const auto positive = [](double value) { return std::isfinite(value) && value > 0; };
  require(positive(options.regularization) && options.iterations > 0 &&
              options.kernel_columns.value_or(1) > 0 && options.kernel_rows > 0 &&
              positive(options.null_space) && positive(options.crop),
          [] {
            return Error::Parts{"parallel imaging", "an option that is not positive",
                                "numbers above 0"};
          });
}

}  // namespace

bool parallel_imaging_is_available() {
  return detail::find_bart().has_value();
}

ParallelImaging::ParallelImaging(ParallelImagingOptions options)
    : options_(options), program_(detail::bart_program()) {
  require_usable(options_);
}

torch::Tensor ParallelImaging::operator()(const torch::Tensor& kspace,
                                          const torch::Tensor& mask) const {
  const torch::NoGradGuard no_grad;
  const detail::Measurement measured = detail::measurement(kspace, mask);
  if (!torch::view_as_real(measured.kspace).any().item<bool>()) {
    return torch::zeros(measured.mask.sizes());  // nothing from which to calibrate
  }
  detail::BartSlice slice(program_, measured);
  return detail::consistent_image(slice.predicted(options_), measured);
}

SliceOutputs ParallelImaging::reconstruct(const torch::Tensor& kspace, const torch::Tensor& mask,
                                          const Extras& /*wanted*/) {
  return {{kReconstruction, (*this)(kspace, mask)}};
}

std::string to_string(const ParallelImagingOptions& options) {
  std::string text = "BART: ecalib";
  for (const auto& argument : detail::ecalib_options(options)) {
    text += " " + argument;
  }
  text += ", pics";
  for (const auto& argument : detail::pics_options(options)) {
    text += " " + argument;
  }
  return text;
}

}  // namespace dircn
