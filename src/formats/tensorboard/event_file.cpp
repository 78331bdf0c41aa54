#include "dircn/formats/event_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <system_error>

#include "dircn/core/error.h"
#include "dircn/core/write_fully.h"
#include "dircn/formats/png.h"
#include "formats/little_endian.h"
#include "formats/tensorboard/protobuf.h"

namespace dircn {
namespace {

// Field numbers of TensorBoard's messages (event.proto, summary.proto).
namespace event {
constexpr int kWallTime = 1, kStep = 2, kFileVersion = 3, kSummary = 5, kSessionLog = 7;
}
namespace session_log {
constexpr int kStatus = 1, kStart = 1;  // the latter is a status
}
namespace summary {
constexpr int kValue = 1, kTag = 1, kSimpleValue = 2, kImage = 4;
}
namespace picture {
constexpr int kHeight = 1, kWidth = 2, kColorspace = 3, kEncoded = 4;  // colorspace: channels
}

double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// "events.out.tfevents.SECONDS.NANOSECONDS.HOST.PID.COUNT": TensorBoard reads a folder's files in
/// the order of their names, which is thus that in which they were begun.
std::string new_file_name() {
  static std::atomic<int> counter{0};
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0 || host[0] == '\0') {
    std::strcpy(host.data(), "dircn");
  }
  const int64_t time = std::chrono::duration_cast<std::chrono::nanoseconds>(
                           std::chrono::system_clock::now().time_since_epoch())
                           .count();
  constexpr int64_t kSecond = 1'000'000'000;
  std::array<char, 64> start{};
  std::snprintf(start.data(), start.size(), "%010" PRId64 ".%09" PRId64, time / kSecond,
                time % kSecond);
  return std::string("events.out.tfevents.") + start.data() + "." + host.data() + "." +
         std::to_string(::getpid()) + "." + std::to_string(counter++);
}

ProtobufMessage new_event(int64_t step) {
  ProtobufMessage message;
  message.add_double(event::kWallTime, seconds_since_1970());
  if (step != 0) {
    message.add_integer(event::kStep, step);
  }
  return message;
}

std::string value_event(const ProtobufMessage& value, int64_t step) {
  ProtobufMessage values;
  values.add_bytes(summary::kValue, value.bytes());
  return new_event(step).add_bytes(event::kSummary, values.bytes()).bytes();
}

/// The checksum as the file has it, so that one over bytes that hold checksums stays a good one.
uint32_t masked_crc(std::string_view bytes) {
  const uint32_t crc = crc32c(bytes);
  return ((crc >> 15U) | (crc << 17U)) + 0xA282EAD8U;
}

[[noreturn]] void fail(const std::filesystem::path& path, int reason) {
  throw Error({path.string(), std::strerror(reason), "a file that can be written",
               "Check that its folder may be written and has space left."});
}

}  // namespace

EventFile::EventFile(const std::filesystem::path& folder, int64_t first_step)
    : path_(folder / new_file_name()) {
  std::error_code ignored;  // what is wrong, `open` will say
  std::filesystem::create_directories(folder, ignored);
  file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
  if (file_ < 0) {
    fail(path_, errno);
  }
  try {
    write(new_event(0).add_bytes(event::kFileVersion, "brain.Event:2").bytes());
    if (first_step > 0) {
      ProtobufMessage start;
      start.add_integer(session_log::kStatus, session_log::kStart);
      write(new_event(first_step).add_bytes(event::kSessionLog, start.bytes()).bytes());
    }
  } catch (...) {
    ::close(file_);
    throw;
  }
}

EventFile::~EventFile() {
  ::close(file_);
}

void EventFile::add_scalar(const std::string& tag, double value, int64_t step) {
  ProtobufMessage message;
  message.add_bytes(summary::kTag, tag).add_float(summary::kSimpleValue, static_cast<float>(value));
  write(value_event(message, step));
}

void EventFile::add_image(const std::string& tag, const torch::Tensor& image, int64_t step) {
  const std::string encoded = encode_png(image, "picture '" + tag + "'");
  ProtobufMessage shown;
  shown.add_integer(picture::kHeight, image.size(0))
      .add_integer(picture::kWidth, image.size(1))
      .add_integer(picture::kColorspace, image.dim() == 2 ? 1 : image.size(2))
      .add_bytes(picture::kEncoded, encoded);
  ProtobufMessage message;
  message.add_bytes(summary::kTag, tag).add_bytes(summary::kImage, shown.bytes());
  write(value_event(message, step));
}

void EventFile::write(const std::string& event) {
  std::string record;
  append_little_endian(record, event.size(), 8);
  append_little_endian(record, masked_crc(record), 4);
  record += event;
  append_little_endian(record, masked_crc(event), 4);
  // In one call: a process that is killed leaves one torn record at most, which readers skip.
  const int reason = write_fully(file_, record);
  if (reason != 0) {
    fail(path_, reason);
  }
}

}  // namespace dircn
