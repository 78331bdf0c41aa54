#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "dircn/formats/pickle_value.h"

namespace dircn::testing {

/// Writes a zip archive like those of `torch.save`, with any records; `pickle` becomes data.pkl.
void write_torch_zip(const std::filesystem::path& path, const std::string& pickle,
                     const std::map<std::string, std::string>& records = {});

/// All bytes that Python would see: equal for equal contents.
std::string fingerprint(const PickleValue& value);

/// The text of the `Error` that loading the file throws; "" if it loads.
std::string load_error(const std::filesystem::path& path);

}  // namespace dircn::testing
