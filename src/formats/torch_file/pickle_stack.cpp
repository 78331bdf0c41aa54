#include "formats/torch_file/pickle_stack.h"

#include <algorithm>
#include <iterator>
#include <utility>

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

void PickleStack::fail(const std::string& found) const {
  throw Error({name_, found, "what torch.save writes", "The file is damaged: fetch it again."});
}

void PickleStack::push_container(PickleValue container) {
  arena_.add(container);
  push(std::move(container));
}

PickleValue& PickleStack::top() {
  // Values below the last mark belong to a container that is still being built.
  if (values_.size() <= (marks_.empty() ? 0 : marks_.back())) {
    fail("a pickle that takes more values than it has");
  }
  return values_.back();
}

PickleValue PickleStack::pop() {
  PickleValue value = std::move(top());
  values_.pop_back();
  return value;
}

PickleValue::List PickleStack::pop_many(size_t count) {
  PickleValue::List items(count);
  for (size_t i = count; i-- > 0;) {
    items[i] = pop();
  }
  return items;
}

PickleValue::List PickleStack::pop_to_mark() {
  if (marks_.empty()) {
    fail("a pickle with a missing mark");
  }
  const auto first = values_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  PickleValue::List items(std::make_move_iterator(first), std::make_move_iterator(values_.end()));
  values_.erase(first, values_.end());
  marks_.pop_back();
  return items;
}

void PickleStack::recall(uint64_t key) {
  const auto place = memo_.find(key);
  if (place == memo_.end()) {
    fail("a pickle that recalls what it never stored");
  }
  push(place->second);
}

PickleValue PickleStack::finish() {
  PickleValue result = pop();
  arena_.keep(result);
  return result;
}

}  // namespace dircn
