#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/uuid.hpp"

namespace pps::storage {

/// Builds order-preserving keys: comparing the bytes compares the tuples, element by element (as FoundationDB's tuple
/// layer does). Texts end with 00 01 (inner 00 is written 00 FF), so that no element after them can be mistaken for
/// more text; integers are big-endian, signed ones with the sign bit flipped.
class KeyWriter {
 public:
  KeyWriter& text(std::string_view value);
  KeyWriter& u64(std::uint64_t value);
  KeyWriter& i64(std::int64_t value);
  KeyWriter& uuid(const Uuid& value);
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Reads what KeyWriter wrote; false when the bytes are not of that shape.
class KeyReader {
 public:
  explicit KeyReader(std::string_view bytes) : rest_(bytes) {}
  bool text(std::string& out);
  bool u64(std::uint64_t& out);
  bool i64(std::int64_t& out);
  bool uuid(Uuid& out);
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

/// The smallest key greater than every key that begins with `prefix`; empty if there is none.
std::string prefix_end(std::string_view prefix);

}  // namespace pps::storage
