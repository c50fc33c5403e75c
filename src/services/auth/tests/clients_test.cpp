#include "services/auth/tests/house.hpp"

namespace pps::auth::testing {
namespace {

using namespace std::chrono_literals;

struct Clients : House {
  Introspection ask_as(const ClientReply& who, std::string token) {
    const auto found = world.run(
        service->introspect_for({}, {who.client_id, who.client_secret, std::move(token), ""}));
    EXPECT_TRUE(found.has_value());
    return found.value_or(Introspection{});
  }
  Result<Done> revoke(const ClientReply& who, std::string token) {
    return world.run(service->revoke({}, {who.client_id, who.client_secret, std::move(token), ""}));
  }
};

TEST_F(Clients, get_the_scopes_they_may_have) {
  const auto worker = client("worker", {"purchase", "account"}, "pps-internal");
  EXPECT_GE(worker.client_secret.size(), 43u);
  const auto all = grant(worker, "client_credentials", "");
  ASSERT_EQ(code(all), "ok");
  EXPECT_EQ(all->scope, "purchase account");
  EXPECT_TRUE(all->refresh_token.empty());
  const Introspection found = ask(all->access_token);
  EXPECT_EQ(found.subject, "worker");
  EXPECT_EQ(found.client_id, "worker");
  EXPECT_EQ(found.audience, "pps-internal");
  EXPECT_TRUE(found.session_id.empty());
  EXPECT_EQ(grant(worker, "client_credentials", "account")->scope, "account");
  EXPECT_EQ(code(grant(worker, "client_credentials", "account admin")), "invalid_scope");
  EXPECT_EQ(code(grant(worker, "password", "")), "unsupported_grant_type");
  EXPECT_EQ(code(grant(worker, "", "")), "unsupported_grant_type");
  EXPECT_EQ(code(grant(worker, "refresh_token", "", "nonsense")), "invalid_grant");
}

TEST_F(Clients, need_their_secret) {
  const auto worker = client("worker", {"purchase"});
  const ClientReply wrong{"worker", std::string(43, 'x')};
  const ClientReply empty{"worker", ""};
  const ClientReply unknown{"nobody", std::string(43, 'x')};
  const ClientReply none{};
  for (const auto& who : {wrong, empty, unknown, none}) {
    const auto refused = grant(who, "client_credentials", "");
    EXPECT_EQ(code(refused), "invalid_client");
    EXPECT_EQ(refused.error().kind, ErrorKind::unauthenticated);
  }
  for (int i = 0; i < 5; ++i) grant(wrong, "client_credentials", "");
  EXPECT_EQ(code(grant(wrong, "client_credentials", "")), "auth.throttled");
  EXPECT_EQ(code(grant(worker, "client_credentials", "")), "ok")
      << "strangers cannot lock a service out";
}

TEST_F(Clients, that_nobody_knows_leave_nothing_behind_and_make_their_network_wait) {
  settings.throttle.address_failures = 50;
  start();
  const auto worker = client("worker", {"purchase"});
  const auto rows = [&] {
    return disk->durable(storage::KeyRange{storage::FamilyUse::conditional, "", "\xff\xff\xff\xff", false, 10'000})->rows.size();
  };
  const auto before = rows();
  for (int i = 0; i < 50; ++i)
    ASSERT_EQ(code(grant({"made-up-" + std::to_string(i), "x"}, "client_credentials", "")), "invalid_client");
  EXPECT_EQ(rows(), before);
  EXPECT_EQ(code(grant({"made-up", "x"}, "client_credentials", "")), "rate.limited");
  EXPECT_EQ(code(refresh("made-up")), "rate.limited") << "whatever it guesses";
  EXPECT_EQ(code(verify("made-up")), "rate.limited");
  EXPECT_EQ(code(grant(worker, "client_credentials", "")), "ok") << "the right secret is never held up";
}

TEST_F(Clients, are_not_slowed_down_by_log_ins) {
  const ClientReply wrong{"worker", "x"};
  for (int i = 0; i < 5; ++i) login("client worker", "wrong");
  EXPECT_EQ(code(grant(wrong, "client_credentials", "")), "invalid_client");
}

TEST_F(Clients, are_imported_with_good_ids_and_secrets) {
  for (const std::string id : {"", "Worker", "a b", "a/b"})
    EXPECT_EQ(code(world.run(service->import_client({}, {id, "", {}, "pps"}))), "client.id");
  EXPECT_EQ(code(world.run(service->import_client({}, {std::string(65, 'a'), "", {}, "pps"}))),
            "client.id");
  EXPECT_EQ(code(world.run(service->import_client({}, {"a", std::string(31, 's'), {}, "pps"}))),
            "client.secret");
  const auto before = client("worker", {"purchase"});
  const auto after = client("worker", {"account"});
  EXPECT_EQ(code(grant(before, "client_credentials", "")), "invalid_client");
  EXPECT_EQ(grant(after, "client_credentials", "")->scope, "account");
}

TEST_F(Clients, see_tokens_of_their_audience_only) {
  const auto shop = client("shop", {"purchase"}, "pps");
  const auto other = client("other", {"x"}, "elsewhere");
  const auto inside = client("inside", {"purchase"}, "pps-internal");
  import("ada@example.com");
  const std::string user = login("ada@example.com")->access_token;
  const std::string internal = grant(inside, "client_credentials", "")->access_token;
  EXPECT_TRUE(ask_as(shop, user).active);
  EXPECT_FALSE(ask_as(other, user).active);
  EXPECT_TRUE(ask_as(inside, user).active);
  EXPECT_TRUE(ask_as(inside, internal).active);
  EXPECT_FALSE(ask_as(shop, internal).active);
  EXPECT_FALSE(ask_as(shop, "nonsense").active);
  EXPECT_FALSE(ask_as(shop, "").active);
  const auto refused = world.run(service->introspect_for({}, {"shop", "wrong", user}));
  EXPECT_EQ(code(refused), "invalid_client");
}

TEST_F(Clients, cannot_ask_about_refresh_tokens_of_others) {
  const auto shop = client("shop", {"purchase"}, "pps");
  import("ada@example.com");
  const auto tokens = login("ada@example.com");
  EXPECT_FALSE(ask_as(shop, tokens->refresh_token).active);
  EXPECT_EQ(code(grant(shop, "refresh_token", "", tokens->refresh_token)), "invalid_grant");
  EXPECT_EQ(code(refresh(tokens->refresh_token)), "ok") << "a stranger's try has not spent it";
}

TEST_F(Clients, revoke_their_own_tokens_for_good) {
  const auto worker = client("worker", {"purchase"});
  const auto other = client("other", {"purchase"});
  const std::string token = grant(worker, "client_credentials", "")->access_token;
  const std::string kept = grant(worker, "client_credentials", "")->access_token;
  EXPECT_EQ(code(revoke(other, token)), "ok");
  EXPECT_TRUE(ask(token).active) << "another client's";
  EXPECT_EQ(code(revoke(worker, token)), "ok");
  EXPECT_FALSE(ask(token).active);
  EXPECT_EQ(code(revoke(worker, token)), "ok");
  start();
  EXPECT_FALSE(ask(token).active);
  EXPECT_TRUE(ask(kept).active);
  EXPECT_EQ(code(revoke(worker, "nonsense")), "ok");
  EXPECT_EQ(code(revoke({"worker", "wrong"}, kept)), "invalid_client");
  EXPECT_TRUE(ask(kept).active);
}

TEST_F(Clients, cannot_end_sessions_of_others) {
  const auto worker = client("worker", {"purchase"});
  import("ada@example.com");
  const auto tokens = login("ada@example.com");
  EXPECT_EQ(code(revoke(worker, tokens->access_token)), "ok");
  EXPECT_EQ(code(revoke(worker, tokens->refresh_token)), "ok");
  EXPECT_TRUE(ask(tokens->access_token).active);
}

// The web page's client, were it given a secret: its refresh token's revocation ends the session
// (RFC 7009, 2.1).
TEST_F(Clients, end_their_session_by_its_refresh_token) {
  const auto web = client("pps-web", {});
  import("ada@example.com");
  const auto tokens = login("ada@example.com");
  const Introspection found = ask_as(web, tokens->refresh_token);
  EXPECT_TRUE(found.active);
  EXPECT_EQ(found.expires_at_s - found.issued_at_s, 14 * 86'400) << "it is idle after two weeks";
  const auto next = grant(web, "refresh_token", "", tokens->refresh_token);
  ASSERT_EQ(code(next), "ok");
  EXPECT_FALSE(ask_as(web, tokens->refresh_token).active) << "used";
  EXPECT_EQ(code(revoke(web, next->refresh_token)), "ok");
  EXPECT_FALSE(ask(next->access_token).active);
  EXPECT_FALSE(ask_as(web, next->refresh_token).active);
  EXPECT_EQ(code(grant(web, "refresh_token", "", next->refresh_token)), "invalid_grant");
}

}  // namespace
}  // namespace pps::auth::testing
