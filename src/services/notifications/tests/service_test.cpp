#include "services/notifications/service.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/simulated.hpp"
#include "runtime/sync.hpp"
#include "storage/memory/memory.hpp"

namespace pps::notifications {
namespace {

using namespace std::chrono_literals;
constexpr storage::Family kRingFamily{"notifications_keys", storage::FamilyUse::conditional};

struct TransportModel final : Transport {
  explicit TransportModel(runtime::SimulatedWorld& on) : world(on) {}
  Task<void> deliver(std::string id, std::string to, Text text) override {
    ++tries;
    co_await runtime::sleep_for(world.runtime(), takes);
    if (down) co_return fail(ErrorKind::unavailable, "smtp.failed", "down");
    if (to == refused) co_return fail(ErrorKind::invalid, "smtp.refused", "550");
    taken.push_back({id, to, text.subject, text.body});
    co_return Result<void>{};
  }
  struct Taken {
    std::string id, to, subject, body;
  };
  runtime::SimulatedWorld& world;
  std::vector<Taken> taken;
  Duration takes = 5ms;
  int tries = 0;
  bool down = false;
  std::string refused;
};

struct BusModel final : bus::Bus {
  Task<void> append(std::vector<Entry>) override { co_return Result<void>{}; }
  void subscribe(std::string topic, std::string group, bus::Consumer to) override {
    EXPECT_EQ(topic + "/" + group, "purchase/notifications");
    consumer = std::move(to);
  }
  Task<std::uint64_t> lag(std::string, std::string) override { co_return 0u; }
  bus::Consumer consumer;
};

struct Notifications : ::testing::Test {
  Notifications() { start(); }
  ~Notifications() override { process->kill(); }
  /// As after kill -9: what waited in the process before is gone.
  void start() {
    if (process) process->kill();
    service.reset();
    table.reset();
    process = &world.process("notifications-" + std::to_string(++starts));
    runtime::Runtime& runtime = process->runtime();
    table = storage::memory::open_table(runtime, disk);
    storage::SecretKey key;
    const auto ring = *world.run(storage::Keyring::open(runtime, *table, kRingFamily, key));
    NotificationsService::Dependencies needs{runtime, table, ring, transport,
                                             "https://shop.example", delivers};
    service = std::make_shared<NotificationsService>(std::move(needs));
    ASSERT_TRUE(world.run(service->start()).has_value());
  }
  Result<MailReply> send(std::string id, std::string to = "ada@example.com") {
    Mail mail{.id = std::move(id), .to = std::move(to), .template_name = "verify_email"};
    mail.values = {{"name", "Ada"}, {"link", "https://shop.example/secret-link"}};
    return world.run(service->send({}, std::move(mail)));
  }
  void settle(Duration time = 1s) { world.run_for(time); }

  runtime::SimulatedWorld world{5};
  std::shared_ptr<storage::memory::Disk> disk = std::make_shared<storage::memory::Disk>();
  runtime::SimulatedProcess* process = nullptr;
  int starts = 0;
  bool delivers = true;
  std::shared_ptr<storage::Table> table;
  std::shared_ptr<TransportModel> transport = std::make_shared<TransportModel>(world);
  std::shared_ptr<NotificationsService> service;
};

TEST_F(Notifications, hand_each_mail_over_once) {
  ASSERT_TRUE(send("one").has_value());
  settle();
  ASSERT_EQ(transport->taken.size(), 1u);
  EXPECT_EQ(transport->taken[0].to, "ada@example.com");
  EXPECT_EQ(transport->taken[0].subject, "Confirm your e-mail address");
  EXPECT_TRUE(send("one").has_value());
  settle();
  start();
  EXPECT_TRUE(send("one").has_value());
  settle();
  EXPECT_EQ(transport->taken.size(), 1u);
  EXPECT_TRUE(send("two").has_value());
  settle();
  EXPECT_EQ(transport->taken.size(), 2u);
}

// The same id again while the first is being handed over, at every step of the way.
TEST_F(Notifications, hand_over_once_what_is_asked_for_while_it_goes_out) {
  transport->takes = 0ms;
  for (int i = 0; i < 200; ++i) {
    const std::string id = "mail-" + std::to_string(i);
    int left = 4;
    auto ask = [](Notifications* test, std::string name, int& open,
                  int wait) -> boost::asio::awaitable<void> {
      for (int round = 0; round < 5; ++round) {
        co_await runtime::sleep_for(test->world.runtime(), std::chrono::microseconds(wait));
        Mail mail{.id = name, .to = "ada@example.com", .template_name = "verify_email"};
        mail.values = {{"name", "Ada"}, {"link", "x"}};
        const Result<MailReply> sent = co_await test->service->send({}, std::move(mail));
        EXPECT_TRUE(sent.has_value());
      }
      --open;
    };
    for (int n = 0; n < 4; ++n)
      runtime::spawn(world.runtime().executor, ask(this, id, left, n * 150));
    ASSERT_TRUE(world.run_until([&] { return left == 0; }));
    settle(50ms);
    ASSERT_EQ(transport->taken.size(), static_cast<std::size_t>(i + 1)) << id;
  }
}

TEST_F(Notifications, try_again_until_it_is_taken) {
  transport->down = true;
  ASSERT_TRUE(send("one").has_value());
  settle(10s);
  EXPECT_EQ(transport->tries, 4) << "after 1, 2 and 4 seconds";
  settle(24h);
  EXPECT_TRUE(transport->taken.empty());
  transport->down = false;
  settle(11min);
  EXPECT_EQ(transport->taken.size(), 1u);
}

TEST_F(Notifications, give_up_what_is_refused_for_good_and_send_the_rest) {
  transport->refused = "gone@example.com";
  ASSERT_TRUE(send("one", "gone@example.com").has_value());
  ASSERT_TRUE(send("two").has_value());
  settle(1h);
  EXPECT_EQ(transport->tries, 2);
  ASSERT_EQ(transport->taken.size(), 1u);
  EXPECT_EQ(transport->taken[0].id, "two");
  EXPECT_TRUE(send("one", "gone@example.com").has_value()) << "it was asked for, and is known";
  start();
  settle(1h);
  EXPECT_EQ(transport->tries, 2);
}

TEST_F(Notifications, give_up_after_five_days_restarts_included) {
  transport->down = true;
  ASSERT_TRUE(send("one").has_value());
  settle(72h);
  start();
  settle(47h);
  const int tries = transport->tries;
  settle(2h);
  EXPECT_GT(transport->tries, tries) << "until then it is tried";
  transport->down = false;
  settle(1h);
  EXPECT_TRUE(transport->taken.empty());
}

TEST_F(Notifications, only_keep_mails_where_another_process_delivers) {
  delivers = false;
  start();
  ASSERT_TRUE(send("one").has_value());
  settle(1h);
  EXPECT_EQ(transport->tries, 0);
  delivers = true;
  start();
  settle();
  EXPECT_EQ(transport->taken.size(), 1u);
}

TEST_F(Notifications, keep_what_waits_over_a_restart) {
  transport->down = true;
  for (const char* id : {"one", "two", "three"}) ASSERT_TRUE(send(id).has_value());
  settle(30s);
  transport->down = false;
  start();
  settle();
  std::vector<std::string> ids;
  for (const auto& mail : transport->taken) ids.push_back(mail.id);
  EXPECT_THAT(ids, ::testing::UnorderedElementsAre("one", "two", "three"));
  start();
  settle();
  EXPECT_EQ(transport->taken.size(), 3u);
}

TEST_F(Notifications, hand_over_once_when_the_note_cannot_be_written_at_first) {
  ASSERT_TRUE(send("one").has_value());
  disk->set_full(true);
  settle(30s);
  EXPECT_EQ(transport->taken.size(), 1u);
  disk->set_full(false);
  settle(11min);
  EXPECT_EQ(transport->taken.size(), 1u);
  start();
  settle();
  EXPECT_EQ(transport->taken.size(), 1u);
}

TEST_F(Notifications, refuse_what_they_could_not_keep_or_send) {
  disk->set_full(true);
  const auto refused = send("one");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
  disk->set_full(false);
  for (const std::string id : {"", "../../etc/passwd", "a b", "a\r\nX: y", "<x>"})
    EXPECT_EQ(send(id).error().code, "mail.id");
  for (const std::string to :
       {"", "ada", "ada@example.com\r\nRCPT TO:<eve@example.com>", "<ada@example.com>", "a@b c"})
    EXPECT_EQ(send("two", to).error().code, "mail.to");
  Mail unknown{.id = "x", .to = "ada@example.com", .template_name = "nonsense"};
  EXPECT_EQ(world.run(service->send({}, unknown)).error().code, "template.unknown");
  settle(1min);
  EXPECT_TRUE(transport->taken.empty());
}

TEST_F(Notifications, keep_addresses_and_links_sealed) {
  transport->down = true;
  ASSERT_TRUE(send("one").has_value());
  std::string everything;
  for (const auto use : {storage::FamilyUse::conditional, storage::FamilyUse::plain}) {
    const auto page = disk->durable(storage::KeyRange{use, "", "\xff\xff\xff\xff", false, 10'000});
    ASSERT_TRUE(page.has_value());
    for (const auto& row : page->rows) everything += row.key + row.value;
  }
  ASSERT_NE(everything.find("verify_email"), std::string::npos);
  EXPECT_EQ(everything.find("ada@"), std::string::npos);
  EXPECT_EQ(everything.find("secret-link"), std::string::npos);
}

// Only `account` is asked.
struct AuthModel final : auth::AuthApi {
  Task<auth::Account> account(Context, auth::AccountRequest request) override {
    if (down) co_return fail(ErrorKind::unavailable, "down", "");
    if (request.user != known) co_return fail(ErrorKind::not_found, "user.not_found", "");
    co_return auth::Account{.id = known, .email = "ada@example.com", .name = "Ada"};
  }
  template <class T>
  static Task<T> no() {
    co_return fail(ErrorKind::internal, "not.asked", "");
  }
  Task<auth::Done> register_user(Context, auth::RegisterRequest) override {
    return no<auth::Done>();
  }
  Task<auth::Done> verify_email(Context, auth::VerifyEmailRequest) override {
    return no<auth::Done>();
  }
  Task<auth::Tokens> login(Context, auth::LoginRequest) override { return no<auth::Tokens>(); }
  Task<auth::Tokens> refresh(Context, auth::RefreshRequest) override { return no<auth::Tokens>(); }
  Task<auth::Done> logout(Context, auth::LogoutRequest) override { return no<auth::Done>(); }
  Task<auth::Introspection> introspect(Context, auth::IntrospectRequest) override {
    return no<auth::Introspection>();
  }
  Task<auth::Introspection> introspect_for(Context, auth::ClientAuthentication) override {
    return no<auth::Introspection>();
  }
  Task<auth::Tokens> grant(Context, auth::GrantRequest) override { return no<auth::Tokens>(); }
  Task<auth::Done> revoke(Context, auth::ClientAuthentication) override { return no<auth::Done>(); }
  Task<auth::SessionsReply> sessions(Context, auth::AccountRequest) override {
    return no<auth::SessionsReply>();
  }
  Task<auth::Done> end_session(Context, auth::EndSessionRequest) override {
    return no<auth::Done>();
  }
  Task<auth::Text> jwks(Context, auth::Nothing) override { return no<auth::Text>(); }
  Task<auth::Text> metadata(Context, auth::Nothing) override { return no<auth::Text>(); }
  Task<auth::Account> import_user(Context, auth::ImportUser) override {
    return no<auth::Account>();
  }
  Task<auth::ClientReply> import_client(Context, auth::ImportClient) override {
    return no<auth::ClientReply>();
  }
  Task<auth::UsersReply> list_users(Context, auth::EmailRequest) override {
    return no<auth::UsersReply>();
  }
  Task<auth::Done> unlock(Context, auth::EmailRequest) override { return no<auth::Done>(); }
  Task<auth::Tokens> issue_token(Context, auth::AccountRequest) override {
    return no<auth::Tokens>();
  }
  CustomerId known;
  bool down = false;
};

struct Purchases : Notifications {
  Purchases() {
    auth->known = CustomerId{runtime::new_uuid(world.runtime())};
    service->follow_purchases(bus, auth);
  }
  Result<void> tell(std::string type, std::string body) {
    bus::Delivered delivered;
    delivered.event.type = std::move(type);
    delivered.event.body = std::move(body);
    std::vector<bus::Delivered> batch{delivered};
    const Result<void> handled = world.run(bus.consumer(std::move(batch)));
    settle();
    return handled;
  }
  std::string body(CustomerId customer, int refunded = 0) {
    return fmt::format(R"({{"purchase":"{}","customer":"{}","status":"x","reason":"card.declined",)"
                       R"("total":{{"amount":12345,"currency":"EUR"}},"refunded":{{"amount":{},"currency":"EUR"}},"more":[1]}})",
                       purchase.to_string(), customer.to_string(), refunded);
  }
  PurchaseId purchase{runtime::new_uuid(world.runtime())};
  std::shared_ptr<AuthModel> auth = std::make_shared<AuthModel>();
  BusModel bus;
};

TEST_F(Purchases, become_mails_once_each) {
  for (const char* type : {"purchase.accepted", "purchase.completed", "purchase.failed",
                           "purchase.cancelled", "purchase.line_prepared", "purchase.accepted"})
    ASSERT_TRUE(tell(type, body(auth->known)).has_value()) << type;
  ASSERT_EQ(transport->taken.size(), 4u);
  const std::string id = purchase.to_string();
  EXPECT_EQ(transport->taken[0].subject, "We have your order " + id.substr(id.size() - 8));
  EXPECT_THAT(transport->taken[0].body, ::testing::HasSubstr("123.45 EUR"));
  EXPECT_THAT(transport->taken[0].body, ::testing::HasSubstr("https://shop.example/orders/" + id));
  EXPECT_THAT(transport->taken[2].body, ::testing::HasSubstr("card.declined"));
}

TEST_F(Purchases, say_of_money_what_is_true) {
  ASSERT_TRUE(tell("purchase.completed", body(auth->known, 2345)).has_value());
  ASSERT_TRUE(tell("purchase.failed", body(auth->known, 12345)).has_value());
  settle();
  ASSERT_EQ(transport->taken.size(), 2u);
  EXPECT_THAT(transport->taken[0].body, ::testing::HasSubstr("23.45 EUR back"));
  EXPECT_THAT(transport->taken[1].body, ::testing::HasSubstr("123.45 EUR back"));
  for (const auto& mail : transport->taken)
    EXPECT_THAT(mail.body, ::testing::Not(::testing::HasSubstr("not been charged")));
}

TEST_F(Purchases, wait_for_the_auth_server_but_not_for_who_is_gone) {
  auth->down = true;
  EXPECT_FALSE(tell("purchase.accepted", body(auth->known)).has_value());
  auth->down = false;
  EXPECT_TRUE(tell("purchase.accepted", body(auth->known)).has_value());
  EXPECT_TRUE(
      tell("purchase.accepted", body(CustomerId{runtime::new_uuid(world.runtime())})).has_value());
  EXPECT_EQ(transport->taken.size(), 1u);
}

TEST_F(Purchases, pass_over_what_cannot_be_read) {
  for (const char* bad : {"", "[]", "{}", R"({"purchase":"x"})", "\xff"})
    EXPECT_TRUE(tell("purchase.accepted", bad).has_value()) << bad;
  EXPECT_TRUE(transport->taken.empty());
  EXPECT_TRUE(tell("purchase.accepted", body(auth->known)).has_value());
  EXPECT_EQ(transport->taken.size(), 1u);
}

}  // namespace
}  // namespace pps::notifications
