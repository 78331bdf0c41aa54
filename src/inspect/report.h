#pragma once

#include <exception>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "dircn/core/error.h"

namespace dircn::detail {

/// What was found, in the form of the JSON that is printed; text is made of it.
using Report = nlohmann::ordered_json;
using Problems = std::vector<std::string>;

/// Indented lines, values in a column; lists of objects become tables, or blocks where these hold
/// objects themselves. Control characters of strings become '?'.
std::string report_text(const Report& report);

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

}  // namespace dircn::detail
