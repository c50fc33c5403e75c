#include "services/auth/tests/house.hpp"

namespace pps::auth::testing {
namespace {

using namespace std::chrono_literals;

void expect_wait(const Result<Tokens>& result, int seconds) {
  ASSERT_EQ(code(result), "auth.throttled");
  EXPECT_EQ(result.error().kind, ErrorKind::rate_limited);
  EXPECT_NEAR(result.error().retry_after_s, seconds, 1);
}

TEST_F(House, slows_guessing_down_whether_or_not_the_account_exists) {
  import("known@example.com");
  for (const std::string email : {"known@example.com", "unknown@example.com"}) {
    for (int i = 0; i < 5; ++i)
      ASSERT_EQ(code(login(email, "wrong")), "auth.invalid_credentials") << i;
    int wait = 30;
    for (int i = 0; i < 9; ++i) {
      expect_wait(login(email), wait);
      expect_wait(login(email), wait);  // what is refused is not counted
      pass(std::chrono::seconds(wait));
      ASSERT_EQ(code(login(email, "wrong")), "auth.invalid_credentials") << email << i;
      wait = std::min(wait * 2, 3600);
    }
    expect_wait(login(email), 3600);
  }
}

TEST_F(House, counts_anew_after_the_right_password) {
  import("ada@example.com");
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i)
      ASSERT_EQ(code(login("ada@example.com", "wrong")), "auth.invalid_credentials");
    ASSERT_EQ(code(login("ADA@example.com ")), "ok");
  }
}

TEST_F(House, counts_all_spellings_of_an_address_as_one) {
  for (const char* email : {"ada@example.com", "ADA@example.com", " ada@example.com",
                            "\uff41da@example.com", "ada@EXAMPLE.com"})
    ASSERT_EQ(code(login(email, "wrong")), "auth.invalid_credentials");
  expect_wait(login("Ada@example.com"), 30);
}

TEST_F(House, keeps_the_count_over_a_restart) {
  import("ada@example.com");
  for (int i = 0; i < 5; ++i) login("ada@example.com", "wrong");
  start();
  expect_wait(login("ada@example.com"), 30);
}

// Many guesses sent at once must not all be hashed before the first is counted.
TEST_F(House, counts_before_it_hashes) {
  import("ada@example.com");
  std::vector<Task<Tokens>> guesses;
  for (int i = 0; i < 20; ++i)
    guesses.push_back(
        service->login({}, {"ada@example.com", "guess " + std::to_string(i), "", ""}));
  int hashed = 0;
  bool ended = false;
  auto run = [](std::vector<Task<Tokens>> tasks, int& tried,
                bool& done) -> boost::asio::awaitable<void> {
    const std::vector<Result<Tokens>> results = co_await runtime::all_of(std::move(tasks));
    for (const auto& result : results) tried += code(result) == "auth.invalid_credentials";
    done = true;
  };
  runtime::spawn(world.runtime().executor, run(std::move(guesses), hashed, ended));
  ASSERT_TRUE(world.run_until([&] { return ended; }));
  EXPECT_EQ(hashed, 5);
}

TEST_F(House, gives_no_attempt_away_when_the_count_cannot_be_kept) {
  import("ada@example.com");
  disk->set_full(true);
  const auto refused = login("ada@example.com");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
  disk->set_full(false);
  EXPECT_EQ(code(login("ada@example.com")), "ok");
}

TEST_F(House, turns_the_password_off_after_a_hundred_failures) {
  settings.throttle.first_wait = 1us;
  settings.throttle.most_wait = 1us;
  start();
  import("ada@example.com");
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(code(login("ada@example.com", "wrong")), "auth.invalid_credentials") << i;
    pass(1ms);
  }
  pass(24h * 20);
  EXPECT_EQ(code(login("ada@example.com")), "auth.throttled");
}

TEST_F(House, lets_an_operator_unlock_an_account) {
  import("ada@example.com");
  for (int i = 0; i < 6; ++i) login("ada@example.com", "wrong");
  ASSERT_EQ(code(login("ada@example.com")), "auth.throttled");
  EXPECT_EQ(code(world.run(service->unlock({}, {"nobody@example.com", ""}))), "user.not_found");
  EXPECT_EQ(code(world.run(service->unlock({}, {" ADA@example.com", ""}))), "ok");
  EXPECT_EQ(code(login("ada@example.com")), "ok");
}

TEST_F(House, forgets_the_count_of_an_account_that_nobody_tries_any_more) {
  import("ada@example.com");
  for (int i = 0; i < 6; ++i) login("ada@example.com", "wrong");
  pass(24h * 32);
  for (int i = 0; i < 4; ++i) ASSERT_EQ(code(login("ada@example.com", "wrong")), "auth.invalid_credentials");
  EXPECT_EQ(code(login("ada@example.com")), "ok");
}

TEST_F(House, limits_each_network) {
  settings.throttle.address_burst = 3;
  settings.throttle.address_per_minute = 6;
  start();
  import("ada@example.com");
  const auto from = [&](const char* peer) {
    return code(login("ada@example.com", kPassword, peer));
  };
  for (int i = 0; i < 3; ++i) ASSERT_EQ(from("192.0.2.1"), "ok");
  ASSERT_EQ(from("192.0.2.1"), "rate.limited");
  EXPECT_EQ(from("192.0.2.2"), "ok");
  pass(10s);
  EXPECT_EQ(from("192.0.2.1"), "ok");
  EXPECT_EQ(from("192.0.2.1"), "rate.limited");
  // One /64 is one customer; IPv4 addresses in IPv6's form are not.
  for (const char* peer : {"2001:db8::1", "2001:db8::2", "2001:db8::ffff:3"})
    ASSERT_EQ(from(peer), "ok");
  EXPECT_EQ(from("2001:db8::4"), "rate.limited");
  EXPECT_EQ(from("2001:db8:0:1::4"), "ok");
  for (const char* peer :
       {"::ffff:198.51.100.1", "::ffff:198.51.100.2", "::ffff:198.51.100.3", "::ffff:198.51.100.4"})
    EXPECT_EQ(from(peer), "ok") << peer;
}

TEST_F(House, lets_a_network_wait_after_too_many_wrong_passwords_in_an_hour) {
  settings.throttle.address_burst = 1000;
  settings.throttle.address_failures = 5;
  start();
  import("ada@example.com");
  const auto from = [&](const char* peer) {
    return code(login("ada@example.com", kPassword, peer));
  };
  const auto guess = [&](int number) {  // each at another account: none of them slows it down
    return code(login("user" + std::to_string(number) + "@example.com", "wrong", "192.0.2.1"));
  };
  for (int i = 0; i < 4; ++i) ASSERT_EQ(guess(i), "auth.invalid_credentials");
  EXPECT_EQ(from("192.0.2.1"), "ok") << "four are none too many";
  pass(1h);
  for (int i = 4; i < 9; ++i) ASSERT_EQ(guess(i), "auth.invalid_credentials") << "an hour forgets";
  EXPECT_EQ(from("192.0.2.1"), "rate.limited");
  EXPECT_EQ(from("192.0.2.2"), "ok") << "another network";
  pass(59min);
  EXPECT_EQ(from("192.0.2.1"), "rate.limited");
  pass(2min);
  EXPECT_EQ(from("192.0.2.1"), "ok");
}

}  // namespace
}  // namespace pps::auth::testing
