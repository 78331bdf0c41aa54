#pragma once

#include <filesystem>

#include "dircn/formats/pickle_value.h"

namespace dircn {

/// Reads a file of Python's `torch.save`, also in the form from before PyTorch 1.6. Tensors come
/// back on the CPU with their dtypes, whatever device they were saved from; views of one storage
/// stay views of one storage. Objects of other classes (argparse.Namespace, paths, values of enums,
/// numpy's scalars) are only named: see `PickleValue::foreign`.
///
/// Safe on files from anywhere: no code runs, and memory stays within a constant factor of the
/// file's size. Throws `Error` naming the file if it is missing, truncated or damaged, of another
/// format (TorchScript), is nothing but such an object (a whole model), or names what would run
/// code in Python (`os.system`).
PickleValue load_torch_file(const std::filesystem::path& path);

/// Writes a file that Python's `torch.load(path, weights_only=True)` opens. Tensors become
/// contiguous CPU tensors; equal views of one storage stay shared. The file appears whole or not at
/// all; throws `Error` if it cannot be written.
void save_torch_file(const std::filesystem::path& path, const PickleValue& value);

}  // namespace dircn
