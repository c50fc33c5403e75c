#pragma once

#include "simulators/common/rules.hpp"
#include "simulators/paysim/book.hpp"

namespace pps::paysim {

/// The payment provider as pure rules: Stripe's API under /v1 (README.md says which part) and the
/// pages for cardholders under /c. Not for the program alone: tests and the whole-system simulation
/// use the same rules as their model (with simulators::ModelClient and a MemoryStore).
class Provider final : public simulators::Rules {
 public:
  /// @pre settings.vault_key has 32 bytes.
  explicit Provider(Settings settings);
  net::Response handle(simulators::Store& store, const simulators::Moment& moment,
                       const net::Request& request, simulators::Mishap mishap) override;
  /// The idempotency key of a POST.
  std::optional<std::string> exclusive_name(const net::Request& request) const override;
  net::Response busy() const override;
  net::Response down() const override;

 private:
  bool may(const net::Request& request) const;
  net::Response answer(Book& book, const net::Request& request, simulators::Mishap mishap) const;
  net::Response answer_once(Book& book, const net::Request& request, const std::string& key,
                            simulators::Mishap mishap) const;

  Settings settings_;
  std::string basic_;  ///< The key as HTTP Basic credentials.
};

}  // namespace pps::paysim
