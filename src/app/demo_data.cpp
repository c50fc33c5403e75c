#include "app/demo_data.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>

#include "app/owner.hpp"
#include "runtime/files.hpp"
#include "runtime/loop.hpp"
#include "security/jwt.hpp"

namespace pps::app {

namespace json = boost::json;

namespace {
Result<void> add_accounts(Owner& owner) {
  for (const auto& account : demo_accounts()) {
    json::array roles;
    for (const auto* role : account.roles) roles.emplace_back(role);
    const json::object line{{"op", "user.import"},
                            {"email", account.email},
                            {"password", account.password},
                            {"name", account.name},
                            {"roles", std::move(roles)}};
    Result<std::string> added = owner.perform(json::serialize(line));
    if (!added && added.error().code != "email.taken") return fail(std::move(added).error());
  }
  return {};
}

// Each boxed copy gets stock once: the key makes a repeat answer what it answered before.
Result<void> add_stock(Owner& owner, const json::array& skus) {
  for (const auto& sku : skus) {
    const std::string name(sku.as_string());
    const std::int64_t quantity = 20 + static_cast<std::int64_t>(name.size() * 7 % 80);
    const json::object line{{"op", "stock.receive"},
                            {"sku", name},
                            {"quantity", quantity},
                            {"key", "demo-" + name},
                            {"note", "opening stock"}};
    Result<std::string> received = owner.perform(json::serialize(line));
    if (!received) return fail(std::move(received).error());
  }
  return {};
}

std::string default_catalogue() { return runtime::program_folder() + "/../catalogue"; }
}  // namespace

const std::vector<DemoAccount>& demo_accounts() {
  static const std::vector<DemoAccount> accounts{
      {"ada@example.com",
       "correct horse battery staple",
       "Ada Lovelace",
       "a shopper",
       {"customer"}},
      {"operator@example.com",
       "keep the shop well stocked",
       "Otto Operator",
       "runs the shop",
       {"customer", "catalogue", "inventory", "orders", "processes"}},
      {"admin@example.com",
       "with great power comes care",
       "Anna Admin",
       "may do everything",
       {"admin"}},
  };
  return accounts;
}

Result<void> fill_demo(const std::string& data, const std::string& catalogue) {
  Result<Owner> owner = Owner::find({.data = data, .config = {}, .overrides = {}});
  if (!owner) return fail(std::move(owner).error());
  Result<void> added = add_accounts(*owner);
  if (!added) return added;
  const std::string marker = data + "/demo-filled";
  const std::string folder = catalogue.empty() ? default_catalogue() : catalogue;
  if (folder == "none" || runtime::file_exists(marker)) return {};
  if (!runtime::file_exists(folder)) {
    std::fprintf(
        stderr,
        "%s is not there: the shop opens without products (tools/fetch-appstream fills it)\n",
        folder.c_str());
    return {};
  }
  const json::object line{{"op", "catalogue.appstream"}, {"folder", absolute_path(folder)}};
  Result<std::string> imported = owner->perform(json::serialize(line));
  if (!imported) return fail(std::move(imported).error());
  added = add_stock(*owner, json::parse(*imported).as_object().at("boxes").as_array());
  if (!added) return added;
  return runtime::replace_file(marker, "the catalogue and the opening stock are in\n");
}

std::string random_token() {
  runtime::Loop loop;
  std::string bytes(24, '\0');
  loop.runtime().random.fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  return security::to_hex(bytes);
}

std::string absolute_path(const std::string& path) {
  return std::filesystem::weakly_canonical(path).string();
}

}  // namespace pps::app
