#pragma once

#include <torch/optim/adam.h>
#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <vector>

#include "dircn/io/pickle_value.h"

namespace dircn {

/// Adam with AMSGrad, betas (0.9, 0.999), eps 1e-8: what the challenge team trained with.
torch::optim::Adam make_adam(const std::vector<torch::Tensor>& parameters, double learning_rate);

/// The learning rate of `epoch` (the first is 0) under a multi-step schedule: `base` times `factor`
/// for every milestone that `epoch` has reached.
double multi_step_rate(double base, const std::vector<int64_t>& milestones, double factor,
                       int64_t epoch);

/// Gives every parameter group this learning rate.
void set_learning_rate(torch::optim::Adam& optimizer, double rate);

/// The optimiser's state as Python's Adam keeps it (`optimizer.load_state_dict` takes it): the
/// `optimizer` entry of a checkpoint. Parameters that have not been stepped yet have no entry.
PickleDict adam_state(torch::optim::Adam& optimizer, const std::vector<torch::Tensor>& parameters);

/// Continues from the `optimizer` entry of a checkpoint of Python's Adam: per parameter, by its
/// index among `parameters`, step count, first and second moments and their maximum, and the
/// group's learning rate. Parameters without an entry (frozen ones) keep none. Throws `Error`,
/// naming `file`, if the entry is no such state or its shapes do not fit.
void load_adam_state(torch::optim::Adam& optimizer, const std::vector<torch::Tensor>& parameters,
                     const PickleValue& state, const std::filesystem::path& file);

}  // namespace dircn
