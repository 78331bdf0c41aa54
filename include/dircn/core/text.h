#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dircn {

/// With so many digits after the point: fixed(0.5, 2) is "0.50".
std::string fixed(double value, int digits);

/// With so many digits at most that count, as "%.3g" writes it: significant(1234.5, 3) is
/// "1.23e+03".
std::string significant(double value, int digits);

/// The fewest digits that give the number again.
std::string shortest(double value);

/// One field of a line of CSV (RFC 4180): in quotes where it holds a comma, a quote or a line
/// break.
std::string csv_field(const std::string& value);

/// The first `bytes` of a text, or less, so that no character of UTF-8 is cut.
std::string cut(const std::string& text, size_t bytes);

/// The number that a text of 1 to `most_digits` (18 at most) decimal digits is; none for others.
std::optional<int64_t> whole_number(const std::string& text, size_t most_digits);

/// `text` fit for a message: long texts are cut, control characters become '?'.
std::string excerpt(const std::string& text);

/// The names with commas between them.
std::string join_names(const std::vector<std::string>& names);

/// How many columns a text takes in a terminal: characters of UTF-8 count as one, however many
/// bytes they have.
size_t text_width(const std::string& text);

}  // namespace dircn
