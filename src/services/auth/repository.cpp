#include "services/auth/repository.hpp"

#include "storage/keys.hpp"

namespace pps::auth {

std::string partition_of(std::string_view what, std::string_view id) {
  return storage::KeyWriter().text(what).text(id).take();
}
std::string user_partition(CustomerId id) { return partition_of("user", id.value.view()); }
std::string session_partition(const Uuid& id) { return partition_of("session", id.view()); }
std::string user_sessions_partition(CustomerId id) {
  return partition_of("user_sessions", id.value.view());
}
std::string all_users_partition() { return partition_of("users", ""); }
std::string keys_partition() { return partition_of("keys", ""); }

Task<void> Repository::commit(Change change) { return table_->commit(change.take()); }

Task<std::vector<std::string>> Repository::members(std::string partition, std::string after,
                                                   std::size_t limit) {
  storage::ScanQuery query{.family = &kAuth,
                           .partition = std::move(partition),
                           .kind = MemberRow::kKind,
                           .from = after.empty() ? std::string{} : after + '\0',
                           .limit = limit};
  Result<storage::ScanPage> page = co_await table_->scan(std::move(query));
  if (!page) co_return fail(std::move(page).error());
  std::vector<std::string> keys;
  for (auto& row : page->rows) keys.push_back(std::move(row.at.key));
  co_return keys;
}

Task<std::vector<KeyRow>> Repository::keys() {
  storage::ScanQuery query{.family = &kAuth, .partition = keys_partition(), .kind = KeyRow::kKind};
  Result<storage::ScanPage> page = co_await table_->scan(std::move(query));
  if (!page) co_return fail(std::move(page).error());
  std::vector<KeyRow> keys;
  for (const auto& row : page->rows) {
    Result<KeyRow> key = storage::decode_row<KeyRow>(row.body);
    if (!key) co_return fail(std::move(key).error());
    keys.push_back(std::move(*key));
  }
  co_return keys;
}

Task<std::optional<Versioned<UserRow>>> Repository::user(CustomerId id) {
  Result<std::optional<Versioned<UserRow>>> found = co_await find<UserRow>(user_partition(id));
  if (found && *found && (*found)->row.deleted) co_return std::optional<Versioned<UserRow>>{};
  co_return found;
}

Task<std::optional<Versioned<UserRow>>> Repository::user_by_email(std::string canonical_email) {
  std::string at = partition_of("email", ring_->blind_index("email", canonical_email));
  Result<std::optional<Versioned<EmailClaimRow>>> claim =
      co_await find<EmailClaimRow>(std::move(at));
  if (!claim) co_return fail(std::move(claim).error());
  if (!*claim) co_return std::optional<Versioned<UserRow>>{};
  co_return co_await user((*claim)->row.user);
}

Result<Account> Repository::to_account(const UserRow& row) const {
  Result<std::string> email =
      ring_->open_sealed("user.email" + row.id.to_string(), row.sealed_email);
  if (!email) return fail(std::move(email).error());
  Result<std::string> name = ring_->open_sealed("user.name" + row.id.to_string(), row.sealed_name);
  if (!name) return fail(std::move(name).error());
  return Account{row.id,       std::move(*email), std::move(*name),
                 row.verified, row.roles,         row.created_at_us};
}

}  // namespace pps::auth
