#include "dircn/data/loader.h"

#include <ATen/record_function.h>
#include <gtest/gtest.h>
#include <torch/cuda.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <numeric>
#include <thread>

#include "dircn/core/error.h"
#include "support/challenge_files.h"
#include "support/paths.h"
#include "support/small_set.h"

namespace dircn::loader_test {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;

/// Six slices of two shapes in three volumes.
class LoaderTest : public ::testing::Test {
 protected:
  LoaderTest() {
    testing::SmallSet tall;
    tall.coils = 3;
    testing::SmallSet wide;
    wide.volumes = 1;
    wide.height = 36;
    wide.width = 38;
    testing::write_small_set(folder_ / "acc4", tall);
    testing::write_small_set(folder_ / "acc8", wide);
    set_ = std::make_unique<SliceSet>(folder_.path(), SliceSet::Labels::kRequired, "a set");
  }

  std::vector<int64_t> all() const {
    std::vector<int64_t> order(static_cast<size_t>(set_->size()));
    std::iota(order.begin(), order.end(), 0);
    return order;
  }

  TemporaryFolder folder_;
  std::unique_ptr<SliceSet> set_;
};

LoaderOptions options(int64_t workers, int64_t prefetch) {
  LoaderOptions result;
  result.workers = workers;
  result.prefetch = prefetch;
  return result;
}

void expect_equal(const Sample& a, const Sample& b) {
  EXPECT_EQ(a.index, b.index);
  EXPECT_TRUE(torch::equal(a.kspace, b.kspace)) << a.index;
  EXPECT_TRUE(torch::equal(a.mask, b.mask)) << a.index;
  EXPECT_TRUE(torch::equal(a.zero_filled, b.zero_filled)) << a.index;
  EXPECT_TRUE(torch::equal(a.target, b.target)) << a.index;
  EXPECT_EQ(a.maximum, b.maximum);
  EXPECT_EQ(a.scale, b.scale);
}

/// Long enough for a loader to read a hundred small slices.
void let_it_read() {
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
}

/// Whatever the numbers of threads and slices ahead: the same samples, in the order asked for.
TEST_F(LoaderTest, DeliversInOrderTheSameBitsWithAnyThreads) {
  ASSERT_EQ(set_->size(), 6);
  const std::vector<int64_t> order = {4, 0, 5, 2, 2, 3, 1};
  std::vector<Sample> expected;
  for (const int64_t index : order) {
    expected.push_back(make_sample(set_->read(index), index, {}));
  }
  for (const int64_t workers : {1, 2, 3}) {
    for (const int64_t prefetch : {1, 2, 5, 100}) {
      Loader loader(*set_, order, options(workers, prefetch));
      for (const Sample& sample : expected) {
        const auto loaded = loader.next();
        ASSERT_TRUE(loaded.has_value());
        expect_equal(*loaded, sample);
      }
      EXPECT_FALSE(loader.next().has_value());
      EXPECT_FALSE(loader.next().has_value());
    }
  }
}

TEST_F(LoaderTest, DrawsTheSameWithAnyThreads) {
  const SliceSet training(folder_.path(), SliceSet::Labels::kMaxima, "a set");
  DataConfig config;
  config.training_masks = TrainingMasks::redrawn;
  config.mask = {MaskType::random, {0.1}, {4}};
  config.normalization = Normalization::zero_filled_maximum;
  config.augmentation.probability = 1;
  LoaderOptions drawing = training_loader_options(config, torch::kCPU, 1, 5, 6);
  for (const int64_t workers : {1, 3}) {
    drawing.workers = workers;
    Loader loader(training, all(), drawing);
    for (const int64_t index : all()) {
      expect_equal(*loader.next(), make_sample(training.read(index), index, drawing.sample));
    }
  }
}

TEST_F(LoaderTest, MixesShapes) {
  Loader loader(*set_, {0, 5}, options(1, 2));
  EXPECT_EQ(loader.next()->kspace.sizes(), torch::IntArrayRef({3, 40, 40}));
  EXPECT_EQ(loader.next()->kspace.sizes(), torch::IntArrayRef({2, 36, 38}));
}

TEST_F(LoaderTest, CropsAsItsSetIsTold) {
  DataConfig config;
  config.fov_crop = FovCrop::none;
  const SliceSet uncropped(folder_.path(), SliceSet::Labels::kIgnored, "a set", config);
  Loader loader(uncropped, {0}, {});
  EXPECT_EQ(loader.next()->kspace.sizes(), torch::IntArrayRef({3, 48, 40}));
}

TEST_F(LoaderTest, AnEmptyOrderEndsAtOnce) {
  Loader loader(*set_, {}, {});
  EXPECT_FALSE(loader.next().has_value());
}

/// The files are taken away once the loader had time to read them all: it has read no more than
/// `prefetch` slices.
TEST_F(LoaderTest, ReadsNoMoreThanPrefetchAhead) {
  constexpr int64_t kPrefetch = 2;
  Loader loader(*set_, all(), options(3, kPrefetch));
  ASSERT_TRUE(loader.next().has_value());
  let_it_read();
  fs::remove_all(folder_ / "acc4");
  fs::remove_all(folder_ / "acc8");
  int64_t ahead = 0;
  EXPECT_THROW(
      while (loader.next()) { ++ahead; }, Error);
  EXPECT_LE(ahead, kPrefetch);
}

TEST_F(LoaderTest, ThrowsAtTheTurnOfTheSliceAndThenEnds) {
  const auto path = set_->volume_of(2).kspace;
  testing::write_file(path, "spoilt since the set was opened");
  Loader loader(*set_, all(), options(2, 4));
  EXPECT_EQ(loader.next()->index, 0);
  EXPECT_EQ(loader.next()->index, 1);
  try {
    loader.next();
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(path.string()), std::string::npos) << error.what();
  }
  EXPECT_FALSE(loader.next().has_value());
}

TEST_F(LoaderTest, RefusesNumbersThatAreNotPositive) {
  EXPECT_THROW(Loader(*set_, all(), options(0, 4)), Error);
  EXPECT_THROW(Loader(*set_, all(), options(1, 0)), Error);
}

TEST_F(LoaderTest, StopsWhereverItIs) {
  const auto start = std::chrono::steady_clock::now();
  for (const int64_t taken : {0, 1, 3}) {
    Loader loader(*set_, all(), options(2, 2));
    for (int64_t i = 0; i < taken; ++i) {
      loader.next();
    }
    if (taken == 3) {
      let_it_read();  // the reader waits for a place, the workers for slices
    }
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST_F(LoaderTest, CountsTheTimeThatItsUserWaited) {
  Loader loader(*set_, all(), options(1, 100));
  let_it_read();
  const double before = loader.seconds_waited();
  EXPECT_EQ(before, 0);
  const auto start = std::chrono::steady_clock::now();
  while (loader.next()) {
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  EXPECT_GT(loader.seconds_waited(), 0);
  EXPECT_LE(loader.seconds_waited(), taken.count());
}

TEST_F(LoaderTest, ItsTensorsCanBeTrainedOn) {
  Loader loader(*set_, {0}, {});
  const auto sample = loader.next();
  const auto scale = torch::ones({1}, torch::requires_grad());
  (sample->zero_filled * scale).sum().backward();
  EXPECT_NEAR(scale.grad().item<double>() / sample->zero_filled.sum().item<double>(), 1, 1e-4);
}

std::atomic<int> most_threads{0};

/// Notes the number of threads with which a Fourier transform runs.
std::unique_ptr<at::ObserverContext> note_threads(const at::RecordFunction& function) {
  if (std::strstr(function.name(), "fft_c2c") != nullptr) {
    most_threads = std::max(most_threads.load(), torch::get_num_threads());
  }
  return nullptr;
}

TEST_F(LoaderTest, ItsThreadsUseOneCoreEachAndOthersKeepTheirs) {
  const int before = torch::get_num_threads();
  torch::set_num_threads(3);
  most_threads = 0;
  const auto handle = at::addGlobalCallback(at::RecordFunctionCallback(note_threads));
  {
    Loader loader(*set_, all(), options(2, 4));
    EXPECT_EQ(torch::get_num_threads(), 3);
    while (loader.next()) {
    }
  }
  at::removeCallback(handle);
  EXPECT_EQ(most_threads.load(), 1);
  EXPECT_EQ(torch::get_num_threads(), 3);
  int later = 0;
  std::thread([&] { later = torch::get_num_threads(); }).join();
  EXPECT_EQ(later, 3);
  torch::set_num_threads(before);
}

TEST_F(LoaderTest, PinsItsTensors_CUDA) {
  if (!torch::cuda::is_available()) {
    GTEST_SKIP() << "needs a CUDA GPU, and there is none here";
  }
  LoaderOptions pinned = options(2, 3);
  pinned.pin_memory = true;
  Loader loader(*set_, all(), pinned);
  int64_t index = 0;
  while (const auto sample = loader.next()) {
    EXPECT_TRUE(sample->kspace.is_pinned() && sample->target.is_pinned());
    const Sample expected = make_sample(set_->read(index), index, {});
    expect_equal(to_device(to_device(*sample, torch::kCUDA), torch::kCPU), expected);
    ++index;
  }
  EXPECT_EQ(index, set_->size());
}

}  // namespace
}  // namespace dircn::loader_test
