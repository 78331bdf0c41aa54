#pragma once

#include <filesystem>
#include <string>

namespace dircn {

/// Writes a self-contained page (HTML; nothing is loaded from elsewhere) that draws what a run's
/// metrics.jsonl holds: losses and difficulties by step, losses, scores and rates by epoch, phases.
/// `title`: the run's name. Throws `Error` if a file cannot be read or written.
void write_curves_page(const std::filesystem::path& metrics, const std::filesystem::path& page,
                       const std::string& title);

}  // namespace dircn
