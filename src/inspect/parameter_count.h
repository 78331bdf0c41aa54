#pragma once

#include "dircn/model/checkpoint.h"
#include "dircn/model/network_table.h"
#include "inspect/report.h"

namespace dircn::detail {

/// Of a checkpoint, by the names of its parameters.
ParameterCount count_parameters(const StateDict& state);

Report to_report(const ParameterCount& count);

}  // namespace dircn::detail
