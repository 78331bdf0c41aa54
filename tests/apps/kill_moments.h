#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace dircn::testing {

/// Whether a process that trains is to be killed now.
using Moment = std::function<bool(pid_t)>;
/// Makes one when the process is about to start.
using MomentMaker = std::function<Moment()>;

/// Whether a file has this text; false if there is no such file.
bool says(const std::filesystem::path& file, const std::string& text);

/// The checkpoints that a process has begun to write, and not ended: see `AtomicFile`.
std::set<std::string> being_written(const std::filesystem::path& run, pid_t process);

/// When to kill the run in this folder, one moment after another: in every part of what training
/// does. The run goes on after each, and must be this one: epochs of six steps, with a checkpoint
/// after each; a first phase of five that hands on its best weights, and a second one of seven.
/// `seconds`: what it takes as a whole.
std::vector<MomentMaker> moments_of(const std::filesystem::path& run, double seconds);

}  // namespace dircn::testing
