#include <fmt/format.h>

#include "runtime/log.hpp"
#include "services/auth/service.hpp"

/// Accounts: registration, e-mail verification, import.
namespace pps::auth {

namespace {
constexpr auto kClaimLife = std::chrono::seconds(60);

// RFC 5321 bounds, and one @ with something on both sides; whether it exists only a mail can tell.
bool looks_like_email(std::string_view text) {
  const auto at = text.find('@');
  if (text.size() < 3 || text.size() > 254 || at == 0 || at == std::string_view::npos || at > 64)
    return false;
  if (text.find('@', at + 1) != std::string_view::npos || at + 1 == text.size()) return false;
  return std::ranges::none_of(text, [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '\x7f' || c == '<' || c == '>';
  });
}

struct Email {
  std::string address;    ///< Where mail goes: as given, without white space around it.
  std::string canonical;  ///< What accounts are told apart by.
};

Result<Email> checked_email(const std::string& email) {
  constexpr std::string_view kWhite = " \t\r\n";
  const auto begin = email.find_first_not_of(kWhite);
  const auto end = email.find_last_not_of(kWhite);
  const std::string address =
      begin == std::string::npos ? std::string{} : email.substr(begin, end - begin + 1);
  Result<std::string> canonical = security::canonical_email(address);
  if (!canonical || !looks_like_email(*canonical) || !looks_like_email(address))
    return fail_field("/email", "email.invalid",
                      "an address such as ada@example.com, at most 254 characters");
  return Email{address, std::move(*canonical)};
}

// A name goes into mails: line breaks would let a stranger write paragraphs of ours.
Result<void> check_name(const std::string& name) {
  const bool controls = std::ranges::any_of(
      name, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
  if (controls || name.empty() || !security::to_nfc(name) || security::count_characters(name) > 120)
    return fail_field("/name", "name.invalid", "1 to 120 characters on one line");
  return {};
}

Result<void> check_password(const std::string& password) {
  const auto nfc = security::to_nfc(password);
  if (!nfc) return fail_field("/password", "text.encoding", "must be UTF-8");
  const auto characters = security::count_characters(*nfc);
  if (characters < 15)
    return fail_field("/password", "password.too_short", "at least 15 characters");
  if (characters > 256)
    return fail_field("/password", "password.too_long", "at most 256 characters");
  return {};
}
}  // namespace

Task<Done> AuthService::register_user(Context context, RegisterRequest request) {
  Result<void> allowed = throttle_.address(request.peer_address);
  if (!allowed) co_return fail(std::move(allowed).error());
  Result<Email> email = checked_email(request.email);
  if (!email) co_return fail(std::move(email).error());
  Result<void> good = check_name(request.name);
  if (good) good = check_password(request.password);
  if (!good) co_return fail(std::move(good).error());
  // Hashed in every case, so that the time tells nothing.
  Result<std::string> hash = co_await passwords_.hash(request.password);
  if (!hash) co_return fail(std::move(hash).error());
  Result<std::optional<Versioned<UserRow>>> known =
      co_await repository_.user_by_email(email->canonical);
  if (!known) co_return fail(std::move(known).error());
  if (*known) {
    UserRow row = (*known)->row;
    const bool verified = row.verified;
    if (!verified) {
      const std::string id = row.id.to_string();
      row.sealed_email = repository_.ring().seal("user.email" + id, email->address);
      row.sealed_name = repository_.ring().seal("user.name" + id, request.name);
      row.password = *hash;
    }
    Task<void> tell = verified ? greet_known(context, std::move(row))
                               : send_verification(context, std::move(row));
    Result<void> told = co_await std::move(tell);
    if (!told) co_return fail(std::move(told).error());
    co_return Done{};
  }
  NewUser user{.email = email->address,
               .canonical = email->canonical,
               .name = request.name,
               .password = *hash,
               .roles = {"customer"}};
  Result<Account> added = co_await add_user(std::move(user));
  if (!added && added.error().code == "email.taken")
    co_return Done{};  // somebody was faster; they get the mail
  if (!added) co_return fail(std::move(added).error());
  Result<std::optional<Versioned<UserRow>>> row = co_await repository_.user(added->id);
  if (!row) co_return fail(std::move(row).error());
  Result<void> sent = co_await send_verification(context, (*row)->row);
  if (!sent) co_return fail(std::move(sent).error());
  co_return Done{};
}

Task<Account> AuthService::add_user(NewUser user) {
  const CustomerId id{runtime::new_uuid(deps_.runtime)};
  Result<void> claimed = co_await claim_email(user.canonical, id);
  if (!claimed) co_return fail(std::move(claimed).error());
  const storage::Keyring& ring = repository_.ring();
  UserRow row{.id = id,
              .sealed_email = ring.seal("user.email" + id.to_string(), user.email),
              .sealed_name = ring.seal("user.name" + id.to_string(), user.name),
              .password = user.password,
              .verified = user.verified,
              .roles = user.roles,
              .created_at_us = now_us()};
  Change record(user_partition(id));
  record.insert(row);
  Result<void> written = co_await repository_.commit(std::move(record));
  if (!written && written.error().kind == ErrorKind::conflict)  // so late that it was taken over
    co_return fail(ErrorKind::conflict, "email.taken", "an account has this address");
  if (!written) co_return fail(std::move(written).error());
  Change member(all_users_partition());
  member.insert(MemberRow{}, std::string(id.value.view()));
  Result<void> listed = co_await repository_.commit(std::move(member));
  if (!listed) co_return fail(std::move(listed).error());
  co_return repository_.to_account(row);
}

Task<void> AuthService::claim_email(std::string canonical, CustomerId user) {
  const std::string partition =
      partition_of("email", repository_.ring().blind_index("email", canonical));
  const EmailClaimRow mine{.user = user, .at_us = now_us()};
  Change claim(partition);
  claim.insert(mine);
  Result<void> claimed = co_await repository_.commit(std::move(claim));
  if (claimed || claimed.error().kind != ErrorKind::conflict) co_return claimed;
  Result<std::optional<Versioned<EmailClaimRow>>> other =
      co_await repository_.find<EmailClaimRow>(partition);
  if (!other) co_return fail(std::move(other).error());
  if (!*other)
    co_return fail(ErrorKind::unavailable, "email.contended",
                   "the address is being claimed; try again");
  co_return co_await take_over_claim(partition, **other, user);
}

// A claim whose record never came (a crash in between) is taken over after a minute, by first
// writing a tombstone for that record, so that it is refused if it comes late.
Task<void> AuthService::take_over_claim(std::string partition, Versioned<EmailClaimRow> claim,
                                        CustomerId user) {
  Result<std::optional<Versioned<UserRow>>> owner =
      co_await repository_.find<UserRow>(user_partition(claim.row.user));
  if (!owner) co_return fail(std::move(owner).error());
  const bool alive = *owner && !(*owner)->row.deleted;
  if (alive || now_us() - claim.row.at_us < Duration(kClaimLife).count())
    co_return fail(ErrorKind::conflict, "email.taken", "an account has this address");
  if (!*owner) {
    Change tombstone(user_partition(claim.row.user));
    tombstone.insert(UserRow{.id = claim.row.user, .deleted = true});
    Result<void> buried = co_await repository_.commit(std::move(tombstone));
    if (!buried && buried.error().kind == ErrorKind::conflict)
      co_return fail(ErrorKind::conflict, "email.taken", "an account has this address");
    if (!buried) co_return buried;
  }
  claim.row = {.user = user, .at_us = now_us()};
  Change change(std::move(partition));
  change.update(claim);
  Result<void> taken = co_await repository_.commit(std::move(change));
  if (!taken && taken.error().kind == ErrorKind::conflict)
    co_return fail(ErrorKind::conflict, "email.taken", "an account has this address");
  co_return taken;
}

Task<void> AuthService::send_verification(Context context, UserRow user) {
  Result<Account> account = repository_.to_account(user);
  if (!account) co_return fail(std::move(account).error());
  const std::string token = security::base64url(random_bytes(32));
  VerificationRow row{.user = user.id,
                      .expires_at_us = now_us() + deps_.settings.verification_life.count(),
                      .sealed_email = user.sealed_email,
                      .sealed_name = user.sealed_name,
                      .password = user.password};
  Change change(partition_of("verification", security::sha256(token)));
  change.until(row.expires_at_us).insert(row);
  Result<void> kept = co_await repository_.commit(std::move(change));
  if (!kept) co_return kept;
  notifications::Mail mail{
      .id = "verify-" + security::to_hex(security::sha256(token)).substr(0, 32),
      .to = account->email,
      .template_name = "verify_email"};
  mail.values = {{"name", account->name},
                 {"link", deps_.settings.issuer + "/verify-email?token=" + token}};
  Result<notifications::MailReply> sent =
      co_await deps_.notifications->send(context, std::move(mail));
  if (!sent) co_return fail(std::move(sent).error());
  co_return Result<void>{};
}

Task<void> AuthService::greet_known(Context context, UserRow user) {
  Result<Account> account = repository_.to_account(user);
  if (!account) co_return fail(std::move(account).error());
  notifications::Mail mail{.id = "known-" + runtime::new_uuid(deps_.runtime).to_string(),
                           .to = account->email,
                           .template_name = "email_known"};
  mail.values = {{"name", account->name}, {"link", deps_.settings.issuer + "/sign-in"}};
  Result<notifications::MailReply> sent =
      co_await deps_.notifications->send(context, std::move(mail));
  if (!sent) co_return fail(std::move(sent).error());
  co_return Result<void>{};
}

/// Who signed in before the link was opened had the right password, and need not wait for that now.
Task<void> AuthService::forgive_early_attempts(UserRow user) {
  Result<Account> account = repository_.to_account(user);
  if (!account) co_return fail(std::move(account).error());
  Result<std::string> canonical = security::canonical_email(account->email);
  if (!canonical) co_return fail(std::move(canonical).error());
  std::string throttled = "account " + *canonical;
  co_return co_await throttle_.succeeded(std::move(throttled));
}

Task<Done> AuthService::verify_email(Context, VerifyEmailRequest request) {
  const std::string partition = partition_of("verification", security::sha256(request.token));
  Result<std::optional<Versioned<VerificationRow>>> found =
      co_await repository_.find<VerificationRow>(partition);
  if (!found) co_return fail(std::move(found).error());
  if (!*found || (*found)->row.used || (*found)->row.expires_at_us < now_us()) {
    Result<void> allowed = throttle_.wrong_from(request.peer_address);
    if (!allowed) co_return fail(std::move(allowed).error());
    co_return fail(ErrorKind::malformed, "verification.invalid",
                   "the link is unknown, used, or older than 24 hours");
  }
  Result<std::optional<Versioned<UserRow>>> user = co_await repository_.user((*found)->row.user);
  if (!user) co_return fail(std::move(user).error());
  if (!*user) co_return fail(ErrorKind::malformed, "verification.invalid", "the account is gone");
  // The account first: a link that was used but did nothing would lock its owner out.
  if (!(*user)->row.verified) {
    UserRow& row = (*user)->row;
    row.verified = true;
    row.sealed_email = (*found)->row.sealed_email;
    row.sealed_name = (*found)->row.sealed_name;
    row.password = (*found)->row.password;
    Change change(user_partition(row.id));
    change.update(**user);
    Result<void> verified = co_await repository_.commit(std::move(change));
    // In conflict: the link was opened twice at once, and the other did it.
    if (!verified && verified.error().kind != ErrorKind::conflict)
      co_return fail(std::move(verified).error());
    Result<void> cleared = co_await forgive_early_attempts((*user)->row);
    if (!cleared) co_return fail(std::move(cleared).error());
  }
  (*found)->row.used = true;
  Change change(partition);
  change.until((*found)->row.expires_at_us).update(**found);
  Result<void> used = co_await repository_.commit(std::move(change));
  if (!used && used.error().kind != ErrorKind::conflict) co_return fail(std::move(used).error());
  co_return Done{};
}

Task<Account> AuthService::account(Context, AccountRequest request) {
  Result<std::optional<Versioned<UserRow>>> user = co_await repository_.user(request.user);
  if (!user) co_return fail(std::move(user).error());
  if (!*user) co_return fail(ErrorKind::not_found, "user.not_found", "no such account");
  co_return repository_.to_account((*user)->row);
}

Task<Account> AuthService::import_user(Context, ImportUser request) {
  Result<Email> email = checked_email(request.email);
  if (!email) co_return fail(std::move(email).error());
  Result<void> good = check_name(request.name);
  if (good) good = check_password(request.password);
  if (!good) co_return fail(std::move(good).error());
  for (const auto& role : request.roles)
    if (!is_known_role(role))
      co_return fail_field("/roles", "role.unknown",
                           "customer, catalogue, inventory, orders, processes or admin");
  Result<std::optional<Versioned<UserRow>>> known =
      co_await repository_.user_by_email(email->canonical);
  if (!known) co_return fail(std::move(known).error());
  if (*known) co_return fail(ErrorKind::conflict, "email.taken", "an account has this address");
  Result<std::string> hash = co_await passwords_.hash(request.password);
  if (!hash) co_return fail(std::move(hash).error());
  NewUser user{.email = email->address,
               .canonical = email->canonical,
               .name = request.name,
               .password = *hash,
               .verified = true,
               .roles = request.roles};
  co_return co_await add_user(std::move(user));
}

Task<UsersReply> AuthService::list_users(Context, EmailRequest request) {
  UsersReply reply;
  if (!request.email.empty()) {
    Result<Email> email = checked_email(request.email);
    if (!email) co_return fail(std::move(email).error());
    Result<std::optional<Versioned<UserRow>>> user =
        co_await repository_.user_by_email(email->canonical);
    if (!user) co_return fail(std::move(user).error());
    if (!*user)
      co_return fail(ErrorKind::not_found, "user.not_found", "no account has this address");
    Result<Account> account = repository_.to_account((*user)->row);
    if (!account) co_return fail(std::move(account).error());
    reply.items.push_back(std::move(*account));
    co_return reply;
  }
  std::string after;
  if (!request.cursor.empty()) {
    const auto cursor = Uuid::parse(request.cursor);
    if (!cursor) co_return fail_field("/cursor", "cursor.invalid", "a next_cursor as it was given");
    after = std::string(cursor->view());
  }
  Result<std::vector<std::string>> keys =
      co_await repository_.members(all_users_partition(), after, 100);
  if (!keys) co_return fail(std::move(keys).error());
  for (const auto& key : *keys) {
    const CustomerId id{Uuid::from_view(key).value_or(Uuid{})};
    Result<std::optional<Versioned<UserRow>>> user = co_await repository_.user(id);
    if (!user) co_return fail(std::move(user).error());
    if (!*user) continue;
    Result<Account> account = repository_.to_account((*user)->row);
    if (!account) co_return fail(std::move(account).error());
    reply.items.push_back(std::move(*account));
  }
  if (keys->size() == 100) reply.next_cursor = Uuid::from_view(keys->back())->to_string();
  co_return reply;
}

}  // namespace pps::auth
