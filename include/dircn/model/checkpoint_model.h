#pragma once

#include <vector>

#include "dircn/config/config.h"
#include "dircn/core/error.h"
#include "dircn/model/checkpoint.h"
#include "dircn/model/model_finding.h"

namespace dircn {

/// What a checkpoint tells of its network, the name first: everything where it carries a
/// configuration (ours do), else what the names and shapes of its parameters say. Nothing if they
/// are those of no network that dircn has: see `no_network`.
ModelFindings model_findings(const Checkpoint& checkpoint);

/// The error of a checkpoint without findings.
Error::Parts no_network(const Checkpoint& checkpoint);

/// The keys whose values do not fit; where it is another network, `model.name` alone.
std::vector<ConfigDifference> contradictions(const ModelFindings& findings,
                                             const ModelConfig& model);

/// The configuration of a checkpoint's network. What the checkpoint does not tell is as in `config`
/// if it was set there (`Config::places`), else as in `default_model`; the log names what was
/// assumed so. Throws `Error` if the parameters are those of no network, and naming place and key
/// where something that was set does not fit. A run's own configuration fits all its checkpoints:
/// the cascades of each of `train.phases` do.
ModelConfig model_of(const Checkpoint& checkpoint, const Config& config = {});

}  // namespace dircn
