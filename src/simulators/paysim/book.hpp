#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "simulators/common/rules.hpp"
#include "simulators/paysim/errors.hpp"
#include "simulators/paysim/params.hpp"

namespace pps::paysim {

/// What the provider is told when it starts.
struct Settings {
  std::string secret_key;  ///< "sk_test_…": what callers authenticate with.
  std::string vault_key;   ///< 32 bytes that seal the card numbers.
  /// Where browsers reach its pages: "http://localhost:8081". Empty: as the caller's Host header
  /// says.
  std::string origin;
  bool webhooks = false;  ///< Keep asynchronous outcomes for delivery.
};

/// One kind of objects in the store: `<kind>/<id>` → the object as JSON text, and how Stripe names
/// it.
struct Kind {
  std::string_view name;    ///< "payment_intent": the object's `object`, and its word in errors.
  std::string_view key;     ///< "intent/": ends with a slash.
  std::string_view prefix;  ///< "pi_".
};

inline constexpr Kind kCustomer{"customer", "customer/", "cus_"};
inline constexpr Kind kMethod{"payment_method", "method/", "pm_"};
inline constexpr Kind kSetup{"setup_intent", "setup/", "seti_"};
inline constexpr Kind kSession{"checkout.session", "session/", "cs_test_"};
inline constexpr Kind kIntent{"payment_intent", "intent/", "pi_"};
inline constexpr Kind kRefund{"refund", "refund/", "re_"};
inline constexpr Kind kCharge{"charge", "charge/", "ch_"};
inline constexpr Kind kEvent{"event", "event/", "evt_"};

/// Everything that answering one request may use: the objects by kind, the moment, the settings.
///
/// Beside the objects the store holds `charge_of/<intent>/<charge>` and
/// `refund_of/<intent>/<refund>` (empty: what belongs to an intent), `vault/<method>` (a sealed
/// card number), `idempotency/<key>` (provider.cpp) and `hook/<event>` (hooks.hpp).
struct Book {
  simulators::Store& store;
  const simulators::Moment& moment;
  const Settings& settings;
  const std::string origin;  ///< Where the pages are, without a slash at the end.

  std::optional<json::object> find(const Kind& kind, std::string_view id) const;
  /// 404 about the `id` of the path.
  Answer<json::object> get(const Kind& kind, std::string_view id) const;
  /// 400 about the parameter that named it.
  Answer<json::object> named(const Kind& kind, std::string_view id, std::string_view param) const;
  void put(const Kind& kind, const json::object& object);

  /// The fields that every object begins with: id, object, created, livemode.
  json::object begin(const Kind& kind) const;
  std::int64_t now_s() const;

  /// Newest first, from the parameters `limit` and `starting_after`. @param index keys
  /// `<index><id>` instead of the kind's own.
  Answer<json::object> list(const Kind& kind, std::string_view url, Params& params,
                            const std::string& index = {},
                            const std::function<bool(const json::object&)>& wanted = {}) const;

  /// Keeps an event; one that nobody waits for on a connection is delivered too.
  void tell(std::string_view type, const json::object& object, bool deliver);
};

/// A string field; empty when it is null or absent.
std::string text_of(const json::object& object, std::string_view field);
std::int64_t number_of(const json::object& object, std::string_view field);
/// The text, or null when there is none.
json::value text_or_null(const std::optional<std::string>& text);
json::object as_object(const std::map<std::string, std::string>& metadata);

}  // namespace pps::paysim
