#include "formats/torch_file/unpickler.h"

#include <iterator>
#include <memory>
#include <utility>

#include "dircn/core/error.h"
#include "formats/torch_file/inert_object.h"
#include "formats/torch_file/pickle_globals.h"
#include "formats/torch_file/tensor_rebuild.h"

// Opcodes are those of Python's pickletools, written as the characters that the format uses.

namespace dircn {

Unpickler::Unpickler(std::string name, std::string_view bytes, LoadStorage load_storage,
                     size_t start)
    : name_(std::move(name)),
      stream_(name_, bytes, start),
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
    const auto step = steps().find(opcode);
    if (step == steps().end()) {
      refuse(opcode);
    }
    step->second(*this);
  }
}

void Unpickler::refuse(int opcode) const {
  fail("a pickle with opcode " + std::to_string(opcode) + " at byte " +
       std::to_string(stream_.position() - 1));
}

const std::map<int, Unpickler::Step>& Unpickler::steps() {
  using U = Unpickler;
  static const std::map<int, Step> table = {
      {0x80, [](U& u) { u.check_protocol(); }},          // PROTO
      {0x95, [](U& u) { u.stream_.take_unsigned(8); }},  // FRAME: only a hint for buffering

      {'N', [](U& u) { u.stack_.push(PickleValue()); }},
      {0x88, [](U& u) { u.stack_.push(true); }},
      {0x89, [](U& u) { u.stack_.push(false); }},
      {'K', [](U& u) { u.stack_.push(static_cast<int64_t>(u.stream_.take_unsigned(1))); }},
      {'M', [](U& u) { u.stack_.push(static_cast<int64_t>(u.stream_.take_unsigned(2))); }},
      {'J', [](U& u) { u.stack_.push(static_cast<int32_t>(u.stream_.take_unsigned(4))); }},
      {0x8A, [](U& u) { u.push_integer(1); }},
      {0x8B, [](U& u) { u.push_integer(4); }},
      {'G', [](U& u) { u.stack_.push(u.stream_.take_double()); }},
      {0x8C, [](U& u) { u.push_text(1); }},
      {'X', [](U& u) { u.push_text(4); }},
      {0x8D, [](U& u) { u.push_text(8); }},
      {'C', [](U& u) { u.push_bytes(1); }},
      {'B', [](U& u) { u.push_bytes(4); }},
      {0x8E, [](U& u) { u.push_bytes(8); }},
      {0x96, [](U& u) { u.push_bytes(8); }},

      {'(', [](U& u) { u.stack_.mark(); }},
      {'0', [](U& u) { u.stack_.pop(); }},
      {'1', [](U& u) { u.stack_.pop_to_mark(); }},
      {'}', [](U& u) { u.stack_.push_container(PickleDict()); }},
      {']', [](U& u) { u.stack_.push_container(PickleValue::list({})); }},
      {')', [](U& u) { u.push_tuple({}); }},
      {0x85, [](U& u) { u.push_tuple(u.stack_.pop_many(1)); }},
      {0x86, [](U& u) { u.push_tuple(u.stack_.pop_many(2)); }},
      {0x87, [](U& u) { u.push_tuple(u.stack_.pop_many(3)); }},
      {'t', [](U& u) { u.push_tuple(u.stack_.pop_to_mark()); }},
      {'a', [](U& u) { u.append({u.stack_.pop()}); }},
      {'e', [](U& u) { u.append(u.stack_.pop_to_mark()); }},
      {'s', [](U& u) { u.set_items(u.stack_.pop_many(2)); }},
      {'u', [](U& u) { u.set_items(u.stack_.pop_to_mark()); }},
      {0x8F, [](U& u) { u.stack_.push(inert("set")); }},
      {0x90, [](U& u) { u.drop_items(); }},
      {0x91,
       [](U& u) {
         u.stack_.pop_to_mark();
         u.stack_.push(inert("frozenset"));
       }},

      {'q', [](U& u) { u.stack_.memoize(u.stream_.take_unsigned(1)); }},
      {'r', [](U& u) { u.stack_.memoize(u.stream_.take_unsigned(4)); }},
      {0x94, [](U& u) { u.stack_.memoize(); }},
      {'h', [](U& u) { u.stack_.recall(u.stream_.take_unsigned(1)); }},
      {'j', [](U& u) { u.stack_.recall(u.stream_.take_unsigned(4)); }},

      {'c', [](U& u) { u.stack_.push(u.take_global()); }},
      {'i',  // INST, a global and a call in one: never written by torch.save
       [](U& u) {
         u.take_global();
         u.refuse('i');
       }},
      {0x93, [](U& u) { u.push_stack_global(); }},
      {'R', [](U& u) { u.call(); }},
      {0x81, [](U& u) { u.call(); }},  // NEWOBJ: a class, whose object is made without __init__
      {0x92,                           // NEWOBJ_EX: with named arguments, too
       [](U& u) {
         u.stack_.pop();
         u.call();
       }},
      {'Q', [](U& u) { u.push_storage(); }},
      {'b', [](U& u) { u.drop_attributes(); }},
  };
  return table;
}

void Unpickler::check_protocol() {
  const uint64_t protocol = stream_.take_unsigned(1);
  if (protocol < 2 || protocol > 5) {
    fail("pickle protocol " + std::to_string(protocol), "protocol 2 to 5");
  }
}

void Unpickler::push_integer(int length_bytes) {
  const auto value = stream_.take_signed(stream_.take_unsigned(length_bytes));
  stack_.push(value ? PickleValue(*value) : inert("int of more than 64 bits"));
}

void Unpickler::push_bytes(int length_bytes) {
  stream_.skip(stream_.take_unsigned(length_bytes));
  stack_.push(inert("bytes"));
}

void Unpickler::push_text(int length_bytes) {
  stack_.push(stream_.take_text(stream_.take_unsigned(length_bytes)));
}

void Unpickler::push_tuple(Items items) {
  stack_.push_container(PickleValue::tuple(std::move(items)));
}

PickleValue Unpickler::take_global() {
  const std::string module = stream_.take_line();
  return resolve_global(module, stream_.take_line(), name_);
}

void Unpickler::push_stack_global() {
  const Items names = stack_.pop_many(2);
  stack_.push(resolve_global(names[0].as_string(name_), names[1].as_string(name_), name_));
}

// BUILD: attributes of an OrderedDict (a state dict's _metadata); nobody needs them.
void Unpickler::drop_attributes() {
  stack_.pop();
  if (!is_inert(stack_.top())) {
    stack_.top().as_dict(name_ + ": an object with attributes");
  }
}

void Unpickler::drop_items() {
  stack_.pop_to_mark();
  if (!is_inert(stack_.top())) {
    fail("a pickle that adds to something that is not a set");
  }
}

void Unpickler::append(Items items) {
  if (is_inert(stack_.top())) {
    return;
  }
  auto* list = std::get_if<std::shared_ptr<PickleValue::Sequence>>(&stack_.top().data_);
  if (list == nullptr || (*list)->tuple) {
    fail("a pickle that appends to something that is not a list");
  }
  auto& present = (*list)->items;
  present.insert(present.end(), std::make_move_iterator(items.begin()),
                 std::make_move_iterator(items.end()));
}

// A key that is neither text nor a whole number is left out: nobody asks for it.
void Unpickler::set_items(const Items& items) {
  if (is_inert(stack_.top())) {
    return;
  }
  auto* dict = std::get_if<std::shared_ptr<PickleDict>>(&stack_.top().data_);
  if (dict == nullptr || items.size() % 2 != 0) {
    fail("a pickle that sets items of something that is not a dict");
  }
  for (size_t i = 0; i < items.size(); i += 2) {
    if (items[i].is_int()) {
      (*dict)->set(items[i].as_int(), items[i + 1]);
    } else if (items[i].is_string()) {
      (*dict)->set(items[i].as_string(), items[i + 1]);
    }
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
// ("cuda:0") only says where the tensor was; it comes back on the CPU. Before PyTorch 1.6 a sixth
// field may follow, and ('module', CLASS, ...) stands for a network's class, with its source.
void Unpickler::push_storage() {
  const PickleValue id = stack_.pop();
  const Items& fields = id.as_list(name_ + ": a persistent id");
  if (fields.size() > 1 && fields[0].is_string() && fields[0].as_string() == "module") {
    stack_.push(fields[1]);
    return;
  }
  if (fields.size() < 5 || !fields[0].is_string() || fields[0].as_string() != "storage") {
    fail("a persistent id that is not a storage");
  }
  const std::string storage_class = fields[1].kind();
  if (storage_class == "torch.storage.UntypedStorage") {  // of dtypes newer than these classes
    stack_.push(inert(storage_class));
    return;
  }
  const auto dtype = dtype_of_storage_class(storage_class.substr(storage_class.find('.') + 1));
  if (fields[1].foreign() == nullptr || !dtype) {
    fail("a storage of class " + storage_class);
  }
  if (fields.size() > 5 && !fields[5].is_none()) {
    fail("a storage that is a part of another, as no PyTorch of today writes it");
  }
  const std::string& key = fields[2].as_string(name_ + ": a storage's key");
  torch::Tensor storage =
      load_storage_(key, *dtype, fields[4].as_int(name_ + ": a storage's size"));
  stack_.push(PickleValue(std::make_shared<const StorageValue>(std::move(storage))));
}

}  // namespace dircn
