#include "formats/hdf5/hdf5_cause.h"

#include <H5Cpp.h>

#include <regex>

#include "dircn/formats/foreign_file.h"
#include "formats/hdf5/hdf5_driver.h"

namespace dircn::detail {
namespace fs = std::filesystem;
namespace {

bool says(const std::string& reason, const char* words) {
  return reason.find(words) != std::string::npos;
}

std::string hdf5_version() {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned release = 0;
  H5get_libversion(&major, &minor, &release);
  return "HDF5 " + std::to_string(major) + "." + std::to_string(minor) + "." +
         std::to_string(release);
}

/// "1000 of its 5000 bytes", by HDF5's "truncated file: eof = 1000, ..., stored_eof = 5000".
std::string bytes_there(const std::string& reason) {
  static const std::regex sizes(R"([^_]eof = (\d+).*stored_eof = (\d+))");
  std::smatch match;
  return std::regex_search(reason, match, sizes)
             ? match[1].str() + " of its " + match[2].str() + " bytes"
             : "a part of its bytes";
}

}  // namespace

Error::Parts open_failure(const fs::path& path, const std::string& reason) {
  const std::string file = path.string();
  if (says(reason, kHeldOpen)) {
    return {file, "a file that another program holds open for writing",
            "a file that nothing writes to",
            "Wait until that program has closed it (h5py: file.close()), or copy the file and give "
            "the copy."};
  }
  if (says(reason, "already open for write")) {
    return {file, "a file that was opened for writing and never closed", "a closed HDF5 file",
            "If no program writes to it any more: h5clear -s " + path.filename().string() +
                " (in Debian's hdf5-tools)."};
  }
  if (says(reason, "truncated file")) {
    return {file, "a truncated file: " + bytes_there(reason) + " are there", "the whole file",
            "It was not copied, downloaded or written to its end: do that again."};
  }
  if (says(reason, "errno = ")) {
    return with_reason({file, "", "an HDF5 file", ""}, reason);
  }
  if (!has_hdf5_signature(path)) {
    const ForeignFile foreign = foreign_file(path);
    return {file, foreign.what, "an HDF5 file", foreign.advice};
  }
  return with_reason(
      {file, "a file that " + hdf5_version() + " cannot read", "an HDF5 file",
       "It is damaged, or a newer HDF5 wrote it in a form of its own: copy or create it again."},
      reason);
}

Error::Parts with_reason(Error::Parts failure, const std::string& reason) {
  static const std::regex system(R"(errno = (\d+), error message = '([^']*)')");
  std::smatch match;
  if (std::regex_search(reason, match, system) && match[1] != "0") {
    failure.found = "the system's refusal to read: " + match[2].str();
    failure.advice = "Check the disk or the network that it lies on, and try again.";
  } else {
    failure.found += " (" + reason + ")";
  }
  return failure;
}

}  // namespace dircn::detail
