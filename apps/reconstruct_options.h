#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "command_line.h"
#include "dircn/reconstruct/reconstruct.h"

namespace dircn {

/// The command line of dircn_reconstruct.
struct ReconstructOptions {
  std::vector<std::string> checkpoints;
  std::string input;
  std::string output;
  std::string device = "auto";
  std::string method = "network";
  std::string tune;
  std::vector<std::string> formats = {"h5"};
  Extras extras;
  int64_t crop = 0;  // 0: what the files say
  Precision precision = Precision::fp32;
  bool flips = false;
  bool overwrite = false;
  ConfigOptions config;

  /// `required`: whether there must be a checkpoint, an input and an output.
  void add_to(CLI::App& app, bool required);

  Reconstructor reconstructor(const Config& settings) const;

 private:
  void add_method(CLI::App& app, bool required);
  void add_output(CLI::App& app);
};

}  // namespace dircn
