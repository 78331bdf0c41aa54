#include "dircn/model/refinement.h"

#include <torch/types.h>

#include "model/normalized_images.h"

namespace dircn {

RefinementImpl::RefinementImpl(const ResXUnetOptions& options)
    : model_(register_module("model", ResXUnet(options))) {}

torch::Tensor RefinementImpl::forward(const torch::Tensor& images, DecoderFeatures& features) {
  const NormalizedImages normalized(images);
  return normalized.restored(model_->forward(normalized.channels(), features));
}

}  // namespace dircn
