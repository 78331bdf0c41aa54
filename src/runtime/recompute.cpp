#include "dircn/runtime/recompute.h"

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "dircn/runtime/gradients.h"
#include "dircn/runtime/precision_guard.h"
#include "dircn/runtime/torch_compat.h"

namespace dircn {
namespace {

using torch::autograd::AutogradContext;
using Tensors = std::vector<torch::Tensor>;
using Run = std::function<Tensors(const Tensors&)>;

/// What the backward pass needs besides tensors.
struct Work : torch::CustomClassHolder {
  Run run;
  size_t inputs = 0;
  torch::Device device = torch::kCPU;
  Precision precision = Precision::fp32;
};

bool wants_gradient(const torch::Tensor& tensor) {
  return tensor.requires_grad();
}

/// Inputs: those of `run`, then the parameters.
class Recomputed : public torch::autograd::Function<Recomputed> {
 public:
  static Tensors forward(AutogradContext* context, at::TensorList all,
                         const c10::intrusive_ptr<Work>& work) {
    context->save_for_backward(all.vec());
    context->saved_data["work"] = c10::IValue::make_capsule(work);
    return work->run(all.slice(0, work->inputs).vec());
  }

  static Tensors backward(AutogradContext* context, const Tensors& gradients) {
    const auto work =
        c10::static_intrusive_pointer_cast<Work>(context->saved_data["work"].toCapsule());
    auto all = context->get_saved_variables();
    for (size_t i = 0; i < work->inputs; ++i) {  // the graph must end at them
      all[i] = all[i].detach().set_requires_grad(all[i].requires_grad());
    }
    const torch::AutoGradMode record(true);
    const PrecisionGuard precision(work->device, work->precision);
    const auto outputs = work->run(Tensors(all.begin(), all.begin() + work->inputs));
    auto result = gradients_of(outputs, gradients, all);
    result.emplace_back();  // work
    return result;
  }

 private:
  /// For each of `all`; undefined where none is wanted.
  static Tensors gradients_of(const Tensors& outputs, const Tensors& gradients,
                              const Tensors& all) {
    Tensors ends;
    Tensors begins;
    Tensors given;
    std::copy_if(all.begin(), all.end(), std::back_inserter(ends), wants_gradient);
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (gradients[i].defined() && outputs[i].requires_grad()) {
        begins.push_back(outputs[i]);
        given.push_back(gradients[i]);
      }
    }
    const auto found = torch::autograd::grad(begins, ends, given, /*retain_graph=*/false,
                                             /*create_graph=*/false, /*allow_unused=*/true);
    Tensors result;
    auto next = found.begin();
    for (const auto& tensor : all) {
      result.push_back(wants_gradient(tensor) ? *next++ : torch::Tensor());
    }
    return result;
  }
};

}  // namespace

Tensors recompute_in_backward(const Run& run, const Tensors& inputs, const Tensors& parameters) {
  Tensors all = inputs;
  all.insert(all.end(), parameters.begin(), parameters.end());
  if (!records_gradients(all)) {
    return run(inputs);
  }
  auto work = c10::make_intrusive<Work>();
  work->run = run;
  work->inputs = inputs.size();
  work->device = all.front().device();
  const auto type = work->device.type();
  work->precision = compat::autocast_enabled(type) ? Precision::bf16 : Precision::fp32;
  return Recomputed::apply(at::TensorList(all), work);
}

}  // namespace dircn
