#pragma once

#include <expected>
#include <utility>

#include "base/error.hpp"

namespace pps {

/// A value, or the error why there is none. No exception crosses a port.
template <class T>
using Result = std::expected<T, Error>;

/// `return fail(ErrorKind::conflict, "stock.insufficient", "3 asked, 2 available");`
inline std::unexpected<Error> fail(ErrorKind kind, std::string code, std::string detail = {}) {
  return std::unexpected(Error{kind, std::move(code), std::move(detail)});
}

/// Passes an error on: `if (!r) return fail(std::move(r).error());`
inline std::unexpected<Error> fail(Error error) { return std::unexpected(std::move(error)); }

/// `invalid` with one refused field.
inline std::unexpected<Error> fail_field(std::string pointer, std::string code, std::string detail) {
  Error error{ErrorKind::invalid, "fields.invalid", "A field was refused; see errors."};
  error.fields.push_back({std::move(pointer), std::move(code), std::move(detail)});
  return std::unexpected(std::move(error));
}

/// A contract that must hold in release builds too (money, stock): prints and aborts, because going on would break
/// the promise and a restart recovers from durable state.
[[noreturn]] void invariant_failed(const char* expression, const char* file, int line);

}  // namespace pps

#define PPS_INVARIANT(expression) \
  ((expression) ? (void)0 : ::pps::invariant_failed(#expression, __FILE__, __LINE__))
