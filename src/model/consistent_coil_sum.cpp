#include "model/consistent_coil_sum.h"

#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include <vector>

#include "dircn/mri/cache_blocks.h"
#include "dircn/mri/coils.h"
#include "dircn/runtime/gradients.h"

namespace dircn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// What the sum is made of, for all of the image or for one block.
struct CoilTerms {
  SamplingSpace space;
  torch::Tensor base;
  torch::Tensor correction;
  torch::Tensor maps;
  torch::Tensor share;
  torch::Tensor sampled;  // the mask for `view_as_real`

  /// The dimension of the maps that is cut.
  int64_t cut() const { return space.rows_are_independent() ? kRowDim : kCoilDim; }

  /// The block's part of a tensor without coils.
  torch::Tensor of_image(const torch::Tensor& x, const CacheBlock& block) const {
    return cut() == kRowDim ? x.slice(kRowDim, block.begin, block.end) : x;
  }

  /// A column mask has one row, for all; a 2-D mask has one coil, for all.
  CoilTerms part(const CacheBlock& block) const {
    return {space.part(cut(), block.begin, block.end),
            of_image(base, block),
            of_image(correction, block),
            maps.slice(cut(), block.begin, block.end),
            share,
            sampled};
  }

  /// M · (share · k0 + E(correction)). Factors that are real go to real and imaginary parts: a
  /// complex product takes LibTorch more than twice as long.
  torch::Tensor sampled_part() const {
    auto kspace = space.to_kspace(expand_to_coils(correction, maps));
    torch::view_as_real(kspace)
        .addcmul_(torch::view_as_real(space.measured()), share)
        .mul_(sampled);
    return kspace;
  }

  torch::Tensor coil_images() const { return space.to_images(sampled_part()).addcmul_(base, maps); }
};

CoilTerms coil_terms(const SamplingSpace& space, const torch::Tensor& base,
                     const torch::Tensor& correction, const torch::Tensor& maps,
                     const torch::Tensor& share) {
  const auto mask = space.mask().to(share.scalar_type());
  return {space, base, correction, maps, share, torch::stack({mask, mask}, -1)};
}

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
  const auto coil_images = terms.coil_images();
  return sum == CoilSum::combined ? reduce_coils(coil_images, terms.maps)
                                  : sum_of_squares(coil_images);
}

/// Re⟨a, b⟩ of [B, C, H, W] complex, [1]. Rows and coils first: that sum runs along whole rows, and
/// any number of threads takes it in the same order.
torch::Tensor real_product(const torch::Tensor& a, const torch::Tensor& b) {
  return (torch::view_as_real(a) * torch::view_as_real(b)).sum({kCoilDim, kRowDim}).sum().view({1});
}

struct ImageGradients {
  torch::Tensor base;
  torch::Tensor correction;
  torch::Tensor share;
};

/// Of `coil_sum`, for `gradient` that of its result; that of the maps is written to `d_maps`.
/// LibTorch's convention: y = A x hands Aᴴ dy to x, and y = a · b hands dy · conj(b) to a. The
/// transforms are unitary, so each is the other's adjoint; the mask is its own.
ImageGradients coil_sum_gradients(CoilSum sum, const CoilTerms& terms,
                                  const torch::Tensor& gradient, torch::Tensor d_maps) {
  const auto& [space, base, correction, maps, share, sampled] = terms;
  const auto conj_maps = torch::conj_physical(maps);
  const auto reduced = [&](const torch::Tensor& x) { return (x * conj_maps).sum(kCoilDim, true); };
  auto coil_images = terms.coil_images();
  const bool combined = sum == CoilSum::combined;
  const auto d_coil_images =
      combined ? expand_to_coils(gradient, maps) : coil_images * (2 * gradient);
  torch::mul_out(d_maps, d_coil_images, base.conj());
  if (combined) {
    d_maps.add_(coil_images.mul_(gradient.conj()));
  }
  const auto d_kspace = space.to_kspace(d_coil_images);
  torch::view_as_real(d_kspace).mul_(sampled);
  auto d_corrected = space.to_images(d_kspace);  // of S · correction
  const auto d_correction = reduced(d_corrected);
  d_maps.add_(d_corrected.mul_(correction.conj()));
  return {reduced(d_coil_images), d_correction, real_product(space.measured(), d_kspace)};
}

class ConsistentCoilSum : public torch::autograd::Function<ConsistentCoilSum> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& base,
                               const torch::Tensor& correction, const torch::Tensor& maps,
                               const torch::Tensor& share, const SamplingSpace& space,
                               CoilSum sum) {
    context->save_for_backward({base, correction, maps, share, space.measured(), space.mask()});
    context->saved_data["sum"] = static_cast<int64_t>(sum);
    const auto terms = coil_terms(space, base, correction, maps, share);
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
    const auto terms = coil_terms(SamplingSpace::restored(saved[4], saved[5]), saved[0], saved[1],
                                  saved[2], saved[3]);
    const auto sum = static_cast<CoilSum>(context->saved_data["sum"].toInt());
    const auto blocks = cache_blocks(terms.maps, terms.cut());
    std::vector<torch::Tensor> bases(blocks.size());
    std::vector<torch::Tensor> corrections(blocks.size());
    std::vector<torch::Tensor> shares(blocks.size());
    const auto d_maps = torch::empty(terms.maps.sizes(), terms.maps.options());
    for_each_block(blocks, [&](const CacheBlock& block) {
      const auto part =
          coil_sum_gradients(sum, terms.part(block), terms.of_image(gradients[0], block),
                             d_maps.slice(terms.cut(), block.begin, block.end));
      bases[block.index] = part.base;
      corrections[block.index] = part.correction;
      shares[block.index] = part.share;
    });
    return {join_parts(terms, bases),
            join_parts(terms, corrections),
            d_maps,
            add_in_order(shares),
            {},
            {}};
  }
};

}  // namespace

torch::Tensor consistent_coil_sum(CoilSum sum, const SamplingSpace& space,
                                  const torch::Tensor& base, const torch::Tensor& correction,
                                  const torch::Tensor& maps, const torch::Tensor& share) {
  if (records_gradients({space.measured()})) {
    return coil_sum(sum, coil_terms(space, base, correction, maps, share));
  }
  return ConsistentCoilSum::apply(base, correction, maps, share, space, sum);
}

torch::Tensor consistent_kspace(const SamplingSpace& space, const torch::Tensor& base,
                                const torch::Tensor& correction, const torch::Tensor& maps,
                                const torch::Tensor& share) {
  return space.to_kspace(expand_to_coils(base, maps)) +
         coil_terms(space, base, correction, maps, share).sampled_part();
}

}  // namespace dircn
