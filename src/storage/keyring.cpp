#include "storage/keyring.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "storage/aead.hpp"
#include "storage/keys.hpp"
#include "storage/rows.hpp"

namespace pps::storage {

namespace {
constexpr RowKind kDataKey = 1;
constexpr RowKind kIndexKey = 2;
constexpr char kSealVersion = 1;
constexpr std::size_t kIdBytes = 4;
const std::string kPartition = "keys";

struct WrappedKey {
  std::string wrapped;
  Unknown unknown;
  static constexpr auto columns() { return std::tuple(column<1>(&WrappedKey::wrapped)); }
};

std::string wrapping_place(const RowKey& at) { return KeyWriter().text("data key").u64(at.kind).text(at.key).take(); }
RowKey key_row(RowKind kind, std::uint32_t id) { return {kind, KeyWriter().u64(id).take()}; }

std::string id_bytes(std::uint32_t id) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(id >> shift));
  return bytes;
}

Task<void> add_key(runtime::Random& random, Table& table, const Family& family, SecretKey wrapping, RowKey at) {
  const SecretKey fresh = SecretKey::random(random);
  const std::string_view plain(reinterpret_cast<const char*>(fresh.bytes.data()), fresh.bytes.size());
  WrappedKey row{aead::seal(wrapping, random, wrapping_place(at), plain), {}};
  Batch batch;
  batch.family = &family;
  batch.partition = kPartition;
  batch.conditions = {{Condition::Kind::absent, at, 0}};
  batch.mutations.push_back(Put{{std::move(at), 1, encode_row(row)}});
  Result<void> done = co_await table.commit(std::move(batch));
  // Another opener was first: its key is as good.
  if (!done && done.error().kind == ErrorKind::conflict) co_return Result<void>{};
  co_return done;
}

Task<std::vector<Row>> read_keys(Table& table, const Family& family, RowKind kind) {
  ScanQuery query;
  query.family = &family;
  query.partition = kPartition;
  query.kind = kind;
  query.limit = 10'000;
  Result<ScanPage> page = co_await table.scan(std::move(query));
  if (!page) co_return fail(std::move(page).error());
  co_return std::move(page->rows);
}
}  // namespace

SecretKey::~SecretKey() { OPENSSL_cleanse(bytes.data(), bytes.size()); }

SecretKey SecretKey::random(runtime::Random& random) {
  SecretKey key;
  random.fill(key.bytes);
  return key;
}

Result<void> Keyring::add(const Row& row, const SecretKey& key_encryption_key) {
  const auto wrapped = decode_row<WrappedKey>(row.body);
  if (!wrapped) return fail(wrapped.error());
  std::uint64_t id = 0;
  if (!KeyReader(row.at.key).u64(id)) return fail(detail::corrupt_row());
  const auto plain = aead::open(key_encryption_key, wrapping_place(row.at), wrapped->wrapped);
  if (!plain || plain->size() != SecretKey::kBytes)
    return fail(ErrorKind::invalid, "encryption.wrong_key",
                "the key file is not the one that this database was encrypted with; put the right file back");
  SecretKey& key = row.at.kind == kDataKey ? keys_[static_cast<std::uint32_t>(id)] : index_key_;
  std::copy(plain->begin(), plain->end(), key.bytes.begin());
  return {};
}

Task<std::shared_ptr<Keyring>> Keyring::open(runtime::Runtime& runtime, Table& table, const Family& family,
                                             SecretKey key_encryption_key) {
  auto ring = std::shared_ptr<Keyring>(new Keyring(runtime.random));
  for (const RowKind kind : {kIndexKey, kDataKey}) {
    Result<std::vector<Row>> rows = co_await read_keys(table, family, kind);
    if (rows && rows->empty()) {
      RowKey first = key_row(kind, 1);
      Result<void> added = co_await add_key(runtime.random, table, family, key_encryption_key, first);
      if (!added) co_return fail(std::move(added).error());
      rows = co_await read_keys(table, family, kind);
    }
    if (!rows) co_return fail(std::move(rows).error());
    for (const auto& row : *rows) {
      Result<void> read = ring->add(row, key_encryption_key);
      if (!read) co_return fail(std::move(read).error());
    }
  }
  co_return ring;
}

Task<void> Keyring::rotate(std::shared_ptr<Keyring> ring, Table& table, const Family& family,
                           SecretKey key_encryption_key) {
  RowKey next = key_row(kDataKey, ring->current_key() + 1);
  Result<void> added = co_await add_key(ring->random_, table, family, key_encryption_key, next);
  if (!added) co_return added;
  Result<std::vector<Row>> rows = co_await read_keys(table, family, kDataKey);
  if (!rows) co_return fail(std::move(rows).error());
  for (const auto& row : *rows) {
    Result<void> read = ring->add(row, key_encryption_key);
    if (!read) co_return read;
  }
  co_return Result<void>{};
}

std::string Keyring::seal(std::string_view place, std::string_view plain) const {
  const auto& [id, key] = *keys_.rbegin();
  return std::string(1, kSealVersion) + id_bytes(id) + aead::seal(key, random_, place, plain);
}

Result<std::string> Keyring::open_sealed(std::string_view place, std::string_view sealed) const {
  if (sealed.size() < 1 + kIdBytes || sealed[0] != kSealVersion)
    return fail(ErrorKind::internal, "encryption.damaged", "an encrypted column is not in a known form");
  std::uint32_t id = 0;
  for (std::size_t i = 1; i <= kIdBytes; ++i) id = id << 8 | static_cast<std::uint8_t>(sealed[i]);
  const auto key = keys_.find(id);
  if (key == keys_.end()) return fail(ErrorKind::internal, "encryption.unknown_key", "an encrypted column names an unknown key");
  auto plain = aead::open(key->second, place, sealed.substr(1 + kIdBytes));
  if (!plain) return fail(ErrorKind::internal, "encryption.damaged", "an encrypted column was altered or moved");
  return std::move(*plain);
}

std::string Keyring::blind_index(std::string_view purpose, std::string_view plain) const {
  const std::string text = KeyWriter().text(purpose).take().append(plain);
  std::array<std::uint8_t, 32> digest{};
  unsigned size = digest.size();
  PPS_INVARIANT(HMAC(EVP_sha256(), index_key_.bytes.data(), SecretKey::kBytes,
                     reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size));
  return {reinterpret_cast<const char*>(digest.data()), 16};
}

}  // namespace pps::storage
