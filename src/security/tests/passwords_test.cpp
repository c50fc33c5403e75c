#include "security/passwords.hpp"

#include <argon2.h>
#include <gtest/gtest.h>

#include <array>

#include "runtime/simulated.hpp"
#include "security/arenas.hpp"

namespace pps::security {
namespace {

constexpr PasswordCost kCheap{64, 2, 1};

struct PasswordsTest : testing::Test {
  runtime::SimulatedWorld world{7};
  Passwords plain{world.runtime(), kCheap, ""};

  std::string hash(Passwords& passwords, std::string text) {
    Result<std::string> phc = world.run(passwords.hash(std::move(text)));
    EXPECT_TRUE(phc.has_value());
    return phc.value_or("");
  }
  bool matches(Passwords& passwords, std::string text, std::string phc) {
    const auto verdict = world.run(passwords.verify(std::move(text), std::move(phc)));
    EXPECT_TRUE(verdict.has_value());
    return verdict && verdict->matches;
  }
};

// The reference implementation's own reader checks what we write, and we check what it writes.
TEST_F(PasswordsTest, agree_with_the_reference_implementation_both_ways) {
  const std::string ours = hash(plain, "correct horse battery staple");
  EXPECT_EQ(argon2id_verify(ours.c_str(), "correct horse battery staple", 28), ARGON2_OK);
  EXPECT_EQ(argon2id_verify(ours.c_str(), "correct horse battery stapl3", 28),
            ARGON2_VERIFY_MISMATCH);
  std::array<char, 256> theirs{};
  ASSERT_EQ(argon2id_hash_encoded(3, 128, 2, "tr0ub4dor&3", 11, "somesaltsomesalt", 16, 32,
                                  theirs.data(), theirs.size()),
            ARGON2_OK);
  EXPECT_TRUE(matches(plain, "tr0ub4dor&3", theirs.data()));
  EXPECT_FALSE(matches(plain, "tr0ub4dor&4", theirs.data()));
}

TEST_F(PasswordsTest, salt_every_hash_anew) {
  const std::string a = hash(plain, "the same password");
  const std::string b = hash(plain, "the same password");
  EXPECT_NE(a, b);
  EXPECT_TRUE(a.starts_with("$argon2id$v=19$m=64,t=2,p=1$"));
}

TEST_F(PasswordsTest, need_the_pepper) {
  Passwords peppered(world.runtime(), kCheap, "pepper");
  Passwords other(world.runtime(), kCheap, "another");
  const std::string phc = hash(peppered, "a long enough password");
  EXPECT_TRUE(matches(peppered, "a long enough password", phc));
  EXPECT_FALSE(matches(other, "a long enough password", phc));
  EXPECT_FALSE(matches(plain, "a long enough password", phc));
}

TEST_F(PasswordsTest, compare_in_nfc) {
  const std::string phc = hash(plain, "Zo\u00eb's password");
  EXPECT_TRUE(matches(plain, "Zoe\u0308's password", phc));
  EXPECT_FALSE(matches(plain, "Zoe's password", phc));
}

TEST_F(PasswordsTest, tell_what_was_hashed_at_another_cost) {
  const std::string phc = hash(plain, "a long enough password");
  Passwords dearer(world.runtime(), {128, 2, 1}, "");
  const auto verdict = world.run(dearer.verify("a long enough password", phc));
  ASSERT_TRUE(verdict.has_value());
  EXPECT_TRUE(verdict->matches);
  EXPECT_TRUE(verdict->outdated);
  const auto same = world.run(plain.verify("a long enough password", phc));
  EXPECT_FALSE(same->outdated);
}

TEST_F(PasswordsTest, never_match_an_account_that_does_not_exist) {
  EXPECT_FALSE(matches(plain, "", ""));
  EXPECT_FALSE(matches(plain, "a long enough password", ""));
  EXPECT_FALSE(matches(plain, std::string(32, '\0'), ""));
}

TEST_F(PasswordsTest, hand_their_memory_back_when_nobody_hashes) {
  hash(plain, "a long enough password");
  const std::size_t held = Arenas::instance().held();
  EXPECT_GE(held, 64u << 10);
  world.run_for(std::chrono::seconds(6));
  hash(plain, "another good password");
  EXPECT_EQ(Arenas::instance().held(), held) << "the same memory again";
  world.run_for(std::chrono::seconds(6));
  EXPECT_EQ(Arenas::instance().held(), held) << "used 6 s ago";
  world.run_for(std::chrono::seconds(5));
  EXPECT_EQ(Arenas::instance().held(), 0u);
}

// Counts the work given to the pool: an unknown account must cost the hash that a known one costs.
struct CountingPool final : runtime::Pool {
  explicit CountingPool(runtime::Pool& pool) : inner(pool) {}
  bool submit(std::function<void()> work) override {
    ++count;
    return accepts && inner.submit(std::move(work));
  }
  runtime::Pool& inner;
  int count = 0;
  bool accepts = true;
};

TEST_F(PasswordsTest, hash_for_an_unknown_account_and_for_bad_utf8_too) {
  runtime::Runtime& base = world.runtime();
  CountingPool pool(base.hash_pool);
  runtime::Runtime counted{base.executor, base.clock,     base.random, base.timers,
                           base.pool,     base.sync_pool, pool,        base.mail_pool};
  Passwords passwords(counted, kCheap, "");
  const std::string phc = hash(passwords, "a long enough password");
  EXPECT_EQ(pool.count, 1);
  EXPECT_FALSE(matches(passwords, "a guess", ""));
  EXPECT_EQ(pool.count, 2);
  EXPECT_FALSE(matches(passwords, "\xff", phc));
  EXPECT_EQ(pool.count, 3);
  pool.accepts = false;
  const auto refused = world.run(passwords.verify("a guess", phc));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
}

TEST_F(PasswordsTest, refuse_kept_text_that_is_no_hash) {
  const std::string good = hash(plain, "a long enough password");
  std::string cut = good;
  cut.pop_back();
  std::string other = good;
  other.replace(1, 8, "argon2i_");
  for (const auto& bad :
       {std::string("x"), std::string("$argon2id$"), good + "$", good + "A", cut, other}) {
    const auto verdict = world.run(plain.verify("a long enough password", bad));
    ASSERT_FALSE(verdict.has_value()) << bad;
    EXPECT_EQ(verdict.error().code, "password.corrupt") << bad;
  }
}

struct EmailCase {
  const char* given;
  const char* canonical;
};
TEST(Text, folds_addresses_to_one_form) {
  for (const auto& [given, canonical] : std::initializer_list<EmailCase>{
           {" Ada@Example.COM\r\n", "ada@example.com"},
           {"\uff21da@example.com", "ada@example.com"},         // a full-width A
           {"stra\u00dfe@example.com", "strasse@example.com"},  // folds to ss
           {"ada@example.com\u00a0", "ada@example.com"},        // a no-break space
           {"a\u200bda@example.com", "ada@example.com"}}) {     // a zero-width space
    const auto folded = canonical_email(given);
    ASSERT_TRUE(folded.has_value());
    EXPECT_EQ(*folded, canonical);
  }
  EXPECT_FALSE(canonical_email("\xc3(@example.com").has_value());
  EXPECT_FALSE(to_nfc("\xed\xa0\x80").has_value());  // a lone surrogate
}

TEST(Text, counts_code_points) {
  EXPECT_EQ(count_characters(""), 0u);
  EXPECT_EQ(count_characters("abc"), 3u);
  EXPECT_EQ(count_characters("\U0001f600\u00e9"), 2u);
}

}  // namespace
}  // namespace pps::security
