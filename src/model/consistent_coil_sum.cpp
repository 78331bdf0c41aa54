#include "model/consistent_coil_sum.h"

#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include <vector>

#include "dircn/mri/cache_blocks.h"
#include "dircn/mri/coils.h"
#include "dircn/runtime/gradients.h"
#include "model/data_consistency.h"

namespace dircn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// What the sum is made of, for all of the image or for one block.
struct CoilTerms {
  SamplingSpace space;
  torch::Tensor image;
  torch::Tensor maps;
  torch::Tensor share;

  /// The dimension of the maps that is cut.
  int64_t cut() const { return space.rows_are_independent() ? kRowDim : kCoilDim; }

  /// The block's part of a tensor without coils.
  torch::Tensor of_image(const torch::Tensor& x, const CacheBlock& block) const {
    return cut() == kRowDim ? x.slice(kRowDim, block.begin, block.end) : x;
  }

  /// A column mask's share has one row, for all; a 2-D mask's has one coil, for all.
  CoilTerms part(const CacheBlock& block) const {
    return {space.part(cut(), block.begin, block.end), of_image(image, block),
            maps.slice(cut(), block.begin, block.end), share};
  }

  torch::Tensor estimate() const { return space.to_kspace(expand_to_coils(image, maps)); }
};

/// Into the first of them.
torch::Tensor add_in_order(const std::vector<torch::Tensor>& parts) {
  auto total = parts.front();
  for (size_t i = 1; i < parts.size(); ++i) {
    total.add_(parts[i]);
  }
  return total;
}

/// The whole of a tensor without coils, from its blocks.
torch::Tensor join_parts(const CoilTerms& terms, const std::vector<torch::Tensor>& parts) {
  const bool in_rows = terms.cut() == kRowDim && parts.size() > 1;
  return in_rows ? torch::cat(parts, kRowDim) : add_in_order(parts);
}

torch::Tensor coil_sum(CoilSum sum, const CoilTerms& terms) {
  const auto kspace = soft_consistency(terms.space, terms.estimate(), terms.share);
  const auto coil_images = terms.space.to_images(kspace);
  return sum == CoilSum::combined ? reduce_coils(coil_images, terms.maps)
                                  : sum_of_squares(coil_images);
}

struct CoilTermGradients {
  torch::Tensor image;
  torch::Tensor maps;
  torch::Tensor share;
};

/// Of `coil_sum`, for `gradient` that of its result. LibTorch's convention: y = A x hands Aᴴ dy to
/// x, and y = a · b hands dy · conj(b) to a. The transforms are unitary, so each is the other's
/// adjoint.
CoilTermGradients coil_sum_gradients(CoilSum sum, const CoilTerms& terms,
                                     const torch::Tensor& gradient) {
  const auto& space = terms.space;
  const auto estimate = terms.estimate();
  const auto coil_images = space.to_images(soft_consistency(space, estimate, terms.share));
  const bool combined = sum == CoilSum::combined;
  const auto d_coil_images =
      combined ? expand_to_coils(gradient, terms.maps) : coil_images * (2 * gradient);
  const auto d_kspace = space.to_kspace(d_coil_images);
  const auto d_expanded = space.to_images(d_kspace * (1 - terms.share));
  auto d_maps = d_expanded * terms.image.conj();
  if (combined) {
    d_maps.addcmul_(coil_images, gradient.conj());
  }
  const auto d_share =
      torch::view_as_real(space.measured() - estimate).mul_(torch::view_as_real(d_kspace));
  const auto summed_dims = space.rows_are_independent() ? std::vector<int64_t>{kCoilDim, kRowDim}
                                                        : std::vector<int64_t>{kCoilDim};
  return {reduce_coils(d_expanded, terms.maps), d_maps,
          d_share.sum(summed_dims, true).sum(-1).sum_to_size(terms.share.sizes())};
}

class ConsistentCoilSum : public torch::autograd::Function<ConsistentCoilSum> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& image,
                               const torch::Tensor& maps, const torch::Tensor& share,
                               const SamplingSpace& space, CoilSum sum) {
    context->save_for_backward({image, maps, share, space.measured(), space.mask()});
    context->saved_data["sum"] = static_cast<int64_t>(sum);
    const CoilTerms terms{space, image, maps, share};
    const auto blocks = cache_blocks(maps, terms.cut());
    std::vector<torch::Tensor> parts(blocks.size());
    for_each_block(blocks, [&](const CacheBlock& block) {
      parts[block.index] = coil_sum(sum, terms.part(block));
    });
    return join_parts(terms, parts);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    require_first_derivative("data consistency");
    const auto saved = context->get_saved_variables();
    const CoilTerms terms{SamplingSpace::restored(saved[3], saved[4]), saved[0], saved[1],
                          saved[2]};
    const auto sum = static_cast<CoilSum>(context->saved_data["sum"].toInt());
    const auto blocks = cache_blocks(terms.maps, terms.cut());
    std::vector<torch::Tensor> images(blocks.size());
    std::vector<torch::Tensor> shares(blocks.size());
    const auto d_maps = torch::empty(terms.maps.sizes(), terms.maps.options());
    for_each_block(blocks, [&](const CacheBlock& block) {
      const auto part =
          coil_sum_gradients(sum, terms.part(block), terms.of_image(gradients[0], block));
      images[block.index] = part.image;
      shares[block.index] = part.share;
      d_maps.slice(terms.cut(), block.begin, block.end).copy_(part.maps);
    });
    return {join_parts(terms, images), d_maps, add_in_order(shares), {}, {}};
  }
};

}  // namespace

torch::Tensor consistent_coil_sum(CoilSum sum, const SamplingSpace& space,
                                  const torch::Tensor& image, const torch::Tensor& maps,
                                  const torch::Tensor& share) {
  if (records_gradients({space.measured()})) {
    return coil_sum(sum, {space, image, maps, share});
  }
  return ConsistentCoilSum::apply(image, maps, share, space, sum);
}

}  // namespace dircn
