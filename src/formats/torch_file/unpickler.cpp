#include "formats/torch_file/unpickler.h"

#include <iterator>
#include <memory>
#include <utility>

#include "dircn/core/error.h"
#include "formats/torch_file/pickle_globals.h"
#include "formats/torch_file/tensor_rebuild.h"

// Opcodes are those of Python's pickletools, written as the characters that the format uses.

namespace dircn {

Unpickler::Unpickler(std::string name, std::string pickle, LoadStorage load_storage)
    : name_(std::move(name)),
      stream_(name_, std::move(pickle)),
      load_storage_(std::move(load_storage)),
      stack_(name_) {}

void Unpickler::fail(const std::string& found, const std::string& expected) const {
  throw Error({name_, found, expected});
}

PickleValue Unpickler::load() {
  while (true) {
    const auto opcode = static_cast<unsigned char>(stream_.take_unsigned(1));
    if (opcode == '.') {
      return stack_.finish();
    }
    if (!step_scalar(opcode) && !step_container(opcode) && !step_memo(opcode) &&
        !step_object(opcode)) {
      fail("a pickle with opcode " + std::to_string(opcode) + " at byte " +
           std::to_string(stream_.position() - 1));
    }
  }
}

bool Unpickler::step_scalar(unsigned char opcode) {
  switch (opcode) {
    case 0x80:  // PROTO
      if (const uint64_t protocol = stream_.take_unsigned(1); protocol < 2 || protocol > 5) {
        fail("pickle protocol " + std::to_string(protocol), "protocol 2 to 5");
      }
      return true;
    case 0x95:
      stream_.take_unsigned(8);
      return true;  // FRAME: only a hint for buffering
    case 'N':
      stack_.push(PickleValue());
      return true;
    case 0x88:
      stack_.push(true);
      return true;
    case 0x89:
      stack_.push(false);
      return true;
    case 'K':
      stack_.push(static_cast<int64_t>(stream_.take_unsigned(1)));
      return true;
    case 'M':
      stack_.push(static_cast<int64_t>(stream_.take_unsigned(2)));
      return true;
    case 'J':
      stack_.push(static_cast<int64_t>(static_cast<int32_t>(stream_.take_unsigned(4))));
      return true;
    case 0x8A:
      stack_.push(stream_.take_long());
      return true;
    case 'G':
      stack_.push(stream_.take_double());
      return true;
    case 0x8C:
      stack_.push(stream_.take_text(stream_.take_unsigned(1)));
      return true;
    case 'X':
      stack_.push(stream_.take_text(stream_.take_unsigned(4)));
      return true;
    case 0x8D:
      stack_.push(stream_.take_text(stream_.take_unsigned(8)));
      return true;
    default:
      return false;
  }
}

bool Unpickler::step_container(unsigned char opcode) {
  switch (opcode) {
    case '(':
      stack_.mark();
      return true;
    case '0':
      stack_.pop();
      return true;
    case '1':
      stack_.pop_to_mark();
      return true;
    case '}':
      stack_.push_container(PickleDict());
      return true;
    case ']':
      stack_.push_container(PickleValue::list({}));
      return true;
    case ')':
      stack_.push_container(PickleValue::tuple(stack_.pop_many(0)));
      return true;
    case 0x85:
      stack_.push_container(PickleValue::tuple(stack_.pop_many(1)));
      return true;
    case 0x86:
      stack_.push_container(PickleValue::tuple(stack_.pop_many(2)));
      return true;
    case 0x87:
      stack_.push_container(PickleValue::tuple(stack_.pop_many(3)));
      return true;
    case 't':
      stack_.push_container(PickleValue::tuple(stack_.pop_to_mark()));
      return true;
    case 'a':
      append({stack_.pop()});
      return true;
    case 'e':
      append(stack_.pop_to_mark());
      return true;
    case 's':
      set_items(stack_.pop_many(2));
      return true;
    case 'u':
      set_items(stack_.pop_to_mark());
      return true;
    default:
      return false;
  }
}

bool Unpickler::step_memo(unsigned char opcode) {
  switch (opcode) {
    case 'q':
      stack_.memoize(stream_.take_unsigned(1));
      return true;
    case 'r':
      stack_.memoize(stream_.take_unsigned(4));
      return true;
    case 0x94:
      stack_.memoize();
      return true;
    case 'h':
      stack_.recall(stream_.take_unsigned(1));
      return true;
    case 'j':
      stack_.recall(stream_.take_unsigned(4));
      return true;
    default:
      return false;
  }
}

bool Unpickler::step_object(unsigned char opcode) {
  switch (opcode) {
    case 'c': {  // GLOBAL
      const std::string module = stream_.take_line();
      stack_.push(resolve_global(module, stream_.take_line(), name_));
      return true;
    }
    case 'i': {  // INST, a global and a call in one: never written by torch.save
      const std::string module = stream_.take_line();
      resolve_global(module, stream_.take_line(), name_);
      return false;
    }
    case 0x93: {  // STACK_GLOBAL
      const Items names = stack_.pop_many(2);
      stack_.push(resolve_global(names[0].as_string(name_), names[1].as_string(name_), name_));
      return true;
    }
    case 'R':
      call();
      return true;
    case 'Q':
      push_storage();
      return true;
    case 'b':  // BUILD: attributes of an OrderedDict (a state dict's _metadata); nobody needs them
      stack_.pop();
      stack_.top().as_dict(name_ + ": an object with attributes");
      return true;
    default:
      return false;
  }
}

void Unpickler::append(Items items) {
  auto* list = std::get_if<std::shared_ptr<PickleValue::Sequence>>(&stack_.top().data_);
  if (list == nullptr || (*list)->tuple) {
    fail("a pickle that appends to something that is not a list");
  }
  auto& present = (*list)->items;
  present.insert(present.end(), std::make_move_iterator(items.begin()),
                 std::make_move_iterator(items.end()));
}

void Unpickler::set_items(const Items& items) {
  auto* dict = std::get_if<std::shared_ptr<PickleDict>>(&stack_.top().data_);
  if (dict == nullptr || items.size() % 2 != 0) {
    fail("a pickle that sets items of something that is not a dict");
  }
  for (size_t i = 0; i < items.size(); i += 2) {
    if (!items[i].is_string() && !items[i].is_int()) {
      fail("a dict key of type " + items[i].kind(), "dict keys of type str or int");
    }
    (*dict)->set(items[i].is_int() ? PickleDict::Key(items[i].as_int())
                                   : PickleDict::Key(items[i].as_string()),
                 items[i + 1]);
  }
}

void Unpickler::call() {
  const Items items = stack_.pop_many(2);
  PickleValue result = call_global(items[0], items[1], name_);
  if (result.is_dict() || result.is_sequence()) {
    stack_.push_container(std::move(result));
  } else {
    stack_.push(std::move(result));
  }
}

// BINPERSID: ('storage', torch.FloatStorage, key, location, number of elements). The location
// ("cuda:0") only says where the tensor was; it comes back on the CPU.
void Unpickler::push_storage() {
  const PickleValue id = stack_.pop();
  const Items& fields = id.as_list(name_ + ": a persistent id");
  if (fields.size() < 5 || !fields[0].is_string() || fields[0].as_string() != "storage") {
    fail("a persistent id that is not a storage");
  }
  const std::string storage_class = fields[1].kind();
  const auto dtype = dtype_of_storage_class(storage_class.substr(storage_class.find('.') + 1));
  if (fields[1].foreign() == nullptr || !dtype) {
    fail("a storage of class " + storage_class);
  }
  const std::string& key = fields[2].as_string(name_ + ": a storage's key");
  torch::Tensor storage =
      load_storage_(key, *dtype, fields[4].as_int(name_ + ": a storage's size"));
  stack_.push(PickleValue(std::make_shared<const StorageValue>(std::move(storage))));
}

}  // namespace dircn
