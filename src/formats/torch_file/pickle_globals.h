#pragma once

#include <string>

#include "dircn/formats/pickle_value.h"

namespace dircn {

/// What a pickle imports: the name of a function or class, nothing of which ever runs; a dtype
/// becomes its name, "torch.float32". Throws `Error` with `subject` naming what would run code in
/// Python (see `runs_code`).
PickleValue resolve_global(const std::string& module, const std::string& name,
                           const std::string& subject);

/// What a pickle calls: `function`, a value of `resolve_global`, with `arguments`, a tuple. A short
/// list of functions makes tensors and containers; all else becomes an inert object of its name.
/// Never copies a container, so that few bytes cannot ask for many copies of a large one.
PickleValue call_global(const PickleValue& function, const PickleValue& arguments,
                        const std::string& subject);

}  // namespace dircn
