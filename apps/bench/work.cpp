#include "bench/work.h"

#include <ATen/record_function.h>
#include <sys/resource.h>
#include <torch/cuda.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

#include "dircn/core/quantile.h"
#include "dircn/model/losses.h"
#include "dircn/model/network.h"
#include "dircn/mri/fft.h"
#include "dircn/runtime/precision_guard.h"
#include "dircn/train/optimizer.h"
#include "literal/literal.h"

namespace dircn::bench {
namespace {

using Pass = std::function<torch::Tensor(const torch::Tensor& kspace, const torch::Tensor& mask)>;

constexpr double kLearningRate = 1e-4;

/// Every 4th column, and 8 % of the columns in the centre.
torch::Tensor fourfold_mask(int64_t width) {
  auto mask = torch::zeros({1, 1, 1, width}, torch::kBool);
  mask.slice(3, 0, width, 4).fill_(true);
  const int64_t centre = std::max<int64_t>(width * 8 / 100, 1);
  mask.slice(3, (width - centre + 1) / 2, (width - centre + 1) / 2 + centre).fill_(true);
  return mask;
}

/// The two forms run on the same parameters.
Pass pass_of(const Network& network, Form form) {
  if (form == Form::fast) {
    return
        [network](const auto& kspace, const auto& mask) { return network->forward(kspace, mask); };
  }
  return [parameters = literal::parameters_of(*network), config = network->config()](
             const auto& kspace, const auto& mask) {
    return literal::forward(parameters, config, kspace, mask);
  };
}

}  // namespace

nlohmann::json describe(const Task& task) {
  nlohmann::json description{{"mode", to_string(task.mode)},
                             {"precision", to_string(task.precision)},
                             {"network", to_string(task.model.name)},
                             {"cascades", task.model.cascades},
                             {"coils", task.coils},
                             {"size", task.size}};
  if (task.mode == Mode::train) {
    description["checkpointing"] = task.checkpointing;
  }
  return description;
}

std::function<void()> unit_of_work(const Task& task, torch::Device device) {
  torch::manual_seed(1);
  const Network module = make_network(task.model);
  module->to(device);
  module->set_checkpointing(task.checkpointing);
  const auto network = pass_of(module, task.form);
  const auto mask = fourfold_mask(task.size).to(device);
  const auto image =
      1e-4 * torch::randn({1, task.coils, task.size, task.size}, torch::kComplexFloat);
  const auto kspace = fft2c(image).to(device) * mask;
  const Precision precision = task.precision;
  if (task.mode == Mode::infer) {
    return [=] {
      const torch::NoGradGuard no_grad;
      const PrecisionGuard guard(device, precision);
      network(kspace, mask);
    };
  }
  const auto target = image.abs().square().sum(1).sqrt().to(device);
  const std::shared_ptr<torch::optim::Optimizer> adam = make_optimizer({}, module);
  set_learning_rate(*adam, {}, kLearningRate);
  return [=] {
    adam->zero_grad();
    torch::Tensor output;
    {
      const PrecisionGuard guard(device, precision);
      output = network(kspace, mask);
    }
    training_loss({}, output, target, torch::ones({1}), {}).total.sum().backward();
    RECORD_FUNCTION("Optimizer", std::vector<c10::IValue>());
    adam->step();
  };
}

double seconds_of(const std::function<void()>& work, torch::Device device) {
  const auto start = std::chrono::steady_clock::now();
  work();
  if (device.is_cuda()) {
    torch::cuda::synchronize(device.index());
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return quantile(values, 0.5);
}

int64_t peak_resident_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss * 1024;
}

}  // namespace dircn::bench
