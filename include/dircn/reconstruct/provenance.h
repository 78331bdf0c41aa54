#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "dircn/model/network.h"
#include "dircn/reconstruct/network_ensemble.h"

namespace dircn {

/// The attributes by which a reconstruction's file tells how it was made, with their titles.
inline constexpr std::array<std::pair<const char*, const char*>, 2> kProvenance = {
    {{"reconstruction_method", "Method"}, {"reconstruction_program", "Program"}}};

/// Their values: the method, and this program's versions.
std::map<std::string, std::string> provenance(const std::string& method);

/// "runs/a/best.pt (8 cascades, 16 channels, weighted_sum, 10.2 million parameters)", of several
/// networks "mean of ...", and whether flips are averaged.
std::string network_description(const std::vector<std::filesystem::path>& checkpoints,
                                const std::vector<Network>& networks,
                                const EnsembleOptions& options);

}  // namespace dircn
