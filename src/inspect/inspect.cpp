#include "dircn/inspect/inspect.h"

#include <string>
#include <system_error>

#include "dircn/core/error.h"
#include "dircn/data/volume_tree.h"
#include "dircn/formats/foreign_file.h"
#include "inspect/file_kind.h"
#include "inspect/hdf5_report.h"
#include "inspect/report.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

using detail::FileKind;
using detail::Problems;
using detail::Report;

/// A file that is none of the known kinds by its content; what its name says it should be then
/// tells what is wrong with it.
Report unknown_file(const fs::path& path, const DataConfig& config, Problems& problems) {
  if (is_volume_name(path)) {
    return detail::hdf5_report(path, config, problems);
  }
  const std::string extension = path.extension().string();
  if (extension == ".pt" || extension == ".pth" || extension == ".ckpt") {
    return detail::checkpoint_report(path, problems);
  }
  const ForeignFile foreign = foreign_file(path);
  throw Error({path.string(), foreign.what,
               "an HDF5 file, a checkpoint of torch.save, a configuration (.yaml, .yml) or a "
               "folder of volumes",
               foreign.advice});
}

Report report_of(const fs::path& path, const DataConfig& config, bool deep, Problems& problems) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::is_directory(status)) {
    return detail::dataset_report(path, config, deep, problems);
  }
  require(fs::is_regular_file(status), [&] {
    const std::string found = status.type() == fs::file_type::not_found ? "no such file"
                              : error                                   ? error.message()
                                      : "neither a file nor a folder";
    return Error::Parts{path.string(), found, "a file or a folder", "Check the path."};
  });
  switch (detail::file_kind(path)) {
    case FileKind::hdf5:
      return detail::hdf5_report(path, config, problems);
    case FileKind::zip:
      return detail::checkpoint_report(path, problems);
    case FileKind::yaml:
      return detail::config_report(path);
    case FileKind::other:
      break;
  }
  return unknown_file(path, config, problems);
}

}  // namespace

Inspection inspect(const fs::path& path, const DataConfig& config, bool deep) {
  Inspection inspection;
  Report report{{"path", path.string()}};
  detail::attempt(path.string(), inspection.problems, [&] {
    const Report found = report_of(path, config, deep, inspection.problems);
    inspection.text = path.string() + "\n" + detail::report_text(found);
    report.update(found);
  });
  report["problems"] = inspection.problems;
  // Names in files need not be UTF-8.
  inspection.json = report.dump(2, ' ', false, Report::error_handler_t::replace);
  return inspection;
}

}  // namespace dircn
