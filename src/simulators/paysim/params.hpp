#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.hpp"
#include "simulators/paysim/errors.hpp"

namespace pps::paysim {

/// The parameters of one request as Stripe reads them: form-encoded, nested names in brackets
/// (`metadata[purchase]=…`, `payment_method_types[]=card`, `created[gte]=…`). Ask for what the
/// endpoint knows, then `finish`: the first wrong value, or a parameter that nobody asked for, is
/// refused as Stripe refuses it.
class Params {
 public:
  explicit Params(net::Query pairs) : pairs_(std::move(pairs)) {}

  std::optional<std::string> text(std::string_view name, std::size_t most = 5000);
  std::string required_text(std::string_view name, std::size_t most = 5000);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most);
  std::int64_t required_integer(std::string_view name, std::int64_t least, std::int64_t most);
  std::optional<bool> boolean(std::string_view name);
  std::optional<std::string> one_of(std::string_view name,
                                    std::initializer_list<std::string_view> allowed);
  std::vector<std::string> list(std::string_view name);  ///< `name[]` and `name[0]`.
  /// At most 50 keys of 40 characters with values of 500.
  std::map<std::string, std::string> metadata();
  void refuse(std::unexpected<Refusal> refusal);
  Answer<void> finish() const;

  /// What an idempotency key is bound to: the same for the same parameters in another order.
  static std::string fingerprint(const net::Request& request);

 private:
  const std::string* find(std::string_view name);

  net::Query pairs_;
  std::set<std::string, std::less<>> known_;
  std::optional<Refusal> refusal_;
};

}  // namespace pps::paysim
