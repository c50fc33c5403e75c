#include "services/auth/keyring.hpp"

#include "storage/keys.hpp"

namespace pps::auth {

namespace {
constexpr std::int64_t kDay = 86'400'000'000;
constexpr std::int64_t kSigns = 30 * kDay;
constexpr std::int64_t kPublishedBefore = kDay;
}  // namespace

Task<void> Keyring::open() {
  keys_.clear();
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
    keys_.push_back({row.created_at_us, std::move(*key)});
  }
  const bool due =
      keys_.empty() || now - keys_.back().created_at_us > kSigns - 2 * kPublishedBefore;
  if (!due) co_return Result<void>{};
  co_return co_await make_key();
}

Task<void> Keyring::make_key() {
  Result<security::SigningKey> key = security::SigningKey::generate();
  if (!key) co_return fail(std::move(key).error());
  const std::int64_t now = to_unix_us(runtime_.clock.now());
  const KeyRow row{
      .created_at_us = now,
      .sealed_pem = repository_.ring().seal("key" + std::to_string(now), key->to_pem())};
  Change change(keys_partition());
  change.insert(row, storage::KeyWriter().i64(now).take());
  Result<void> kept = co_await repository_.commit(std::move(change));
  if (!kept) co_return kept;
  keys_.push_back({now, std::move(*key)});
  co_return Result<void>{};
}

const security::SigningKey& Keyring::signer() const {
  const std::int64_t now = to_unix_us(runtime_.clock.now());
  const Key* chosen = &keys_.front();
  for (const auto& key : keys_)
    if (now - key.created_at_us >= kPublishedBefore) chosen = &key;
  return chosen->key;
}

std::vector<const security::SigningKey*> Keyring::verifiers() const {
  std::vector<const security::SigningKey*> keys;
  for (const auto& key : keys_) keys.push_back(&key.key);
  return keys;
}

std::string Keyring::jwks() const {
  std::string json = R"({"keys":[)";
  for (const auto& key : keys_) {
    if (json.back() == '}') json += ',';
    json += key.key.jwk();
  }
  return json + "]}";
}

}  // namespace pps::auth
