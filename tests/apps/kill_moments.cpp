#include "kill_moments.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <random>
#include <system_error>

#include "equal_runs.h"
#include "support/paths.h"

namespace dircn::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using Clock = std::chrono::steady_clock;
using Names = std::set<std::string>;

constexpr int64_t kStepsOfEpoch = 6;

fs::file_time_type time_of(const fs::path& file) {
  std::error_code error;  // it may not be there yet
  return fs::last_write_time(file, error);
}

/// The last whole line of metrics.jsonl; no object if there is none.
json last_line(const fs::path& run) {
  const std::string text = read_file(run / "metrics.jsonl");
  const size_t end = text.rfind('\n');
  if (end == std::string::npos) {
    return nullptr;
  }
  const size_t begin = text.substr(0, end).rfind('\n') + 1;  // 0 of the first line
  return json::parse(text.substr(begin, end - begin), nullptr, /*allow_exceptions=*/false);
}

/// The name of the last epoch's checkpoint; empty if there is none.
std::string newest_epoch(const fs::path& run) {
  std::string newest;
  for (const std::string& name : names_in(run, ".pt")) {  // in their order
    newest = name.rfind("epoch-", 0) == 0 ? name : newest;
  }
  return newest;
}

Moment once_saved(const fs::path& run) {
  return
      [=, before = time_of(run / "last.pt")](pid_t) { return time_of(run / "last.pt") != before; };
}

Moment while_saving(const fs::path& run) {
  return [=](pid_t process) { return being_written(run, process).count("last.pt") > 0; };
}

/// While one of these is written; or, since a better epoch may never come, once the epoch has its
/// own checkpoint.
Moment at_epoch_end(const fs::path& run, const Names& names) {
  return [=, before = newest_epoch(run)](pid_t process) {
    const Names written = being_written(run, process);
    return newest_epoch(run) > before ||
           std::any_of(names.begin(), names.end(),
                       [&](const std::string& name) { return written.count(name) > 0; });
  };
}

/// After this time, but not after the end of the epoch.
Moment after_seconds(double seconds, const fs::path& run) {
  return [=, start = Clock::now(), ended = at_epoch_end(run, {})](pid_t process) {
    const std::chrono::duration<double> passed = Clock::now() - start;
    return passed.count() >= seconds || ended(process);
  };
}

/// Once last.pt holds the last step of an epoch, and before the epoch's own line is written.
Moment in_validation(const fs::path& run) {
  return [=, before = time_of(run / "last.pt")](pid_t) {
    const auto saved = time_of(run / "last.pt");
    if (saved == before || saved < time_of(run / "metrics.jsonl")) {
      return false;
    }
    const json line = last_line(run);
    return line.is_object() && line.at("type") == "step" &&
           line.at("step").get<int64_t>() % kStepsOfEpoch == 0;
  };
}

Moment once_said(const fs::path& file, const std::string& text) {
  return [=](pid_t) { return says(file, text); };
}

}  // namespace

bool says(const fs::path& file, const std::string& text) {
  return read_file(file).find(text) != std::string::npos;
}

Names being_written(const fs::path& run, pid_t process) {
  const std::string middle = ".pt." + std::to_string(process) + "-";
  Names names;
  for (const std::string& name : names_in(run, ".tmp")) {
    const size_t at = name.find(middle);
    if (at != std::string::npos) {
      names.insert(name.substr(1, at + 2));  // without the dot that hides it
    }
  }
  return names;
}

// An epoch saves last.pt seven times, after its six steps and at its end. Killed while saving, a
// run has got on by nothing; once saved, by one of the seven; at the other moments at most to the
// end of an epoch. So the first five kills leave it at the end of its first epoch, and a round of
// six takes it on by an epoch or two, by three if both random moments come late: the first round at
// most to the fourth of the first phase's five epochs, the others to the sixth of the second
// phase's seven.
std::vector<MomentMaker> moments_of(const fs::path& run, double seconds) {
  std::mt19937 random(1);
  const auto some_time = [&] {  // in the start-up, in reading the checkpoint, in the first steps
    const double share = static_cast<double>(random() % 1000) / 1000 / 5;
    return MomentMaker([=] { return after_seconds(share * seconds, run); });
  };
  const auto epoch_end = [&](const Names& names) {
    return MomentMaker([=] { return at_epoch_end(run, names); });
  };
  const MomentMaker saved = [=] { return once_saved(run); };
  const MomentMaker saving = [=] { return while_saving(run); };
  const MomentMaker validating = [=] { return in_validation(run); };
  const MomentMaker switching = [=] { return once_said(run / "train.log", "phase 2/2"); };
  const MomentMaker switched = [=] { return once_said(run / "metrics.jsonl", "\"phase\":2"); };

  // Before anything is saved; then in one after another of what is saved at the end of the first
  // epoch, whose scores are the best so far.
  std::vector<MomentMaker> all{saving, epoch_end({"best.pt"}), epoch_end({"phase_best.pt"}),
                               epoch_end({"best_ema.pt"}), epoch_end({})};
  for (int round = 0; round < 3; ++round) {
    all.insert(all.end(), {some_time(), saved, saving, some_time(), validating,
                           epoch_end({"best.pt", "phase_best.pt", "best_ema.pt"})});
    if (round == 0) {
      all.insert(all.end(), {switching, switched});
    }
  }
  return all;
}

}  // namespace dircn::testing
