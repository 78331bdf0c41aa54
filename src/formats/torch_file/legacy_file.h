#pragma once

#include <filesystem>

#include "dircn/formats/pickle_value.h"

namespace dircn {

/// Whether the file begins as `torch.save` wrote before PyTorch 1.6, and still does with
/// `_use_new_zipfile_serialization=False`.
bool is_legacy_torch_file(const std::filesystem::path& path);

/// Reads such a file: five pickles, of which the fourth is the content and the last one names the
/// storages whose values follow. It has no checksums. Nothing that is read exceeds the file's own
/// size. Throws `Error` naming the file if it is truncated or damaged.
PickleValue load_legacy_torch_file(const std::filesystem::path& path);

}  // namespace dircn
