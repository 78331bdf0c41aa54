#pragma once

#include <cstddef>
#include <string>

namespace dircn {

/// "0.1234": four digits after the point, as scores are compared.
std::string four_digits(double value);

/// One field of a line of CSV (RFC 4180): in quotes where it holds a comma, a quote or a line
/// break.
std::string csv_field(const std::string& value);

/// How many columns a text takes in a terminal: characters of UTF-8 count as one, however many
/// bytes they have.
size_t text_width(const std::string& text);

}  // namespace dircn
