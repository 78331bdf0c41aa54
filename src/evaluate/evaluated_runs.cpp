#include "dircn/evaluate/evaluated_runs.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <set>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/data/volume_tree.h"
#include "dircn/formats/hdf5.h"
#include "dircn/model/module_state.h"
#include "dircn/reconstruct/provenance.h"
#include "dircn/score/score_job.h"

namespace dircn {
namespace {

namespace fs = std::filesystem;

/// Without what does not tell paths apart: dots, and a slash at the end.
fs::path plain(const fs::path& path) {
  const fs::path normal = path.lexically_normal();
  return normal.has_filename() || !normal.has_parent_path() ? normal : normal.parent_path();
}

size_t components_of(const fs::path& path) {
  return static_cast<size_t>(std::distance(path.begin(), path.end()));
}

/// The last `count` components of a path.
std::string tail(const fs::path& path, size_t count) {
  const fs::path whole = plain(path);
  const size_t components = components_of(whole);
  fs::path end;
  size_t place = 0;
  for (const auto& component : whole) {
    if (place++ + count >= components) {
      end /= component;
    }
  }
  return end.generic_string();
}

/// As short as it can be while no two are the same.
size_t telling_components(const std::vector<fs::path>& paths) {
  size_t longest = 1;
  for (const auto& path : paths) {
    longest = std::max(longest, components_of(path));
  }
  for (size_t count = 1; count < longest; ++count) {
    std::set<std::string> names;
    for (const auto& path : paths) {
      names.insert(tail(path, count));
    }
    if (names.size() == paths.size()) {
      return count;
    }
  }
  return longest;
}

/// The texts among the attributes that tell how a file was made, see `kProvenance`.
std::vector<Fact> facts_of(const fs::path& folder) {
  for (const auto& image : find_images_if_any(folder, "")) {
    try {
      const Hdf5File file(image.file);
      std::vector<Fact> facts;
      for (const auto& [attribute, title] : kProvenance) {
        if (file.has_attribute(attribute)) {
          facts.emplace_back(title, file.read_text_attribute(attribute));
        }
      }
      return facts;
    } catch (const Error&) {
      continue;  // its volume will say what is wrong with it
    }
  }
  return {};
}

}  // namespace

std::vector<RunSource> run_sources(const std::vector<std::string>& texts) {
  std::vector<RunSource> sources;
  std::vector<fs::path> nameless;
  for (const auto& text : texts) {
    const size_t sign = text.find('=');
    const bool named = sign != std::string::npos && sign > 0 && sign < text.find('/');
    sources.push_back(named ? RunSource{text.substr(0, sign), text.substr(sign + 1)}
                            : RunSource{"", text});
    if (!named) {
      nameless.push_back(plain(text));
    }
  }
  const size_t components = telling_components(nameless);
  for (auto& source : sources) {
    source.name = source.name.empty() ? tail(source.path, components) : source.name;
  }
  return sources;
}

std::string run_name(const fs::path& path) {
  return tail(path, 1);
}

EvaluatedRun folder_run(const RunSource& source, const fs::path& target,
                        std::optional<ScorePreset> preset, const DataConfig& data) {
  EvaluatedRun run{source.name, score_folder_job(target, source.path, preset, data), {}};
  run.facts.emplace_back("Reconstructions", source.path.string());
  const auto made = facts_of(source.path);
  run.facts.insert(run.facts.end(), made.begin(), made.end());
  return run;
}

EvaluatedRun network_run(const std::string& name, const std::vector<fs::path>& checkpoints,
                         const Config& config, const EnsembleOptions& options,
                         std::optional<ScorePreset> preset) {
  std::vector<Network> networks;
  std::vector<Fact> facts;
  networks.reserve(checkpoints.size());
  for (const auto& checkpoint : checkpoints) {
    networks.push_back(load_network(checkpoint, config));
  }
  facts.emplace_back("Method", network_description(checkpoints, networks, options));
  facts.emplace_back("Device", options.device.str());
  const auto method = std::make_shared<NetworkEnsemble>(networks, options);
  return {name, score_network_job(method, config.data, preset), facts};
}

}  // namespace dircn
