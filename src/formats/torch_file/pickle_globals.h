#pragma once

#include <string>

#include "dircn/formats/pickle_value.h"

namespace dircn {

/// What a pickle may import: a function or class of torch or collections on a short list, or a
/// dtype (which becomes its name, "torch.float32"). Throws `Error` with `subject` naming anything
/// else, since Python might run code for it.
PickleValue resolve_global(const std::string& module, const std::string& name,
                           const std::string& subject);

/// What a pickle may call: `function`, a value of `resolve_global`, with `arguments`, a tuple.
/// Never copies a container, so that few bytes cannot ask for many copies of a large one.
PickleValue call_global(const PickleValue& function, const PickleValue& arguments,
                        const std::string& subject);

}  // namespace dircn
