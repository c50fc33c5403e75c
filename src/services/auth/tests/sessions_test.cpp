#include <boost/json.hpp>

#include "services/auth/tests/house.hpp"

namespace pps::auth::testing {
namespace {

using namespace std::chrono_literals;

TEST_F(House, says_what_a_token_is_good_for) {
  const CustomerId ada = import("ada@example.com");
  const auto tokens = login("ada@example.com");
  ASSERT_TRUE(tokens.has_value());
  EXPECT_EQ(tokens->expires_in_s, 300);
  const Introspection found = ask(tokens->access_token);
  EXPECT_TRUE(found.active);
  EXPECT_EQ(found.subject, ada.to_string());
  EXPECT_EQ(found.client_id, "pps-web");
  EXPECT_EQ(found.scope, "purchase account");
  EXPECT_EQ(found.audience, "pps");
  EXPECT_EQ(found.issuer, "https://shop.example");
  EXPECT_EQ(found.expires_at_s - found.issued_at_s, 300);
  EXPECT_FALSE(ask(tokens->refresh_token).active);
  EXPECT_FALSE(ask("").active);
  pass(299s);
  EXPECT_TRUE(ask(tokens->access_token).active);
  pass(2s);
  EXPECT_FALSE(ask(tokens->access_token).active);
}

TEST_F(House, rotates_refresh_tokens) {
  import("ada@example.com");
  std::string token = login("ada@example.com")->refresh_token;
  for (int i = 0; i < 5; ++i) {
    pass(5min);
    const auto next = refresh(token);
    ASSERT_EQ(code(next), "ok");
    EXPECT_NE(next->refresh_token, token);
    EXPECT_TRUE(ask(next->access_token).active);
    token = next->refresh_token;
  }
}

TEST_F(House, ends_the_session_when_a_used_token_comes_again) {
  import("ada@example.com");
  const std::string first = login("ada@example.com")->refresh_token;
  const auto second = refresh(first);
  pass(11s);
  EXPECT_TRUE(ask(second->access_token).active);
  EXPECT_EQ(code(refresh(first)), "auth.refresh_invalid");
  EXPECT_FALSE(ask(second->access_token).active);
  EXPECT_EQ(code(refresh(second->refresh_token)), "auth.refresh_invalid");
}

TEST_F(House, forgives_tabs_that_refresh_at_once) {
  import("ada@example.com");
  const std::string first = login("ada@example.com")->refresh_token;
  std::vector<Tokens> tabs;
  for (int i = 0; i < 4; ++i) {
    const auto tab = refresh(first);
    ASSERT_EQ(code(tab), "ok") << i;
    tabs.push_back(*tab);
    pass(3s);
  }
  // Whichever of them the browser has kept goes on, long after.
  for (int kept : {0, 3}) {
    pass(5s);
    EXPECT_TRUE(ask(tabs[static_cast<std::size_t>(kept)].access_token).active);
  }
  EXPECT_EQ(code(refresh(tabs[1].refresh_token)), "ok");
}

TEST_F(House, forgives_the_immediate_predecessor_only) {
  import("ada@example.com");
  const std::string first = login("ada@example.com")->refresh_token;
  const std::string second = refresh(first)->refresh_token;
  const std::string third = refresh(second)->refresh_token;
  EXPECT_EQ(code(refresh(first)), "auth.refresh_invalid");
  EXPECT_EQ(code(refresh(third)), "auth.refresh_invalid") << "the session has ended";
}

// The grace is ten seconds from the rotation, however often it is used.
TEST_F(House, does_not_prolong_the_grace) {
  import("ada@example.com");
  const std::string first = login("ada@example.com")->refresh_token;
  ASSERT_EQ(code(refresh(first)), "ok");
  pass(6s);
  ASSERT_EQ(code(refresh(first)), "ok");
  pass(6s);
  EXPECT_EQ(code(refresh(first)), "auth.refresh_invalid");
}

TEST_F(House, ends_what_is_idle_or_old) {
  import("ada@example.com");
  const std::string idle = login("ada@example.com")->refresh_token;
  std::string used = login("ada@example.com")->refresh_token;
  pass(24h * 13);
  used = refresh(used)->refresh_token;
  pass(24h * 1 + 1s);
  EXPECT_EQ(code(refresh(idle)), "auth.refresh_invalid");
  pass(24h * 12);
  const auto last = refresh(used);
  ASSERT_EQ(code(last), "ok");
  pass(24h * 4);
  EXPECT_EQ(code(refresh(last->refresh_token)), "auth.refresh_invalid")
      << "thirty days are the most";
}

TEST_F(House, refuses_made_up_refresh_tokens) {
  const std::string own = security::base64url(std::string(48, 'x'));
  for (const std::string& token :
       {std::string(), std::string("x"), own, own + "A", std::string(10'000, 'A')})
    EXPECT_EQ(code(refresh(token)), "auth.refresh_invalid");
}

TEST_F(House, takes_changed_roles_at_the_next_refresh) {
  const CustomerId id = import("ada@example.com");
  const std::string token = login("ada@example.com")->refresh_token;
  Repository repository(table, ring);
  auto user = *world.run(repository.user(id));
  user->row.roles = {"orders"};
  Change change(user_partition(id));
  change.update(*user);
  ASSERT_TRUE(world.run(repository.commit(std::move(change))).has_value());
  EXPECT_EQ(refresh(token)->scope, "orders:write");
}

TEST_F(House, forgets_a_session_at_once_and_for_good) {
  import("ada@example.com");
  const auto here = login("ada@example.com");
  const auto there = login("ada@example.com");
  const Introspection session = ask(here->access_token);
  ASSERT_TRUE(session.active);
  ASSERT_EQ(code(world.run(service->logout({}, {"", session.session_id}))), "ok");
  EXPECT_FALSE(ask(here->access_token).active);
  EXPECT_EQ(code(refresh(here->refresh_token)), "auth.refresh_invalid");
  EXPECT_TRUE(ask(there->access_token).active);
  start();
  EXPECT_FALSE(ask(here->access_token).active);
  EXPECT_TRUE(ask(there->access_token).active);
  ASSERT_EQ(code(world.run(service->logout({}, {there->refresh_token, ""}))), "ok");
  EXPECT_FALSE(ask(there->access_token).active);
  EXPECT_EQ(code(world.run(service->logout({}, {"unknown", "unknown"}))), "ok");
}

TEST_F(House, lists_and_ends_sessions_of_their_own_user_only) {
  const CustomerId ada = import("ada@example.com");
  const CustomerId eve = import("eve@example.com");
  const auto first = login("ada@example.com");
  pass(1s);
  const auto second = login("ada@example.com");
  login("eve@example.com");
  const auto listed = world.run(service->sessions({}, {ada}));
  ASSERT_EQ(listed->items.size(), 2u);
  EXPECT_EQ(listed->items[0].id, ask(second->access_token).session_id) << "the last used first";
  EXPECT_EQ(listed->items[0].user_agent, "browser");
  EXPECT_EQ(listed->items[0].peer_address, "192.0.2.1");
  EXPECT_EQ(code(world.run(service->end_session({}, {eve, listed->items[0].id}))),
            "session.not_found");
  EXPECT_TRUE(ask(second->access_token).active);
  EXPECT_EQ(code(world.run(service->end_session({}, {ada, "nonsense"}))), "session.not_found");
  EXPECT_EQ(code(world.run(service->end_session({}, {ada, listed->items[0].id}))), "ok");
  EXPECT_EQ(code(world.run(service->end_session({}, {ada, listed->items[0].id}))),
            "session.not_found");
  EXPECT_FALSE(ask(second->access_token).active);
  EXPECT_TRUE(ask(first->access_token).active);
  EXPECT_EQ(world.run(service->sessions({}, {ada}))->items.size(), 1u);
}

// An introspection that read the session just before it ended must not keep it alive for the next.
TEST_F(House, never_remembers_an_ended_session_as_live) {
  import("ada@example.com");
  for (int seed = 0; seed < 40; ++seed) {
    const auto tokens = login("ada@example.com");
    const std::string id = ask(tokens->access_token).session_id;
    start();  // nothing is remembered
    int left = 3;
    auto look = [](AuthService* auth, std::string token,
                   int& open) -> boost::asio::awaitable<void> {
      IntrospectRequest request{std::move(token)};
      const Result<Introspection> found = co_await auth->introspect({}, std::move(request));
      EXPECT_TRUE(found.has_value());
      --open;
    };
    auto leave = [](AuthService* auth, std::string session,
                    int& open) -> boost::asio::awaitable<void> {
      LogoutRequest request{"", std::move(session)};
      const Result<Done> done = co_await auth->logout({}, std::move(request));
      EXPECT_TRUE(done.has_value());
      --open;
    };
    runtime::spawn(world.runtime().executor, leave(service.get(), id, left));
    runtime::spawn(world.runtime().executor, look(service.get(), tokens->access_token, left));
    runtime::spawn(world.runtime().executor, look(service.get(), tokens->access_token, left));
    ASSERT_TRUE(world.run_until([&] { return left == 0; }));
    ASSERT_FALSE(ask(tokens->access_token).active) << seed;
  }
}

TEST_F(House, issues_tokens_to_the_operators_command) {
  const CustomerId admin = import("root@example.com", {"admin"});
  const auto tokens = world.run(service->issue_token({}, {admin}));
  ASSERT_TRUE(tokens.has_value());
  EXPECT_EQ(ask(tokens->access_token).subject, admin.to_string());
  EXPECT_EQ(code(refresh(tokens->refresh_token)), "ok");
  EXPECT_EQ(code(world.run(service->issue_token({}, {CustomerId{}}))), "user.not_found");
}

std::vector<std::string> published(const Text& jwks) {
  std::vector<std::string> ids;
  const boost::json::value set = boost::json::parse(jwks.json);
  for (const auto& key : set.at("keys").as_array())
    ids.emplace_back(key.at("kid").as_string());
  return ids;
}
std::string signer_of(const std::string& token) {
  const std::string header = *security::from_base64url(token.substr(0, token.find('.')));
  return std::string(boost::json::parse(header).at("kid").as_string());
}

TEST_F(House, publishes_a_key_a_day_before_it_signs) {
  settings.access_life = 48h;  // so that tokens of the key before can be looked at
  start();
  import("ada@example.com");
  const std::string old_key = signer_of(login("ada@example.com")->access_token);
  std::string successor;
  Duration seen{};
  std::string last_old;
  for (int hour = 0; hour < 31 * 24; ++hour) {
    const auto keys = published(*world.run(service->jwks({}, {})));
    if (keys.size() == 2 && successor.empty()) {
      successor = keys[1];
      seen = world.monotonic();
    }
    if (hour > 27 * 24) {
      const std::string token =
          world
              .run(service->issue_token({}, {world.run(service->list_users({}, {}))->items[0].id}))
              ->access_token;
      if (signer_of(token) == successor) break;
      ASSERT_EQ(signer_of(token), old_key);
      last_old = token;
    }
    pass(1h);
  }
  ASSERT_FALSE(successor.empty());
  EXPECT_GE(world.monotonic() - seen, 23h);
  EXPECT_LE(world.monotonic(), Duration(24h * 30));
  EXPECT_TRUE(ask(last_old).active);
  start();
  EXPECT_TRUE(ask(last_old).active) << "the keys are on the disk";
  EXPECT_EQ(signer_of(login("ada@example.com")->access_token), successor);
}

TEST_F(House, keeps_its_keys_when_they_cannot_be_read_again) {
  import("ada@example.com");
  const auto tokens = login("ada@example.com");
  disk->fail_reads(1);
  pass(1h + 1s);
  EXPECT_EQ(code(login("ada@example.com")), "ok");
  EXPECT_EQ(code(refresh(tokens->refresh_token)), "ok");
}

TEST_F(House, forgets_a_session_a_day_after_its_end) {
  const CustomerId ada = import("ada@example.com");
  Result<Tokens> tokens = login("ada@example.com");
  ASSERT_TRUE(tokens);
  const auto sessions = [&] {
    storage::ScanQuery query{.family = &kAuth, .partition = user_sessions_partition(ada), .kind = MemberRow::kKind};
    return world.run(table->scan(std::move(query)))->rows;
  };
  ASSERT_EQ(sessions().size(), 1u);
  const auto kept = [&] {
    storage::RowKey at{SessionRow::kKind, {}};
    return world.run(table->find(kAuth, session_partition(*Uuid::from_view(sessions()[0].at.key)), std::move(at)))->has_value();
  };
  for (int day = 0; day < 30; day += 10) {
    pass(24h * 10 - 1h);
    tokens = refresh(tokens->refresh_token);  // rotation keeps the end of its session
    ASSERT_TRUE(tokens) << day;
    EXPECT_TRUE(kept());
  }
  pass(24h + 4h);
  EXPECT_TRUE(sessions().empty());
  EXPECT_EQ(code(refresh(tokens->refresh_token)), "auth.refresh_invalid");
}

}  // namespace
}  // namespace pps::auth::testing
