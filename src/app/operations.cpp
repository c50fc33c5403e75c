#include "app/operations.hpp"

#include <boost/json.hpp>

#include "runtime/files.hpp"
#include "runtime/sync.hpp"
#include "services/catalogue/module.hpp"

namespace pps::app {

namespace json = boost::json;

namespace {
struct Call {
  runtime::Runtime& runtime;
  const Apis& apis;
  json::object arguments;
  Context context;

  std::string text(std::string_view name) const {
    const auto* value = arguments.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string{};
  }
  std::vector<std::string> texts(std::string_view name) const {
    std::vector<std::string> all;
    const auto* value = arguments.if_contains(name);
    if (value && value->is_array())
      for (const auto& item : value->get_array())
        if (item.is_string()) all.emplace_back(item.get_string());
    return all;
  }
  bool flag(std::string_view name) const {
    const auto* value = arguments.if_contains(name);
    return value && value->is_bool() && value->get_bool();
  }
  std::int64_t number(std::string_view name) const {
    const auto* value = arguments.if_contains(name);
    return value && value->is_int64() ? value->get_int64() : 0;
  }
};

json::object to_json(const auth::Account& account) {
  json::array roles;
  for (const auto& role : account.roles) roles.emplace_back(role);
  return {{"id", account.id.to_string()},
          {"email", account.email},
          {"name", account.name},
          {"roles", std::move(roles)}};
}

Task<json::value> import_user(Call& call) {
  auth::ImportUser user{call.text("email"), call.text("password"), call.text("name"),
                        call.texts("roles")};
  if (user.roles.empty()) user.roles.emplace_back("customer");
  Result<auth::Account> account =
      co_await call.apis.auth->import_user(call.context, std::move(user));
  if (!account) co_return fail(std::move(account).error());
  co_return json::value(to_json(*account));
}

Task<json::value> token_of(Call& call) {
  auth::EmailRequest asked{.email = call.text("email")};
  Result<auth::UsersReply> users =
      co_await call.apis.auth->list_users(call.context, std::move(asked));
  if (!users) co_return fail(std::move(users).error());
  if (users->items.empty())
    co_return fail(ErrorKind::not_found, "user.not_found", "no account has this address");
  auth::AccountRequest account{users->items.front().id};
  Result<auth::Tokens> tokens =
      co_await call.apis.auth->issue_token(call.context, std::move(account));
  if (!tokens) co_return fail(std::move(tokens).error());
  co_return json::value{{"access_token", tokens->access_token}};
}

Task<json::value> unlock_user(Call& call) {
  auth::EmailRequest asked{.email = call.text("email")};
  Result<auth::Done> done = co_await call.apis.auth->unlock(call.context, std::move(asked));
  if (!done) co_return fail(std::move(done).error());
  co_return json::value(json::object{});
}

Task<json::value> list_users(Call& call) {
  auth::EmailRequest asked{.cursor = call.text("cursor")};
  Result<auth::UsersReply> users =
      co_await call.apis.auth->list_users(call.context, std::move(asked));
  if (!users) co_return fail(std::move(users).error());
  json::array items;
  for (const auto& account : users->items) items.push_back(to_json(account));
  co_return json::value{{"items", std::move(items)}, {"next_cursor", users->next_cursor}};
}

Task<json::value> add_client(Call& call) {
  auth::ImportClient client{.client_id = call.text("client_id"), .scopes = call.texts("scopes")};
  if (const auto audience = call.text("audience"); !audience.empty()) client.audience = audience;
  Result<auth::ClientReply> made =
      co_await call.apis.auth->import_client(call.context, std::move(client));
  if (!made) co_return fail(std::move(made).error());
  co_return json::value{{"client_id", made->client_id}, {"client_secret", made->client_secret}};
}

Task<json::value> import_appstream(Call& call) {
  Result<catalogue::AppstreamFolder> folder = catalogue::open_appstream(call.text("folder"));
  if (!folder) co_return fail(std::move(folder).error());
  auto shared = std::make_shared<const catalogue::AppstreamFolder>(std::move(*folder));
  call.context.deadline = Duration::max();  // as long as the catalogue is
  Result<catalogue::JsonReply> job =
      co_await catalogue::import_appstream(call.apis.catalogue, call.context, shared, "demo", call.flag("dry_run"));
  if (!job) co_return fail(std::move(job).error());
  json::array skus;
  for (const auto& sku : shared->boxes()) skus.emplace_back(sku.value);
  co_return json::value{{"job", json::parse(job->json)}, {"boxes", std::move(skus)}};
}

/// A file is brought piece by piece, one in each call, so that whoever calls can show how far it is. The first call has no `import`;
/// `offset` is where the file goes on.
Task<json::value> import_file(Call& call) {
  constexpr std::int64_t kPiece = 512 << 10;
  const std::string file = call.text("file");
  const std::int64_t offset = call.number("offset");
  std::function<Result<runtime::FilePiece>()> read = [file, offset] { return runtime::read_file_piece(file, offset, kPiece); };
  Result<runtime::FilePiece> piece = co_await runtime::run_on<runtime::FilePiece>(call.runtime, call.runtime.pool, std::move(read));
  if (!piece) co_return fail(std::move(piece).error());
  call.context.deadline = Duration::max();
  std::string import = call.text("import");
  if (import.empty()) {
    catalogue::ImportBegin begin{call.text("format"), "cli", call.flag("dry_run")};
    Result<catalogue::JsonReply> begun = co_await call.apis.catalogue->import_begin(call.context, std::move(begin));
    if (!begun) co_return fail(std::move(begun).error());
    import = json::parse(begun->json).at("id").as_string();
  }
  const std::int64_t next = offset + static_cast<std::int64_t>(piece->bytes.size());
  catalogue::ImportPiece taken{import, {piece->bytes.begin(), piece->bytes.end()}, piece->last, ""};
  Result<catalogue::JsonReply> job = co_await call.apis.catalogue->import_piece(call.context, std::move(taken));
  if (!job) co_return fail(std::move(job).error());
  json::object report = json::parse(job->json).as_object();
  if (!piece->last && report.at("status").as_string() == "running") report.erase("refusals");  // they are told at the end
  co_return json::value{{"import", import}, {"offset", next}, {"size", piece->size}, {"last", piece->last}, {"job", std::move(report)}};
}

/// How far a rebuild of the search index is; with `begin`, begins one. Waits a moment, so that one can ask again at once.
Task<json::value> rebuild_search(Call& call) {
  const catalogue::RebuildRequest asked{call.flag("begin")};
  co_await runtime::sleep_for(call.runtime, std::chrono::milliseconds(200));
  Result<catalogue::JsonReply> reply = co_await call.apis.catalogue->rebuild_search(call.context, asked);
  if (!reply) co_return fail(std::move(reply).error());
  co_return json::parse(reply->json);
}

Task<json::value> receive_stock(Call& call) {
  store::StockChange change{.sku = {call.text("sku")},
                            .quantity = call.number("quantity"),
                            .idempotency_key = call.text("key"),
                            .actor = "command",
                            .note = call.text("note")};
  Result<store::StockLevel> level =
      co_await call.apis.provisioner->receive(call.context, std::move(change));
  if (!level) co_return fail(std::move(level).error());
  co_return json::value{{"available", level->available}};
}

// The scope is null where nobody is asked for a token, and empty where any token will do.
Task<json::value> list_routes(Call& call) {
  if (!call.apis.orchestrator)
    co_return fail(ErrorKind::unavailable, "server.not_running", "the running server is asked; start it first");
  json::array items;
  for (const net::Route* route : call.apis.public_routes->routes()) {
    json::object item{{"method", net::name_of(route->method)},
                      {"pattern", route->pattern},
                      {"operation_id", route->operation_id},
                      {"scope", nullptr}};
    if (route->access.kind == net::Access::Kind::token) item["scope"] = route->access.scope;
    items.push_back(std::move(item));
  }
  co_return json::value{{"items", std::move(items)}};
}

struct Operation {
  std::string_view name;
  Task<json::value> (*run)(Call&);
};
constexpr Operation kOperations[] = {
    {"user.import", &import_user},
    {"user.token", &token_of},
    {"user.unlock", &unlock_user},
    {"user.list", &list_users},
    {"client.add", &add_client},
    {"catalogue.appstream", &import_appstream},
    {"catalogue.import_file", &import_file},
    {"catalogue.rebuild_search", &rebuild_search},
    {"stock.receive", &receive_stock},
    {"routes", &list_routes},
};

Task<json::value> run(Call& call) {
  const std::string name = call.text("op");
  const auto found = std::ranges::find(kOperations, name, &Operation::name);
  if (found == std::end(kOperations))
    co_return fail(ErrorKind::invalid, "op.unknown", "no operation is called " + name);
  co_return co_await found->run(call);
}
}  // namespace

boost::asio::awaitable<std::string> perform(runtime::Runtime& runtime, const Apis& apis,
                                            std::string line) {
  boost::system::error_code error;
  json::value value = json::parse(line, error);
  if (error || !value.is_object())
    co_return R"({"error":{"code":"json.syntax","detail":"one JSON object a line"}})";
  Call call{runtime, apis, std::move(value.get_object()), {}};
  call.context.deadline = runtime.clock.monotonic() + std::chrono::seconds(60);
  Result<json::value> result = co_await run(call);
  if (result) co_return json::serialize(json::object{{"ok", std::move(*result)}});
  std::string detail = result.error().detail;
  for (const auto& field : result.error().fields)
    detail += " " + field.pointer + ": " + field.detail;
  co_return json::serialize(
      json::object{{"error", {{"code", result.error().code}, {"detail", detail}}}});
}

}  // namespace pps::app
