#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "dircn/config/config.h"

namespace dircn {

/// What is in a file or a folder.
struct Inspection {
  std::string text;                   // for reading: several lines
  std::string json;                   // the same as one JSON object, with `problems`
  std::vector<std::string> problems;  // what is wrong, with the file's name; empty: nothing
};

/// Looks into an HDF5 file (k-space, images, reconstruction, fastMRI's, or any other), a
/// checkpoint (ours, the reference's, a training state), a configuration (.yaml, .yml), or a folder
/// of volumes. HDF5 files and checkpoints are known by their first bytes, whatever their names.
///
/// Never throws for what a file holds: what cannot be read is a problem, and the rest is still
/// reported. Values are read slice by slice. `config`: how masks are drawn for files without one.
/// `deep`: of a folder all volumes are read, slice by slice; else some, and of each one slice.
Inspection inspect(const std::filesystem::path& path, const DataConfig& config = {},
                   bool deep = false);

}  // namespace dircn
