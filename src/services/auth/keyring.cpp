#include "services/auth/keyring.hpp"

#include "runtime/sync.hpp"
#include "storage/keys.hpp"

namespace pps::auth {

namespace {
constexpr std::int64_t kDay = 86'400'000'000;
constexpr std::int64_t kSigns = 30 * kDay;
constexpr std::int64_t kPublishedBefore = kDay;
}  // namespace

Task<void> Keyring::open() {
  std::deque<Key> keys;
  const std::int64_t now = to_unix_us(runtime_.clock.now());
  Result<std::vector<KeyRow>> rows = co_await repository_.keys();
  if (!rows) co_return fail(std::move(rows).error());
  for (const auto& row : *rows) {
    if (now - row.created_at_us > kSigns + 3 * kDay) continue;
    Result<std::string> pem =
        repository_.ring().open_sealed("key" + std::to_string(row.created_at_us), row.sealed_pem);
    if (!pem) co_return fail(std::move(pem).error());
    Result<security::SigningKey> key = security::SigningKey::from_pem(*pem);
    if (!key) co_return fail(std::move(key).error());
    keys.push_back(
        {row.created_at_us, std::make_shared<const security::SigningKey>(std::move(*key))});
  }
  const bool due = keys.empty() || now - keys.back().created_at_us > kSigns - 2 * kPublishedBefore;
  if (due) {
    Result<Key> made = co_await make_key();
    if (!made) co_return fail(std::move(made).error());
    keys.push_back(std::move(*made));
  }
  keys_ = std::move(keys);
  co_return Result<void>{};
}

Task<Keyring::Key> Keyring::make_key() {
  // On the pool: it takes about 100 ms.
  using Made = std::shared_ptr<const security::SigningKey>;
  std::function<Result<Made>()> work = []() -> Result<Made> {
    Result<security::SigningKey> made = security::SigningKey::generate();
    if (!made) return fail(std::move(made).error());
    return std::make_shared<const security::SigningKey>(std::move(*made));
  };
  Result<Made> key = co_await runtime::run_on<Made>(runtime_, runtime_.hash_pool, std::move(work));
  if (!key) co_return fail(std::move(key).error());
  const std::int64_t now = to_unix_us(runtime_.clock.now());
  const KeyRow row{
      .created_at_us = now,
      .sealed_pem = repository_.ring().seal("key" + std::to_string(now), (*key)->to_pem())};
  Change change(keys_partition());
  change.insert(row, storage::KeyWriter().i64(now).take());
  Result<void> kept = co_await repository_.commit(std::move(change));
  if (!kept) co_return fail(std::move(kept).error());
  co_return Key{now, std::move(*key)};
}

const security::SigningKey& Keyring::signer() const {
  const std::int64_t now = to_unix_us(runtime_.clock.now());
  const Key* chosen = &keys_.front();
  for (const auto& key : keys_)
    if (now - key.created_at_us >= kPublishedBefore) chosen = &key;
  return *chosen->key;
}

std::vector<std::shared_ptr<const security::SigningKey>> Keyring::verifiers() const {
  std::vector<std::shared_ptr<const security::SigningKey>> keys;
  for (const auto& key : keys_) keys.push_back(key.key);
  return keys;
}

std::string Keyring::jwks() const {
  std::string json = R"({"keys":[)";
  for (const auto& key : keys_) {
    if (json.back() == '}') json += ',';
    json += key.key->jwk();
  }
  return json + "]}";
}

}  // namespace pps::auth
