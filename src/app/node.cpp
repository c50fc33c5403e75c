#include "app/node.hpp"

#include <fmt/format.h>

#include "app/service_tokens.hpp"
#include "bus/embedded/embedded.hpp"
#include "net/static_files.hpp"
#include "runtime/files.hpp"
#include "runtime/log.hpp"
#include "storage/rocksdb/rocksdb.hpp"

namespace pps::app {

namespace {
using Database = std::shared_ptr<storage::rocksdb::Database>;

// The key file is made with the data: a folder that has data and no key is refused, never given a
// new one.
Result<storage::SecretKey> open_key(const std::string& path, bool fresh, runtime::Random& random) {
  if (fresh && !runtime::file_exists(path)) {
    Result<void> made = storage::create_key_file(path, random);
    if (!made) return fail(std::move(made).error());
  }
  return storage::read_key_file(path);
}

Result<net::Response> serve_openapi(const std::string& document) {
  net::Response response = net::json_response(200, document);
  response.headers.set("Content-Type", "application/json");
  response.headers.set("Cache-Control", "public, max-age=300");
  return response;
}
}  // namespace

struct Node::State {
  State(runtime::Runtime& r, config::Config& c, Settings s)
      : runtime(r), config(c), settings(std::move(s)) {}
  runtime::Runtime& runtime;
  config::Config& config;
  Settings settings;
  Database database, auth_database;
  std::shared_ptr<bus::Bus> bus;
  std::shared_ptr<net::Router> public_routes = std::make_shared<net::Router>();
  std::shared_ptr<net::Router> internal_routes = std::make_shared<net::Router>();
  std::shared_ptr<net::Health> health = std::make_shared<net::Health>();
  std::unique_ptr<Ground> ground;
  std::unique_ptr<ServiceTokens> tokens;
  Apis apis;
  std::unique_ptr<net::Server> public_server, internal_server;
  std::function<void()> storage_failed;
  bool ready = false;
};

Node::Node(runtime::Runtime& runtime, config::Config& config, Settings settings)
    : state_(std::make_unique<State>(runtime, config, std::move(settings))) {}
Node::~Node() = default;
const Apis& Node::apis() const { return state_->apis; }
void Node::on_storage_failed(std::function<void()> fn) { state_->storage_failed = std::move(fn); }
std::uint16_t Node::port() const {
  return state_->public_server ? state_->public_server->port() : 0;
}

Task<void> Node::open(Scope scope) {
  State& s = *state_;
  s.tokens = std::make_unique<ServiceTokens>(s.runtime, s.config, s.settings.origin);
  Result<void> right = check_configuration(s.config, s.settings, scope);
  if (!right) co_return right;
  const std::string& data = s.settings.data;
  Result<void> made = runtime::make_folder(data);
  if (made) made = runtime::make_folder(data + "/keys");
  if (!made) co_return made;
  const bool fresh = !runtime::file_exists(data + "/business");
  Result<storage::SecretKey> key = open_key(data + "/keys/business.key", fresh, s.runtime.random);
  if (!key) co_return fail(std::move(key).error());
  Result<storage::SecretKey> auth_key = open_key(data + "/keys/auth.key", fresh, s.runtime.random);
  if (!auth_key) co_return fail(std::move(auth_key).error());
  Result<Database> database =
      storage::rocksdb::open(s.runtime, {.dir = data + "/business",
                                         .shards = s.settings.shards,
                                         .cache_bytes = s.settings.cache_bytes,
                                         .on_failed = s.storage_failed});
  if (!database) co_return fail(std::move(database).error());
  Result<Database> auth_database =
      storage::rocksdb::open(s.runtime, {.dir = data + "/auth",
                                         .shards = s.settings.shards,
                                         .cache_bytes = 4 << 20,
                                         .write_buffer_bytes = 2 << 20,
                                         .on_failed = s.storage_failed});
  if (!auth_database) co_return fail(std::move(auth_database).error());
  s.database = *database;
  s.auth_database = *auth_database;
  s.bus = bus::embedded::open(s.runtime, s.database);
  s.health->add("modules",
                [&s] { return s.ready ? net::Health::Part::ok : net::Health::Part::starting; });
  net::add_health_routes(*s.public_routes, s.health);

  net::ServerOptions internal{
      .address = s.settings.internal_address, .port = s.settings.internal_port, .name = "internal"};
  s.internal_server = std::make_unique<net::Server>(s.runtime, internal, s.internal_routes);
  auto remote = [&s](std::string url,
                     std::string service) -> Result<std::shared_ptr<net::RpcClient>> {
    Result<std::shared_ptr<net::HttpClient>> http =
        net::make_http_client(s.runtime, {.base_url = std::move(url), .max_connections = 128});
    if (!http) return fail(std::move(http).error());
    return std::make_shared<net::RpcClient>(*http, std::move(service), [&s](Context context) {
      return s.tokens->get(std::move(context));
    });
  };
  s.ground = std::make_unique<Ground>(
      Ground{s.runtime,
             s.config,
             s.settings,
             s.database,
             s.auth_database,
             s.bus,
             *key,
             *auth_key,
             s.public_routes.get(),
             s.internal_routes.get(),
             std::move(remote),
             [&s](std::shared_ptr<auth::AuthApi> local) { s.tokens->set_issuer(std::move(local)); },
             {}});
  if (s.settings.force_http) {
    // Callers need the address before their modules exist; what is not made yet answers 404 for a
    // moment.
    Result<void> started = s.internal_server->start();
    if (!started) co_return started;
    s.ground->own_internal_url = fmt::format("http://127.0.0.1:{}", s.internal_server->port());
  }
  s.apis.public_routes = s.public_routes.get();
  co_return co_await make_modules(*s.ground, s.apis, scope);
}

Task<void> Node::listen() {
  State& s = *state_;
  net::add_metrics_route(*s.internal_routes, net::open_to_all());
  if (!s.settings.force_http) {
    Result<void> started = s.internal_server->start();
    if (!started) co_return started;
  }
  if (!s.settings.openapi.empty()) {
    Result<std::string> document = runtime::read_file(s.settings.openapi, 4 << 20);
    if (!document) co_return fail(std::move(document).error());
    net::Handler handler = [text = std::move(*document)](net::Request) -> Task<net::Response> {
      co_return serve_openapi(text);
    };
    s.public_routes->add({.method = net::Method::get,
                          .pattern = "/openapi.json",
                          .operation_id = "get_openapi",
                          .handler = std::move(handler)});
  }
  if (!s.settings.web.empty()) {
    Result<net::Handler> page = net::make_static_files(
        {.folder = s.settings.web, .hsts = s.settings.origin.starts_with("https://")});
    if (!page) co_return fail(std::move(page).error());
    s.public_routes->set_fallback(std::move(*page));
  }
  s.public_server = std::make_unique<net::Server>(s.runtime, s.settings.listener, s.public_routes);
  Result<void> started = s.public_server->start();
  if (!started) co_return started;
  s.ready = true;
  log::info("pps.ready", {{"origin", s.settings.origin},
                          {"port", s.public_server->port()},
                          {"internal_port", s.internal_server->port()}});
  co_return Result<void>{};
}

void Node::add_shutdown_steps(runtime::Shutdown& shutdown) {
  shutdown.add("public listener", [this](Duration deadline) -> Task<void> {
    state_->health->set_draining();
    co_return co_await state_->public_server->drain(deadline);
  });
  shutdown.add("internal listener", [this](Duration deadline) -> Task<void> {
    return state_->internal_server->drain(deadline);
  });
}

}  // namespace pps::app
