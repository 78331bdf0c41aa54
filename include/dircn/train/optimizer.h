#pragma once

#include <torch/optim/optimizer.h>
#include <torch/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "dircn/config/train_config.h"
#include "dircn/formats/pickle_value.h"
#include "dircn/model/network.h"

namespace dircn {

/// An optimiser of all of the network's parameters, one group a role in the order of
/// `ParameterRole`. Parameters without a gradient are left alone by every step, and frozen ones (of
/// which none is required) lose the gradient that they may still have: they keep their bits. Adam:
/// betas (0.9, 0.999), eps 1e-8; with AMSGrad it is what the challenge team trained with. The rates
/// are 0 until `set_learning_rate`.
std::unique_ptr<torch::optim::Optimizer> make_optimizer(const OptimizerConfig& config,
                                                        const Network& network);
/// The same of any tensors; group i has the role i.
std::unique_ptr<torch::optim::Optimizer> make_optimizer(
    const OptimizerConfig& config, const std::vector<std::vector<torch::Tensor>>& groups);

/// Gives every group `rate` times the factor of its role.
void set_learning_rate(torch::optim::Optimizer& optimizer, const OptimizerConfig& config,
                       double rate);

/// The norm of all gradients together, computed in double precision; scales them down to
/// `clip_norm` if that is above 0 and they are larger. Where the norm is not finite, it is returned
/// and the gradients stay as they are.
double clip_gradients(const std::vector<torch::Tensor>& parameters, double clip_norm);

/// The optimiser's state as Python's Adam, AdamW or SGD keeps it: the `optimizer` entry of a
/// checkpoint. `load_state_dict` of an optimiser with the same groups takes it. Parameters are
/// known by their index in `network->parameters()`; those that have not been stepped yet have no
/// entry.
PickleDict optimizer_state(torch::optim::Optimizer& optimizer, const OptimizerConfig& config,
                           const Network& network);

/// Continues from the `optimizer` entry of a checkpoint of ours or of Python's, with our groups or
/// with one of all parameters in the network's order (as the reference has it): the n-th parameter
/// of a group there is the n-th here. Takes over step counts and moments; parameters without an
/// entry get none. Options and learning rates stay what they are. Throws `Error`, naming `file`, if
/// the entry is no such state of this kind of optimiser, or its shapes do not fit.
void load_optimizer_state(torch::optim::Optimizer& optimizer, const OptimizerConfig& config,
                          const Network& network, const PickleValue& state,
                          const std::filesystem::path& file);

}  // namespace dircn
