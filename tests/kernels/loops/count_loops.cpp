// count_loops LOOP TARGET REPEATS: runs one of the loops so often on TARGET, for valgrind to count
// its instructions. Prints how many values it worked on. Without arguments: the names of the loops.

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "kernels/convolve/convolve_loops.h"
#include "kernels/convolve/winograd_loops.h"
#include "kernels/norm_act/norm_act_loops.h"
#include "targets.h"

namespace dircn {
namespace {

constexpr int64_t kChannels = 16;
constexpr int64_t kWidth = 384;
constexpr int64_t kLanes = 256;
constexpr int64_t kRows = 16;

struct Buffers {
  std::vector<float> x = std::vector<float>(64 * 1024, 0.5F);
  std::vector<float> residual = x;
  std::vector<float> y = x;
  std::vector<float> rows = std::vector<float>(256 * 1024, 0.25F);
  std::vector<double> sums = std::vector<double>(1024);
};

struct Loop {
  int64_t values;  // that a run takes in
  std::function<void(Buffers&)> run;
};

std::map<std::string, Loop> convolve_loops_by_name() {
  constexpr int64_t kStride = (kWidth + kMargin - 1) / kMargin * kMargin + 2 * kMargin;
  constexpr int64_t kValues = kChannels * kWidth;
  return {
      {"stage",
       {kValues,
        [](Buffers& b) {
          row_loops<float>().stage(b.x.data(), kChannels, kWidth, b.rows.data());
        }}},
      {"unstage",
       {kValues,
        [](Buffers& b) {
          row_loops<float>().unstage(b.rows.data(), kChannels, kWidth, b.y.data());
        }}},
      {"convolve_row",
       {kValues,
        [](Buffers& b) {
          const float* row = b.rows.data();
          convolve_loops().convolve_row({{row, row, row}, 3, kStride, kWidth}, kChannels, kChannels,
                                        b.x.data(), b.y.data());
        }}},
      {"add_weight_gradient",
       {kValues,
        [](Buffers& b) {
          convolve_loops().add_weight_gradient(
              {b.rows.data(), b.rows.data(), 1, kChannels * kStride, kChannels * kStride, kStride,
               kWidth},
              kChannels, kChannels, b.y.data());
        }}},
  };
}

std::map<std::string, Loop> winograd_loops_by_name() {
  constexpr int64_t kTiles = 48;
  constexpr int64_t kStride = kTiles + 2 * kMargin;
  constexpr int64_t kValues = kChannels * kTiles * 2 * kWinogradRows;
  static constexpr TermLayout kLayout{kChannels, kTiles};
  return {
      {"input_terms",
       {kValues,
        [](Buffers& b) {
          const float* row = b.rows.data() + kMargin;
          const float* const rows[] = {row, row, row, row, row, row};
          winograd_loops().input_terms(rows, kStride, kChannels, kTiles, b.y.data(), kLayout);
        }}},
      {"multiply",
       {kValues / kWinogradTerms,
        [](Buffers& b) {
          winograd_loops().multiply({b.x.data(), kChannels, kChannels, kChannels, b.rows.data(),
                                     kTiles, kTiles, b.y.data(), kTiles, false});
        }}},
      {"gradient_terms",
       {kValues,
        [](Buffers& b) {
          const float* row = b.rows.data() + kMargin;
          const float* const rows[] = {row, row, row, row};
          winograd_loops().gradient_terms(rows, kStride, kTiles, b.y.data(), kLayout);
        }}},
      {"output_rows",
       {kValues,
        [](Buffers& b) {
          float* row = b.y.data() + kMargin;
          float* const rows[] = {row, row, row, row};
          winograd_loops().output_rows(b.rows.data(), kLayout, kTiles, rows, kStride);
        }}},
  };
}

std::map<std::string, Loop> norm_loops_by_name() {
  static constexpr Block kBlock{kRows, kLanes};
  constexpr int64_t kValues = kRows * kLanes;
  static const std::vector<float> half(kLanes, 0.5F);
  static const LaneTerms terms{half.data(), half.data(), half.data()};
  std::map<std::string, Loop> result{
      {"norm_moments",
       {kValues,
        [](Buffers& b) {
          norm_loops<float>().add_moments(b.x.data(), kBlock, half.data(),
                                          {b.y.data(), b.sums.data(), kLanes});
        }}},
  };
  const std::pair<const char*, Activation> activations[] = {
      {"norm_silu", Activation::silu}, {"norm_leaky_relu", Activation::leaky_relu}};
  for (const auto& [name, act] : activations) {
    const std::string prefix = name;
    result[prefix] = {kValues, [act = act](Buffers& b) {
                        norm_loops<float>().apply(b.x.data(), b.residual.data(), b.y.data(), kBlock,
                                                  terms, act);
                      }};
    result[prefix + "_gradients"] = {kValues, [act = act](Buffers& b) {
                                       norm_loops<float>().add_gradients(
                                           {b.x.data(), b.residual.data(), b.x.data()},
                                           b.residual.data(), kBlock, terms,
                                           {b.y.data(), b.sums.data(), kLanes}, act);
                                     }};
    result[prefix + "_input_gradient"] = {kValues, [act = act](Buffers& b) {
                                            norm_loops<float>().input_gradient(
                                                {b.x.data(), nullptr, b.x.data()}, b.y.data(),
                                                kBlock, terms, {half.data(), half.data()}, act);
                                          }};
  }
  return result;
}

}  // namespace
}  // namespace dircn

/// What valgrind counts, by this name.
extern "C" __attribute__((noinline)) void counted_runs(const dircn::Loop& loop,
                                                       dircn::Buffers& buffers, int repeats) {
  for (int i = 0; i < repeats; ++i) {
    loop.run(buffers);
  }
}

int main(int argc, char** argv) {
  auto all = dircn::convolve_loops_by_name();
  all.merge(dircn::winograd_loops_by_name());
  all.merge(dircn::norm_loops_by_name());
  if (argc != 4) {
    for (const auto& [name, loop] : all) {
      std::printf("%s\n", name.c_str());
    }
    return 0;
  }
  for (const auto& target : dircn::loops::targets()) {
    if (target.name == argv[2]) {
      dircn::loops::use(target);
      dircn::Buffers buffers;
      const auto& loop = all.at(argv[1]);
      const int repeats = std::atoi(argv[3]);
      counted_runs(loop, buffers, repeats);
      std::printf("%d\n", static_cast<int>(repeats * loop.values));
      return 0;
    }
  }
  return 77;  // not on this processor
}
