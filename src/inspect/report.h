#pragma once

#include <exception>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/core/error.h"

namespace dircn {

struct ParameterCount;

namespace detail {

/// What was found, in the form of the JSON that is printed; text is made of it.
using Report = nlohmann::ordered_json;
using Problems = std::vector<std::string>;

/// Indented lines, values in a column; lists of objects become tables, or blocks where these hold
/// objects themselves. Control characters of strings become '?'.
std::string report_text(const Report& report);

/// What a checkpoint holds, ours or the reference's. Throws `Error` if it is none.
Report checkpoint_report(const std::filesystem::path& path, Problems& problems);

/// Every value of a configuration file, and the size of its network. Throws `Error` if it is not
/// valid.
Report config_report(const std::filesystem::path& path);

/// What the volumes below a folder are, part by part (train, val, leaderboard/acc4, ...). Headers
/// and masks are read, and values of some volumes of each part (`some_of`), or with `deep` of all.
/// A file that cannot be used is a problem, and the others are still counted. Throws `Error` if
/// there is no .h5 file, or the folder cannot be listed.
Report dataset_report(const std::filesystem::path& folder, const DataConfig& config, bool deep,
                      Problems& problems);

/// All parameters, and those of each part that a network has.
Report to_report(const ParameterCount& count);

/// Runs `work`; what it throws becomes a problem of `subject`, and the report goes on.
template <typename Work>
void attempt(const std::string& subject, Problems& problems, Work&& work) {
  try {
    std::forward<Work>(work)();
  } catch (const Error& error) {
    problems.emplace_back(error.what());
  } catch (const std::exception& error) {
    problems.push_back(subject + ": " + reason(error));
  }
}

}  // namespace detail
}  // namespace dircn
