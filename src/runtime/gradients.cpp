#include "dircn/runtime/gradients.h"

#include <torch/types.h>

#include <algorithm>

#include "dircn/core/error.h"

namespace dircn {

bool records_gradients(torch::TensorList tensors) {
  return torch::GradMode::is_enabled() &&
         std::any_of(tensors.begin(), tensors.end(),
                     [](const torch::Tensor& tensor) { return tensor.requires_grad(); });
}

void require_first_derivative(const std::string& operation, const std::string& advice) {
  require(!torch::GradMode::is_enabled(), [&] {
    return Error::Parts{operation, "a second derivative asked for", "first derivatives only",
                        advice};
  });
}

}  // namespace dircn
