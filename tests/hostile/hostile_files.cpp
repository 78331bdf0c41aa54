#include "hostile/hostile_files.h"

#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <exception>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "support/malformed_files.h"

namespace dircn::testing {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kSeconds = 10;
constexpr int64_t kMegabytes = 1500;

const char* current = "";

void report_hang(int /*signal*/) {
  for (const char* text : {"hangs on the malformed file ", current, "\n"}) {
    [[maybe_unused]] const auto written = ::write(2, text, std::char_traits<char>::length(text));
  }
  ::_exit(1);
}

/// The most memory that the process has had so far, in MB.
int64_t peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) {
      int64_t kilobytes = 0;
      std::istringstream(line.substr(6)) >> kilobytes;
      return kilobytes / 1000;
    }
  }
  return 0;
}

/// Whether the file could be used. Anything thrown but an `Error` that names it is a failure.
bool try_file(const fs::path& folder, const fs::path& bad,
              const std::function<bool(const fs::path&, const fs::path&)>& use) {
  try {
    return use(folder, bad);
  } catch (const Error& error) {
    const std::string text = error.what();
    const bool named = text.find(bad.filename().string()) != std::string::npos ||
                       text.find(folder.string()) != std::string::npos;
    EXPECT_TRUE(named) << text;
  } catch (const std::exception& error) {
    ADD_FAILURE() << "no dircn::Error: " << error.what();
  }
  return false;
}

}  // namespace

void HostileFiles::for_each(const fs::path& place,
                            const std::function<bool(const fs::path&, const fs::path&)>& use,
                            size_t every) {
  // What good files need is not charged to the others.
  std::vector<MalformedFile> files = {{"good k-space", write_good_kspace},
                                      {"good fastMRI file", write_good_fastmri},
                                      {"good images", write_good_images}};
  const size_t good = files.size();
  const std::vector<MalformedFile> malformed = malformed_files();
  ASSERT_GE(malformed.size(), 60U);
  for (size_t i = 0; i < malformed.size(); i += every) {
    files.push_back(malformed[i]);
  }
  int64_t before = 0;
  bool any_used = false;
  std::signal(SIGALRM, report_hang);
  for (size_t i = 0; i < files.size(); ++i) {
    if (i == good) {
      EXPECT_TRUE(any_used) << "not even a good file can be used";
      before = peak_memory();
    }
    SCOPED_TRACE(files[i].name);
    current = files[i].name.c_str();
    const fs::path folder = root_ / std::to_string(i);
    fs::create_directories((folder / place).parent_path());
    files[i].make(folder / place);
    ::alarm(kSeconds);
    any_used = try_file(folder, folder / place, use) || any_used;
    ::alarm(0);
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
  EXPECT_LT(peak_memory() - before, kMegabytes);
}

}  // namespace dircn::testing
