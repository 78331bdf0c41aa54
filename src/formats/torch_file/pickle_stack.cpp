#include "formats/torch_file/pickle_stack.h"

#include <iterator>
#include <utility>

#include "dircn/core/error.h"

namespace dircn {

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
