#include "dircn/formats/cfl_file.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include "dircn/core/error.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

constexpr size_t kDimensions = 16;  // of every array of BART

/// In BART's order, as many as it has.
std::vector<int64_t> dimensions_of(torch::IntArrayRef sizes) {
  std::vector<int64_t> dimensions(sizes.rbegin(), sizes.rend());
  dimensions.resize(std::max(dimensions.size(), kDimensions), 1);
  return dimensions;
}

std::string text_of(const std::vector<int64_t>& dimensions) {
  std::string text;
  for (const int64_t size : dimensions) {
    text += (text.empty() ? "" : " ") + std::to_string(size);
  }
  return text;
}

fs::path with_extension(fs::path name, const char* extension) {
  return name += extension;
}

void require_written(const std::ofstream& stream, const fs::path& path) {
  require(stream.good(), [&] {
    return Error::Parts{path.string(), "a file that cannot be written", "a place for it",
                        "Free some space there, or choose another folder by TMPDIR."};
  });
}

/// The line after "# Dimensions": sizes, beyond which all are 1.
std::vector<int64_t> read_dimensions(const fs::path& path) {
  std::ifstream stream(path);
  std::string line;
  while (std::getline(stream, line) && line != "# Dimensions") {
  }
  std::vector<int64_t> dimensions;
  if (std::getline(stream, line)) {
    std::istringstream numbers(line);
    for (int64_t size = 0; dimensions.size() < kDimensions && numbers >> size;) {
      dimensions.push_back(size);
    }
  }
  require(!dimensions.empty(), [&] {
    return Error::Parts{path.string(), stream.is_open() ? "no line of dimensions" : "no such file",
                        "the header of an array of BART"};
  });
  dimensions.resize(kDimensions, 1);
  return dimensions;
}

}  // namespace

void write_cfl(const fs::path& name, const torch::Tensor& values) {
  const auto data = values.to(torch::kCPU, torch::kComplexFloat).contiguous().resolve_conj();
  const fs::path header = with_extension(name, ".hdr");
  std::ofstream text(header, std::ios::trunc);
  text << "# Dimensions\n" << text_of(dimensions_of(data.sizes())) << " \n" << std::flush;
  require_written(text, header);
  const fs::path content = with_extension(name, ".cfl");
  std::ofstream stream(content, std::ios::binary | std::ios::trunc);
  stream.write(static_cast<const char*>(data.data_ptr()),
               static_cast<std::streamsize>(data.nbytes()));
  stream.flush();
  require_written(stream, content);
}

torch::Tensor read_cfl(const fs::path& name, torch::IntArrayRef sizes) {
  const fs::path header = with_extension(name, ".hdr");
  const std::vector<int64_t> found = read_dimensions(header);
  const std::vector<int64_t> expected = dimensions_of(sizes);
  require(found == expected, [&] {
    return Error::Parts{header.string(), "dimensions " + text_of(found), text_of(expected)};
  });
  torch::Tensor values = torch::empty(sizes, torch::kComplexFloat);
  const auto bytes = static_cast<std::streamsize>(values.nbytes());
  const fs::path content = with_extension(name, ".cfl");
  std::ifstream stream(content, std::ios::binary);
  stream.read(static_cast<char*>(values.data_ptr()), bytes);
  require(stream.gcount() == bytes, [&] {
    return Error::Parts{content.string(), std::to_string(stream.gcount()) + " bytes",
                        std::to_string(bytes) + " bytes"};
  });
  return values;
}

}  // namespace dircn
