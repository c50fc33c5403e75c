#include "services/gateway/http.hpp"

#include <fmt/format.h>

#include "services/gateway/http_routes.hpp"

namespace pps::gateway {

namespace routes {
std::shared_ptr<void> take_place(const std::shared_ptr<Shared>& shared, std::size_t Shared::*count, std::size_t most) {
  if ((*shared).*count >= most) return nullptr;
  ++((*shared).*count);
  return std::shared_ptr<void>(shared.get(), [shared, count](void*) { --((*shared).*count); });
}

Result<std::shared_ptr<void>> take_stream(const std::shared_ptr<Shared>& shared, const std::string& subject) {
  const auto one_less = [shared, subject](void*) {
    const auto known = shared->streams_of.find(subject);
    if (--known->second == 0) shared->streams_of.erase(known);
  };
  const std::shared_ptr<void> place = take_place(shared, &Shared::streams, shared->options.max_streams);
  if (!place) return fail(overloaded());
  std::size_t& open = shared->streams_of[subject];
  if (open >= shared->options.max_streams_each)
    return std::unexpected(Error{ErrorKind::rate_limited, "streams.too_many",
                                 fmt::format("At most {} event streams of one user may be open; close some.", open), {}, 1});
  ++open;
  const std::shared_ptr<void> own(shared.get(), one_less);
  return std::make_shared<std::pair<std::shared_ptr<void>, std::shared_ptr<void>>>(place, own);
}

Error overloaded() {
  return {ErrorKind::unavailable, "overloaded", "Too much at once; nothing was done. Try again after a while.", {}, 1};
}
}  // namespace routes

void add_public_routes(net::Router& router, Parts parts, Options options) {
  const auto shared = std::make_shared<routes::Shared>(std::move(parts), options);
  routes::add_purchases(router, shared);
  routes::add_owned_products(router, shared);
  routes::add_admin(router, shared);
}

}  // namespace pps::gateway
