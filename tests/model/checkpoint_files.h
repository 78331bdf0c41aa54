#pragma once

#include <gtest/gtest.h>
#include <torch/nn/module.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "dircn/core/error.h"
#include "dircn/formats/torch_file.h"
#include "dircn/model/checkpoint.h"
#include "dircn/model/module_state.h"
#include "support/paths.h"

namespace dircn::testing {

inline bool has_key(const StateDict& state, const std::string& key) {
  return std::any_of(state.begin(), state.end(), [&](const auto& e) { return e.first == key; });
}

/// The message of the `Error` that `act` throws; empty if it throws none.
template <typename Act>
std::string error_of(const Act& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// What `act` writes to the log.
template <typename Act>
std::string log_of(const Act& act) {
  ::testing::internal::CaptureStderr();
  act();
  return ::testing::internal::GetCapturedStderr();
}

#define EXPECT_CONTAINS(text, part) \
  EXPECT_NE((text).find(part), std::string::npos) << "'" << (part) << "' is not in: " << (text)

/// A network in miniature, with the reference's names where they matter.
struct TinyNetwork : torch::nn::Module {
  explicit TinyNetwork(bool weighted, int64_t channels = 2) {
    auto cascade = std::make_shared<torch::nn::Module>();
    cascade->register_parameter("dc_weight", torch::full({1}, 0.01));
    if (weighted) {
      cascade->register_parameter("cat_weight", torch::ones({1}));
    }
    auto bottle = std::make_shared<torch::nn::Module>();
    bottle->register_parameter("weight", torch::zeros({channels, 3}));
    bottle->register_buffer("window", torch::zeros({4}));
    cascade->register_module("final_bottle", bottle);
    auto cascades = std::make_shared<torch::nn::Module>();
    cascades->register_module("0", cascade);
    register_module("i_cascades", cascades);
  }

  torch::Tensor at(const std::string& key) {
    for (const auto& [name, tensor] : state_of(*this)) {
      if (name == key) {
        return tensor;
      }
    }
    throw std::runtime_error(key);
  }
};

inline const std::string kDc = "i_cascades.0.dc_weight";
inline const std::string kCat = "i_cascades.0.cat_weight";
inline const std::string kBottle = "i_cascades.0.final_bottle.weight";
inline const std::string kWindow = "i_cascades.0.final_bottle.window";

inline PickleDict tiny_state(const std::string& prefix = "") {
  return {{prefix + kDc, torch::full({1}, 0.5)},
          {prefix + kCat, torch::full({1}, 0.25)},
          {prefix + kBottle, torch::arange(6, torch::kFloat32).view({2, 3})},
          {prefix + kWindow, torch::ones({4})}};
}

/// Files with whatever content, read by `load_checkpoint`.
class CheckpointTest : public ::testing::Test {
 protected:
  Checkpoint load(const PickleValue& content) {
    save_torch_file(path(), content);
    return load_checkpoint(path());
  }
  std::filesystem::path path() const { return folder_ / "model.pth"; }

  TemporaryFolder folder_;
};

}  // namespace dircn::testing
