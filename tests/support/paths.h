#pragma once

#include <filesystem>
#include <string>

namespace dircn::testing {

/// A file of this checkout: "configs/base.yaml".
std::filesystem::path source(const std::string& name);

/// tests/golden/NAME: numbers of an independent implementation.
std::filesystem::path golden(const std::string& name);

/// tests/data/NAME: redistributable measured data.
std::filesystem::path test_data(const std::string& name);

/// A fresh folder that is deleted with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// The whole content of a file; writing replaces it.
std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const std::string& content);

}  // namespace dircn::testing
