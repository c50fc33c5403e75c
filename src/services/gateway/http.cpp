#include "services/gateway/http.hpp"

#include "services/gateway/http_routes.hpp"

namespace pps::gateway {

namespace routes {
std::shared_ptr<void> take_place(const std::shared_ptr<Shared>& shared, std::size_t Shared::*count, std::size_t most) {
  if ((*shared).*count >= most) return nullptr;
  ++((*shared).*count);
  return std::shared_ptr<void>(shared.get(), [shared, count](void*) { --((*shared).*count); });
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
