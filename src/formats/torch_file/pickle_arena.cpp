#include "formats/torch_file/pickle_arena.h"

#include <algorithm>

#include "dircn/core/error.h"

namespace dircn {
namespace {

constexpr int kMaxNesting = 64;
constexpr size_t kMaxContainers = 2'000'000;  // checkpoints of thousands of tensors have about 10^5
constexpr double kMaxItems = 1e7;

const void* address_of(const PickleValue& container) {
  return container.is_dict() ? static_cast<const void*>(&container.as_dict())
                             : &container.as_list();
}

}  // namespace

PickleArena::~PickleArena() {
  for (PickleValue& container : containers_) {
    if (kept_.count(address_of(container)) == 0) {
      container.clear_container();
    }
  }
}

void PickleArena::add(const PickleValue& container) {
  require(containers_.size() < kMaxContainers, [&] {
    return Error::Parts{name_, "more than " + std::to_string(kMaxContainers) + " containers",
                        "a checkpoint"};
  });
  containers_.push_back(container);
}

PickleArena::Extent PickleArena::measure(const PickleValue& value, int depth) {
  require(value.foreign() == nullptr, [&] {
    return Error::Parts{name_, "an object " + value.kind(), "tensors and plain containers only"};
  });
  if (!value.is_sequence() && !value.is_dict()) {
    return {};
  }
  const auto known = kept_.find(address_of(value));
  const Extent extent = known != kept_.end() ? known->second : measure_items(value, depth);
  if (depth + extent.height >= kMaxNesting || extent.items > kMaxItems) {
    kept_.clear();
    throw Error({name_,
                 "containers that nest more than " + std::to_string(kMaxNesting) +
                     " deep, contain themselves or are of absurd size",
                 "what torch.save writes of a checkpoint"});
  }
  kept_.emplace(address_of(value), extent);
  return extent;
}

PickleArena::Extent PickleArena::measure_items(const PickleValue& container, int depth) {
  Extent extent;
  if (depth >= kMaxNesting) {
    return extent;
  }
  const auto include = [&](const PickleValue& item) {
    const Extent inner = measure(item, depth + 1);
    extent.height = std::max(extent.height, inner.height + 1);
    extent.items += inner.items;
  };
  if (container.is_dict()) {
    for (const auto& entry : container.as_dict().entries()) {
      include(entry.second);
    }
  } else {
    std::for_each(container.as_list().begin(), container.as_list().end(), include);
  }
  return extent;
}

}  // namespace dircn
