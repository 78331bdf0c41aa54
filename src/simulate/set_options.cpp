#include "simulate/set_options.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "dircn/core/atomic_file.h"
#include "dircn/core/error.h"

namespace dircn::simulation {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

/// Counts up when the same options come to give other files.
constexpr int kRevision = 1;

Json note_of(const SetOptions& options, const std::string& anatomy) {
  const Scan& scan = options.scan;
  return {{"revision", kRevision},
          {"layout", to_string(options.layout)},
          {"anatomy", anatomy},
          {"seed", options.seed},
          {"acceleration", options.accelerations},
          {"slices", scan.slices},
          {"coils", scan.coils},
          {"height", scan.height},
          {"width", scan.width},
          {"label", scan.label}};
}

std::string text_of(const Json& json, int indent) {
  return json.dump(indent, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

/// Those entries of `wanted` that `other` lacks or has otherwise: "coils 4, width 84".
std::string differences(const Json& wanted, const Json& other) {
  std::string text;
  for (const auto& [name, value] : wanted.items()) {
    if (!other.contains(name) || other[name] != value) {
      text += (text.empty() ? "" : ", ") + name + " " + text_of(value, -1);
    }
  }
  return text.empty() ? "nothing else" : text;
}

fs::path path_of(const SetOptions& options) {
  return options.output / "simulation.json";
}

}  // namespace

bool is_noted(const SetOptions& options, const std::string& anatomy) {
  const fs::path path = path_of(options);
  std::error_code error;
  if (!fs::exists(path, error)) {
    return false;
  }
  std::ifstream stream(path);
  const Json found = Json::parse(stream, nullptr, /*allow_exceptions=*/false);
  require(found.is_object(), [&] {
    return Error::Parts{path.string(), "no JSON object", "what an earlier run wrote",
                        "Choose another --output."};
  });
  const Json wanted = Json::parse(text_of(note_of(options, anatomy), -1));
  require(found == wanted, [&] {
    return Error::Parts{path.string(), differences(found, wanted), differences(wanted, found),
                        "That folder holds another data set: give the options it was made with, or "
                        "choose another --output."};
  });
  return true;
}

void leave_note(const SetOptions& options, const std::string& anatomy) {
  AtomicFile(path_of(options)).commit(text_of(note_of(options, anatomy), 2) + "\n");
}

}  // namespace dircn::simulation
