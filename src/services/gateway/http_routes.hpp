#pragma once

#include <map>
#include <memory>
#include <string>

#include "net/router.hpp"
#include "services/gateway/http.hpp"
#include "services/gateway/http_rate_limit.hpp"

/// The gateway's routes by kind; http.hpp adds them all.
namespace pps::gateway::routes {

/// What the routes of one listener share. Loop-confined.
struct Shared {
  Shared(Parts p, Options o)
      : parts(std::move(p)), options(o), limit(parts.runtime.clock, o.purchases_per_second, o.purchases_burst) {}
  Parts parts;
  Options options;
  RateLimit limit;
  std::size_t accepting = 0;
  std::size_t streams = 0;
  std::map<std::string, std::size_t> streams_of;  ///< By subject; who has none is not listed.
};

/// One of a bounded number of places, given back when the last copy goes. Null if there is none left.
std::shared_ptr<void> take_place(const std::shared_ptr<Shared>& shared, std::size_t Shared::*count, std::size_t most);
/// A place among all streams and among the subject's own. Errors: `unavailable` "overloaded", `rate_limited`
/// "streams.too_many".
Result<std::shared_ptr<void>> take_stream(const std::shared_ptr<Shared>& shared, const std::string& subject);
/// 503 "overloaded".
Error overloaded();

void add_purchases(net::Router& router, std::shared_ptr<Shared> shared);
void add_owned_products(net::Router& router, std::shared_ptr<Shared> shared);
void add_admin(net::Router& router, std::shared_ptr<Shared> shared);

}  // namespace pps::gateway::routes
