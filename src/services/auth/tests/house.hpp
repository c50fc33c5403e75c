#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "runtime/simulated.hpp"
#include "services/auth/service.hpp"
#include "storage/memory/memory.hpp"

namespace pps::auth::testing {

inline const std::string kPassword = "correct horse battery";
inline constexpr storage::Family kRingFamily{"auth_keys", storage::FamilyUse::conditional};

/// Keeps what would be mailed.
class MailModel final : public notifications::NotificationsApi {
 public:
  Task<notifications::MailReply> send(Context, notifications::Mail mail) override {
    if (fails) co_return fail(ErrorKind::unavailable, "mail.down", "");
    sent.push_back(std::move(mail));
    co_return notifications::MailReply{true};
  }
  std::vector<notifications::Mail> sent;
  bool fails = false;
};

/// An authentication server on a simulated world, which can be started again on the same disk.
class House : public ::testing::Test {
 protected:
  House() {
    settings.issuer = "https://shop.example";
    settings.cost = {64, 1, 1};
    settings.throttle.address_per_minute = 0;
    start();
  }

  void start() {
    service.reset();
    table = storage::memory::open_table(world.runtime(), disk);
    storage::SecretKey key;
    key.bytes.fill(7);
    ring = *world.run(storage::Keyring::open(world.runtime(), *table, kRingFamily, key));
    AuthService::Dependencies needs{world.runtime(), table, ring, "pepper", mails, settings};
    service = std::make_shared<AuthService>(std::move(needs));
    ASSERT_TRUE(world.run(service->start()).has_value());
  }
  void pass(Duration time) { world.run_for(time); }

  Result<Done> sign_up(std::string email, std::string password = kPassword) {
    RegisterRequest request{std::move(email), std::move(password), "Ada", "192.0.2.1"};
    return world.run(service->register_user({}, std::move(request)));
  }
  std::string last_link_token() {
    const std::string link = mails->sent.back().values.at("link");
    return link.substr(link.find("token=") + 6);
  }
  Result<Done> verify(std::string token) {
    return world.run(service->verify_email({}, {std::move(token), ""}));
  }
  Result<Tokens> login(std::string email, std::string password = kPassword,
                       std::string peer = "192.0.2.1") {
    LoginRequest request{std::move(email), std::move(password), std::move(peer), "browser"};
    return world.run(service->login({}, std::move(request)));
  }
  Result<Tokens> refresh(std::string token) {
    return world.run(service->refresh({}, {std::move(token), ""}));
  }
  Introspection ask(std::string token) {
    const auto found = world.run(service->introspect({}, {std::move(token)}));
    EXPECT_TRUE(found.has_value());
    return found.value_or(Introspection{});
  }
  CustomerId import(std::string email, std::vector<std::string> roles = {"customer"}) {
    ImportUser user{std::move(email), kPassword, "Ada", std::move(roles)};
    const auto account = world.run(service->import_user({}, std::move(user)));
    EXPECT_TRUE(account.has_value());
    return account ? account->id : CustomerId{};
  }
  ClientReply client(std::string id, std::vector<std::string> scopes,
                     std::string audience = "pps") {
    ImportClient request{std::move(id), "", std::move(scopes), std::move(audience)};
    return *world.run(service->import_client({}, std::move(request)));
  }
  Result<Tokens> grant(const ClientReply& who, std::string type, std::string scope,
                       std::string token = "") {
    GrantRequest request{std::move(type),  who.client_id,    who.client_secret,
                         std::move(scope), std::move(token), ""};
    return world.run(service->grant({}, std::move(request)));
  }

  runtime::SimulatedWorld world{11};
  std::shared_ptr<storage::memory::Disk> disk = std::make_shared<storage::memory::Disk>();
  std::shared_ptr<storage::Table> table;
  std::shared_ptr<storage::Keyring> ring;
  std::shared_ptr<MailModel> mails = std::make_shared<MailModel>();
  Settings settings;
  std::shared_ptr<AuthService> service;
};

/// "ok", or the code of the first refused field, or the error's code.
template <class T>
std::string code(const Result<T>& result) {
  if (result) return "ok";
  return result.error().fields.empty() ? result.error().code : result.error().fields[0].code;
}

}  // namespace pps::auth::testing
