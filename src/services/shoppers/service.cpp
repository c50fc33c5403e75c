#include "services/shoppers/service.hpp"

#include <array>
#include <cstring>

namespace pps::shoppers {

std::string etag_of(std::int64_t version) { return "\"" + std::to_string(version) + "\""; }

Result<void> check_match(const std::string& if_match, std::uint64_t version) {
  if (if_match.empty())
    return fail(ErrorKind::precondition_required, "etag.required", "Send If-Match with the ETag that you read.");
  if (if_match != etag_of(static_cast<std::int64_t>(version)))
    return fail(ErrorKind::stale, "etag.mismatch", "It has changed since; read it again.");
  return {};
}

ShoppersService::ShoppersService(Dependencies dependencies)
    : deps_(std::move(dependencies)),
      books_(*deps_.table, kShoppers, "shoppers", deps_.shards, std::make_shared<storage::Codec>(deps_.ring)),
      baskets_(*deps_.table, kShoppers, "shoppers", deps_.shards) {}

Uuid ShoppersService::new_id() {
  std::array<std::uint8_t, 8> bytes{};
  deps_.runtime.random.fill(bytes);
  std::uint64_t random = 0;
  std::memcpy(&random, bytes.data(), sizeof random);
  return Uuid::v7(static_cast<std::uint64_t>(to_unix_us(deps_.runtime.clock.now()) / 1'000), 0, random);
}

}  // namespace pps::shoppers
