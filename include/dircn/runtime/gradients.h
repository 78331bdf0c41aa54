#pragma once

#include <torch/types.h>

#include <string>

namespace dircn {

/// Whether this thread records gradients, and one of the tensors asks for its own.
bool records_gradients(torch::TensorList tensors);

/// For the backward pass of an operation whose gradients have none of their own: throws `Error`
/// where they are asked for.
void require_first_derivative(const std::string& operation, const std::string& advice = "");

}  // namespace dircn
