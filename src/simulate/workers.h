#pragma once

#include <cstdint>
#include <functional>

namespace dircn::simulation {

/// Calls `work(i)` for every i in [0, count) on as many threads as LibTorch may use. Each call
/// computes on one thread alone, also where there is only one call: how LibTorch splits an
/// operation among threads can change its last bit. Stops early, and throws it, when a call has
/// thrown.
void for_each_item(int64_t count, const std::function<void(int64_t)>& work);

}  // namespace dircn::simulation
