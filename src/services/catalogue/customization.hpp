#pragma once

#include <string>
#include <vector>

#include "net/json_reader.hpp"

/// What a buyer chooses of a product beyond the variant (an engraving, a gift note), as a JSON Schema of draft 2020-12 that a
/// merchant writes. A form is made of it, so that it is the part of that language in which forms can be told: an object of named
/// strings, numbers and booleans. Without `pattern`: a regular expression of a merchant's would run over what anyone sends.
namespace pps::catalogue {

struct CustomizationLimits {
  static constexpr std::size_t kMostSchema = 8 * 1024;         ///< Bytes of its canonical form.
  static constexpr std::size_t kMostProperties = 20;
};

/// Refuses in the reader, each with its pointer: keywords that this part does not have (`field.unknown`), and what no value could
/// satisfy or its own `default` and `enum` do not (`schema.never`).
void check_customization_schema(net::ObjectReader& schema);

struct Violation {
  std::string pointer;  ///< RFC 6901, into the customization; empty: the whole.
  std::string detail;
};
/// Why the customization is not one of the schema; nothing: it is. Both are JSON.
/// @param schema has passed check_customization_schema; empty: the product takes none.
/// @param customization empty: none was sent, which is right where nothing is required.
std::vector<Violation> violations_of(const std::string& schema, const std::string& customization);

}  // namespace pps::catalogue
