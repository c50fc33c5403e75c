#pragma once

#include <memory>
#include <string>
#include <vector>

#include "services/auth/api.hpp"
#include "storage/keyring.hpp"
#include "storage/rows.hpp"
#include "storage/table.hpp"

/// The Authentication Database's rows. Each record is a partition of its own; personal data is
/// sealed.
namespace pps::auth {

inline constexpr storage::Family kAuth{"auth", storage::FamilyUse::conditional};

/// Partition (user, id).
struct UserRow {
  static constexpr storage::RowKind kKind = 1;
  CustomerId id;
  std::string sealed_email, sealed_name;
  std::string password;  ///< A PHC string; empty for nobody.
  bool verified = false;
  std::vector<std::string> roles;
  std::int64_t created_at_us = 0;
  bool deleted = false;  ///< A tombstone: a record of this id that comes late is refused.
  storage::Unknown unknown;
  static constexpr auto columns() {
    using storage::column;
    return std::tuple(column<1>(&UserRow::id), column<2>(&UserRow::sealed_email),
                      column<3>(&UserRow::sealed_name), column<4>(&UserRow::password),
                      column<5>(&UserRow::verified), column<6>(&UserRow::roles),
                      column<7>(&UserRow::created_at_us), column<8>(&UserRow::deleted));
  }
};

/// Who has an address. Partition (email, blind index of its canonical form).
struct EmailClaimRow {
  static constexpr storage::RowKind kKind = 2;
  CustomerId user;
  std::int64_t at_us = 0;
  storage::Unknown unknown;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&EmailClaimRow::user),
                      storage::column<2>(&EmailClaimRow::at_us));
  }
};

/// A link from a mail. Partition (verification, SHA-256 of the token). It carries what was given
/// with it, and the account gets that once the link is opened: who signed up first with an address
/// that is not theirs must not have chosen the password of the one who proves that it is.
struct VerificationRow {
  static constexpr storage::RowKind kKind = 3;
  CustomerId user;
  std::int64_t expires_at_us = 0;
  bool used = false;
  std::string sealed_email, sealed_name, password;  ///< As in the account's row, sealed for it.
  storage::Unknown unknown;
  static constexpr auto columns() {
    using storage::column;
    return std::tuple(column<1>(&VerificationRow::user), column<2>(&VerificationRow::expires_at_us),
                      column<3>(&VerificationRow::used), column<4>(&VerificationRow::sealed_email),
                      column<5>(&VerificationRow::sealed_name),
                      column<6>(&VerificationRow::password));
  }
};

/// One sign-in and its family of refresh tokens. Partition (session, id).
struct SessionRow {
  static constexpr storage::RowKind kKind = 4;
  Uuid id;
  CustomerId user;
  std::string client_id, scope;
  std::int64_t generation = 1;  ///< Of the refresh token that is good now.
  std::int64_t rotated_at_us = 0, created_at_us = 0, expires_at_us = 0;
  std::string sealed_agent, sealed_address;
  bool ended = false;
  storage::Unknown unknown;
  static constexpr auto columns() {
    using storage::column;
    return std::tuple(column<1>(&SessionRow::id), column<2>(&SessionRow::user),
                      column<3>(&SessionRow::client_id), column<4>(&SessionRow::scope),
                      column<5>(&SessionRow::generation), column<6>(&SessionRow::rotated_at_us),
                      column<7>(&SessionRow::created_at_us), column<8>(&SessionRow::expires_at_us),
                      column<9>(&SessionRow::sealed_agent), column<10>(&SessionRow::sealed_address),
                      column<11>(&SessionRow::ended));
  }
};

/// In the session's partition. Key: SHA-256 of the refresh token.
struct RefreshRow {
  static constexpr storage::RowKind kKind = 5;
  std::int64_t generation = 0;
  storage::Unknown unknown;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&RefreshRow::generation));
  }
};

/// Lists: every user's id, a user's sessions. Key: the id's bytes; the row is empty.
struct MemberRow {
  static constexpr storage::RowKind kKind = 6;
  storage::Unknown unknown;
  static constexpr auto columns() { return std::tuple(); }
};

/// Failed attempts of an account, known or not. Partition (throttle, hash of what was submitted).
struct ThrottleRow {
  static constexpr storage::RowKind kKind = 7;
  std::int64_t failures = 0;
  std::int64_t not_before_us = 0;
  storage::Unknown unknown;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&ThrottleRow::failures),
                      storage::column<2>(&ThrottleRow::not_before_us));
  }
};

/// Partition (client, id).
struct ClientRow {
  static constexpr storage::RowKind kKind = 8;
  std::string id, secret_hash, audience;
  std::vector<std::string> scopes;
  storage::Unknown unknown;
  static constexpr auto columns() {
    using storage::column;
    return std::tuple(column<1>(&ClientRow::id), column<2>(&ClientRow::secret_hash),
                      column<3>(&ClientRow::audience), column<4>(&ClientRow::scopes));
  }
};

/// A signing key. Partition (keys); key: created_at.
struct KeyRow {
  static constexpr storage::RowKind kKind = 9;
  std::int64_t created_at_us = 0;
  std::string sealed_pem;
  storage::Unknown unknown;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&KeyRow::created_at_us),
                      storage::column<2>(&KeyRow::sealed_pem));
  }
};

/// A client's access token that was revoked before its end. Partition (revoked, jti).
struct RevokedRow {
  static constexpr storage::RowKind kKind = 10;
  std::int64_t expires_at_s = 0;
  storage::Unknown unknown;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&RevokedRow::expires_at_s));
  }
};

std::string partition_of(std::string_view what, std::string_view id);

/// A row with the version that a change must name.
template <class Row>
struct Versioned {
  Row row;
  std::uint64_t version = 0;
};

/// One commit in one partition. Every put names what it expects: nothing there, or a version.
class Change {
 public:
  explicit Change(std::string partition) {
    batch_.family = &kAuth;
    batch_.partition = std::move(partition);
  }
  /// What is put after this is kept a day longer than `us` (Unix microseconds) and then forgotten;
  /// until the day is over, what has ended is told from what never was.
  Change& until(std::int64_t us) {
    expires_s_ = us / 1'000'000 + 86'400;
    return *this;
  }
  template <class Row>
  Change& insert(const Row& row, std::string key = {}) {
    const storage::RowKey at{Row::kKind, std::move(key)};
    batch_.conditions.push_back({storage::Condition::Kind::absent, at, 0});
    batch_.mutations.emplace_back(storage::Put{{at, 1, storage::encode_row(row), expires_s_}});
    return *this;
  }
  template <class Row>
  Change& update(const Versioned<Row>& was, std::string key = {}) {
    const storage::RowKey at{Row::kKind, std::move(key)};
    batch_.conditions.push_back({storage::Condition::Kind::version_is, at, was.version});
    batch_.mutations.emplace_back(
        storage::Put{{at, was.version + 1, storage::encode_row(was.row), expires_s_}});
    return *this;
  }
  storage::Batch take() { return std::move(batch_); }

 private:
  storage::Batch batch_;
  std::int64_t expires_s_ = 0;
};

class Repository {
 public:
  Repository(std::shared_ptr<storage::Table> table, std::shared_ptr<storage::Keyring> ring)
      : table_(std::move(table)), ring_(std::move(ring)) {}

  template <class Row>
  Task<std::optional<Versioned<Row>>> find(std::string partition, std::string key = {}) {
    storage::RowKey at{Row::kKind, std::move(key)};
    Result<std::optional<storage::Row>> row =
        co_await table_->find(kAuth, std::move(partition), std::move(at));
    if (!row) co_return fail(std::move(row).error());
    if (!*row) co_return std::optional<Versioned<Row>>{};
    Result<Row> decoded = storage::decode_row<Row>((*row)->body);
    if (!decoded) co_return fail(std::move(decoded).error());
    co_return std::optional(Versioned<Row>{std::move(*decoded), (*row)->version});
  }
  /// Error `conflict` if what the change expects does not hold.
  Task<void> commit(Change change);
  /// The keys of a list, ascending, after `after`.
  Task<std::vector<std::string>> members(std::string partition, std::string after,
                                         std::size_t limit);
  Task<std::vector<KeyRow>> keys();

  Task<std::optional<Versioned<UserRow>>> user(CustomerId id);
  Task<std::optional<Versioned<UserRow>>> user_by_email(std::string canonical_email);
  Result<Account> to_account(const UserRow& row) const;
  const storage::Keyring& ring() const { return *ring_; }

 private:
  std::shared_ptr<storage::Table> table_;
  std::shared_ptr<storage::Keyring> ring_;
};

std::string user_partition(CustomerId id);
std::string session_partition(const Uuid& id);
std::string user_sessions_partition(CustomerId id);
std::string all_users_partition();
std::string keys_partition();

}  // namespace pps::auth
