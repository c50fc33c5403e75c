#include <gmock/gmock.h>

#include "services/auth/tests/house.hpp"

namespace pps::auth::testing {
namespace {

using namespace std::chrono_literals;

TEST_F(House, mails_a_link_that_works_once) {
  ASSERT_EQ(code(sign_up(" Ada@Example.com ")), "ok");
  ASSERT_EQ(mails->sent.size(), 1u);
  EXPECT_EQ(mails->sent[0].template_name, "verify_email");
  EXPECT_EQ(mails->sent[0].to, "Ada@Example.com");
  EXPECT_EQ(code(login("ada@example.com")), "auth.invalid_credentials") << "as for a wrong password";
  const std::string token = last_link_token();
  EXPECT_EQ(code(verify(token + "x")), "verification.invalid");
  EXPECT_EQ(code(verify(token)), "ok");
  EXPECT_EQ(code(verify(token)), "verification.invalid");
  EXPECT_EQ(code(login("ADA@EXAMPLE.COM")), "ok");
}

TEST_F(House, lets_a_link_end_after_a_day) {
  sign_up("ada@example.com");
  const std::string token = last_link_token();
  pass(24h + 1s);
  EXPECT_EQ(code(verify(token)), "verification.invalid");
  EXPECT_EQ(code(sign_up("ada@example.com")), "ok");
  EXPECT_EQ(code(verify(last_link_token())), "ok");
}

TEST_F(House, answers_alike_for_known_and_unknown_addresses) {
  import("known@example.com");
  EXPECT_EQ(code(sign_up("new@example.com")), "ok");
  EXPECT_EQ(code(sign_up("new@example.com")), "ok");
  EXPECT_EQ(code(sign_up("Known@example.com", "another long password")), "ok");
  ASSERT_EQ(mails->sent.size(), 3u);
  EXPECT_EQ(mails->sent[1].template_name, "verify_email");
  EXPECT_EQ(mails->sent[2].template_name, "email_known");
  EXPECT_EQ(mails->sent[2].to, "known@example.com");
  EXPECT_EQ(code(login("known@example.com", "another long password")), "auth.invalid_credentials");
}

// Signing up and in with one's own password must not tell whether the address has an account: neither by the answer nor by
// when one has to wait.
TEST_F(House, does_not_tell_by_signing_up_whether_an_address_is_known) {
  import("known@example.com");
  const std::string own = "a password of my own choice";
  std::vector<std::string> known, unknown;
  for (const auto& [email, said] : {std::pair("known@example.com", &known), std::pair("new@example.com", &unknown)}) {
    said->push_back(code(sign_up(email, own)));
    for (int i = 0; i < 7; ++i) said->push_back(code(login(email, own)));
  }
  EXPECT_EQ(known, unknown);
  EXPECT_EQ(known.back(), "auth.throttled");
}

TEST_F(House, lets_in_at_once_who_tried_before_the_link_was_opened) {
  sign_up("ada@example.com");
  for (int i = 0; i < 6; ++i) login("ada@example.com");
  EXPECT_EQ(code(login("ada@example.com")), "auth.throttled");
  ASSERT_EQ(code(verify(last_link_token())), "ok");
  EXPECT_EQ(code(login("ada@example.com")), "ok");
}

// Somebody signs up with an address of another, who signs up later and opens the link of that mail:
// the password that was chosen first must be worth nothing.
TEST_F(House, gives_the_account_to_who_opens_the_link) {
  sign_up("victim@example.com", "the attacker's password");
  const std::string attackers = last_link_token();
  sign_up("victim@example.com", "the victim's password");
  ASSERT_EQ(code(verify(last_link_token())), "ok");
  EXPECT_EQ(code(login("victim@example.com", "the attacker's password")),
            "auth.invalid_credentials");
  EXPECT_EQ(code(login("victim@example.com", "the victim's password")), "ok");
  EXPECT_EQ(code(verify(attackers)), "ok") << "a link that changes nothing";
  EXPECT_EQ(code(login("victim@example.com", "the attacker's password")),
            "auth.invalid_credentials");
}

TEST_F(House, refuses_what_is_no_address) {
  for (const std::string bad : {"", "ada", "@example.com", "ada@", "a@b@c", "a b@example.com",
                                "ada@exa\nmple.com", "ada@example.com\r\nBcc: x@y",
                                "<ada@example.com>", "ada\uff20example.com", "\xff@example.com"})
    EXPECT_EQ(code(sign_up(bad)), "email.invalid") << bad;
  EXPECT_EQ(code(sign_up(std::string(65, 'a') + "@example.com")), "email.invalid");
  EXPECT_EQ(code(sign_up("a@" + std::string(260, 'b'))), "email.invalid");
  EXPECT_TRUE(mails->sent.empty());
}

TEST_F(House, refuses_weak_passwords_and_names_of_several_lines) {
  EXPECT_EQ(code(sign_up("ada@example.com", "14 characters.")), "password.too_short");
  EXPECT_EQ(code(sign_up("ada@example.com", std::string(257, 'a'))), "password.too_long");
  EXPECT_EQ(code(sign_up("ada@example.com", "\xff long enough password")), "text.encoding");
  for (const std::string& name : {std::string("Ada\nYou won, go to"), std::string(),
                                 std::string(121, 'a'), std::string("\xff")}) {
    RegisterRequest request{"ada@example.com", kPassword, name, ""};
    EXPECT_EQ(code(world.run(service->register_user({}, std::move(request)))), "name.invalid");
  }
  EXPECT_EQ(code(sign_up("ada@example.com", std::string(256, 'a'))), "ok");
}

TEST_F(House, gives_an_address_to_one_of_two_at_once) {
  std::vector<Task<Done>> both;
  for (const char* password : {"the first long password", "the second long password"}) {
    RegisterRequest request{"ada@example.com", password, "Ada", ""};
    both.push_back(service->register_user({}, std::move(request)));
  }
  bool ended = false;
  auto run = [](std::vector<Task<Done>> tasks, bool& done) -> boost::asio::awaitable<void> {
    const std::vector<Result<Done>> results = co_await runtime::all_of(std::move(tasks));
    for (const auto& result : results) EXPECT_EQ(code(result), "ok");
    done = true;
  };
  runtime::spawn(world.runtime().executor, run(std::move(both), ended));
  ASSERT_TRUE(world.run_until([&] { return ended; }));
  const auto users = world.run(service->list_users({}, {}));
  ASSERT_TRUE(users.has_value());
  EXPECT_EQ(users->items.size(), 1u);
  EXPECT_EQ(code(verify(last_link_token())), "ok");
}

// A crash between the claim and the account leaves an address that nobody has: it is taken over
// after a minute.
TEST_F(House, takes_over_an_address_whose_account_never_came) {
  Repository repository(table, ring);
  const CustomerId lost{runtime::new_uuid(world.runtime())};
  Change claim(partition_of("email", ring->blind_index("email", "ada@example.com")));
  claim.insert(EmailClaimRow{.user = lost, .at_us = to_unix_us(world.now())});
  ASSERT_TRUE(world.run(repository.commit(std::move(claim))).has_value());
  pass(59s);
  EXPECT_EQ(code(sign_up("ada@example.com")), "ok");
  EXPECT_TRUE(mails->sent.empty());
  pass(2s);
  EXPECT_EQ(code(sign_up("ada@example.com")), "ok");
  ASSERT_EQ(mails->sent.size(), 1u);
  EXPECT_EQ(code(verify(last_link_token())), "ok");
  EXPECT_EQ(code(login("ada@example.com")), "ok");
  // The lost account comes after all: refused by the tombstone.
  Change late(user_partition(lost));
  late.insert(UserRow{.id = lost});
  EXPECT_EQ(world.run(repository.commit(std::move(late))).error().kind, ErrorKind::conflict);
}

TEST_F(House, says_so_when_the_mail_cannot_be_kept) {
  mails->fails = true;
  EXPECT_EQ(code(sign_up("ada@example.com")), "mail.down");
  mails->fails = false;
  EXPECT_EQ(code(sign_up("ada@example.com")), "ok");
  EXPECT_EQ(code(verify(last_link_token())), "ok");
}

TEST_F(House, imports_verified_users_once) {
  const CustomerId id = import("Op@example.com", {"catalogue", "orders"});
  const auto account = world.run(service->account({}, {id}));
  ASSERT_TRUE(account.has_value());
  EXPECT_EQ(account->email, "Op@example.com");
  EXPECT_EQ(account->name, "Ada");
  EXPECT_TRUE(account->email_verified);
  EXPECT_EQ(login("op@example.com")->scope, "catalogue:write orders:write");
  ImportUser again{"op@EXAMPLE.com", kPassword, "Eve", {}};
  EXPECT_EQ(code(world.run(service->import_user({}, again))), "email.taken");
  ImportUser unknown{"eve@example.com", kPassword, "Eve", {"root"}};
  EXPECT_EQ(code(world.run(service->import_user({}, unknown))), "role.unknown");
  EXPECT_EQ(code(world.run(service->account({}, {CustomerId{runtime::new_uuid(world.runtime())}}))),
            "user.not_found");
}

TEST_F(House, knows_the_scopes_of_roles) {
  EXPECT_EQ(scopes_of({}), "");
  EXPECT_EQ(scopes_of({"customer"}), "purchase account");
  EXPECT_EQ(scopes_of({"processes", "inventory"}), "inventory:write processes:write");
  EXPECT_EQ(scopes_of({"admin"}),
            "purchase account catalogue:write inventory:write orders:write processes:write admin");
  EXPECT_EQ(scopes_of({"root"}), "");
}

TEST_F(House, lists_users_in_pages) {
  settings.cost = {8, 1, 1};
  start();
  std::vector<std::string> expected;
  for (int i = 0; i < 205; ++i)
    expected.push_back(import("user" + std::to_string(i) + "@example.com").to_string());
  std::vector<std::string> seen;
  EmailRequest page;
  do {
    const auto reply = world.run(service->list_users({}, page));
    ASSERT_TRUE(reply.has_value());
    ASSERT_LE(reply->items.size(), 100u);
    for (const auto& user : reply->items) seen.push_back(user.id.to_string());
    page.cursor = reply->next_cursor;
  } while (!page.cursor.empty());
  EXPECT_THAT(seen, ::testing::UnorderedElementsAreArray(expected));
  EXPECT_EQ(code(world.run(service->list_users({}, {"", "nonsense"}))), "cursor.invalid");
  const auto one = world.run(service->list_users({}, {"User7@example.com", ""}));
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(one->items.at(0).email, "user7@example.com");
  EXPECT_EQ(code(world.run(service->list_users({}, {"nobody@example.com", ""}))), "user.not_found");
}

TEST_F(House, keeps_no_personal_data_and_no_secret_in_plain) {
  RegisterRequest request{"secret.address@example.com", kPassword, "Augusta Byron", "203.0.113.77"};
  ASSERT_TRUE(world.run(service->register_user({}, std::move(request))).has_value());
  const std::string link = last_link_token();
  verify(link);
  LoginRequest in{"secret.address@example.com", kPassword, "203.0.113.77", "Secretive Browser"};
  const auto tokens = world.run(service->login({}, std::move(in)));
  ASSERT_TRUE(tokens.has_value());
  const auto service_client = client("worker", {"purchase"});
  std::string everything;
  for (const auto use : {storage::FamilyUse::conditional, storage::FamilyUse::plain}) {
    const auto page = disk->durable(storage::KeyRange{use, "", "\xff\xff\xff\xff", false, 10'000});
    ASSERT_TRUE(page.has_value());
    ASSERT_FALSE(page->more);
    for (const auto& row : page->rows) everything += row.key + row.value + "\n";
  }
  ASSERT_GT(everything.size(), 1000u);
  ASSERT_NE(everything.find("$argon2id$"), std::string::npos)
      << "rows are read as they lie on the disk";
  for (const auto& secret :
       {std::string("secret.address"), std::string("Augusta"), std::string("203.0.113"),
        std::string("Secretive"), kPassword, link, tokens->refresh_token,
        std::string("PRIVATE KEY"), service_client.client_secret})
    EXPECT_EQ(everything.find(secret), std::string::npos) << secret;
}

}  // namespace
}  // namespace pps::auth::testing
