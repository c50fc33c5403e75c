#include "app/owner.hpp"

#include <boost/json.hpp>
#include <optional>

#include "app/node.hpp"
#include "app/operations.hpp"
#include "app/report.hpp"
#include "net/local_lines.hpp"
#include "runtime/files.hpp"
#include "runtime/loop.hpp"
#include "runtime/sync.hpp"

namespace pps::app {

namespace json = boost::json;

namespace {
/// This process on the folder, its loop run as far as each call needs.
struct Inside {
  explicit Inside(config::Config given) : config(std::move(given)) {}
  runtime::Loop loop;
  config::Config config;
  std::unique_ptr<Node> node;

  template <class T>
  T wait(boost::asio::awaitable<T> task) {
    std::optional<T> result;
    auto run = [](Inside& self, boost::asio::awaitable<T> inner,
                  std::optional<T>& out) -> boost::asio::awaitable<void> {
      out = co_await std::move(inner);
      self.loop.stop();
    };
    runtime::spawn(loop.runtime().executor, run(*this, std::move(task), result));
    loop.run();
    return std::move(*result);
  }
};

Result<std::string> understand(const std::string& answer) {
  boost::system::error_code error;
  const json::value value = json::parse(answer, error);
  const auto* object = error ? nullptr : value.if_object();
  if (!object)
    return fail(ErrorKind::unknown_outcome, "control.answer", "the server's answer cannot be read");
  if (const auto* ok = object->if_contains("ok")) return json::serialize(*ok);
  const auto& refusal = object->at("error").as_object();
  return fail(ErrorKind::invalid, std::string(refusal.at("code").as_string()),
              std::string(refusal.at("detail").as_string()));
}
}  // namespace

struct Owner::State {
  std::optional<net::LocalLineClient> server;
  std::unique_ptr<Inside> inside;
};

Owner::Owner() : state_(std::make_unique<State>()) {}
Owner::Owner(Owner&&) noexcept = default;
Owner::~Owner() {
  // What a database needs at its end it does in its destructor; what still waits on the loop is
  // dropped with it.
  if (state_ && state_->inside) state_->inside->node.reset();
}

Result<Owner> Owner::find(DataFolder folder) {
  const bool is_demo = folder.data && runtime::file_exists(*folder.data + "/pps/business");
  if (is_demo && !folder.config && runtime::file_exists(*folder.data + "/pps.toml"))
    folder.config = *folder.data + "/pps.toml";
  Result<config::Config> config = load_config(folder.config, folder.overrides);
  if (!config) return fail(std::move(config).error());
  Settings settings = read_settings(*config);
  if (folder.data) settings.data = is_demo ? *folder.data + "/pps" : *folder.data;
  Owner owner;
  Result<net::LocalLineClient> server = net::LocalLineClient::connect(control_socket(settings.data));
  if (server) {
    owner.state_->server.emplace(std::move(*server));
    return owner;
  }
  if (!runtime::file_exists(settings.data + "/business"))
    return fail(ErrorKind::not_found, "data.missing",
                settings.data + " has no data of PPS; start `pps serve` or `pps demo` on it first");
  auto inside = std::make_unique<Inside>(std::move(*config));
  inside->node = std::make_unique<Node>(inside->loop.runtime(), inside->config, settings);
  const Result<void> opened = inside->wait(inside->node->open(Scope::upkeep));
  if (!opened) return fail(opened.error());
  owner.state_->inside = std::move(inside);
  return owner;
}

Result<std::string> Owner::perform(const std::string& line) {
  if (state_->server) {
    Result<std::string> answer = state_->server->call(line);
    if (!answer) return answer;
    return understand(*answer);
  }
  Inside& inside = *state_->inside;
  return understand(inside.wait(app::perform(inside.loop.runtime(), inside.node->apis(), line)));
}

}  // namespace pps::app
