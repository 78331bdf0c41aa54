#pragma once

#include <vector>

#include "literal/literal.h"

namespace dircn::literal {

/// Looks parameters up below a prefix.
class Scope {
 public:
  Scope(const Parameters& parameters, std::string prefix)
      : parameters_(parameters), prefix_(std::move(prefix)) {}
  Scope operator/(const std::string& name) const { return {parameters_, prefix_ + name + "."}; }
  const torch::Tensor& operator[](const std::string& name) const {
    return parameters_.at(prefix_ + name);
  }

 private:
  const Parameters& parameters_;
  std::string prefix_;
};

/// Normalised ResXUnet on x [B, channels, H, W]; `features` as in the product: taken (if not empty)
/// and given.
torch::Tensor refine(const Scope& scope, int64_t groups, SeSqueeze squeeze, const torch::Tensor& x,
                     std::vector<torch::Tensor>& features);

}  // namespace dircn::literal
