#include <fmt/format.h>

#include <csignal>
#include <cstdio>

#include "app/commands.hpp"
#include "app/node.hpp"
#include "app/operations.hpp"
#include "app/report.hpp"
#include "net/local_lines.hpp"
#include "runtime/loop.hpp"
#include "runtime/sync.hpp"

namespace pps::app {

namespace {
struct Process {
  runtime::Loop loop;
  std::unique_ptr<Node> node;
  std::unique_ptr<net::LocalLineServer> control;
  std::unique_ptr<runtime::Shutdown> shutdown;
  std::unique_ptr<runtime::SignalWatch> signals;
  int status = 0;
};

Task<void> start(Process& process, const std::string& data) {
  Result<void> started = co_await process.node->open();
  if (started) started = co_await process.node->listen();
  if (!started) co_return started;
  auto& runtime = process.loop.runtime();
  net::LineHandler handler = [&process, &runtime](std::string line) {
    return perform(runtime, process.node->apis(), std::move(line));
  };
  auto control = net::LocalLineServer::start(runtime, control_socket(data), std::move(handler));
  if (!control) co_return fail(std::move(control).error());
  process.control = std::move(*control);
  co_return Result<void>{};
}

/// Every write is refused from now on, so the process makes room for one that recovers. Reads under way are answered.
void end_failed(Process& process) {
  process.status = 1;
  if (process.shutdown && !process.shutdown->has_begun()) return process.shutdown->begin("storage.failed");
  if (!process.shutdown) process.loop.stop();
}

boost::asio::awaitable<void> live(Process& process, Settings settings) {
  auto& runtime = process.loop.runtime();
  Result<void> started = co_await start(process, settings.data);
  if (!started) {
    report(started.error());
    process.status = 1;
    process.loop.stop();
    co_return;
  }
  process.shutdown = std::make_unique<runtime::Shutdown>(runtime, settings.grace);
  process.node->add_shutdown_steps(*process.shutdown);
  process.signals = std::make_unique<runtime::SignalWatch>(
      runtime, [&process](std::string name) { process.shutdown->begin(std::move(name)); });
  co_await process.shutdown->wait();
  process.control.reset();
  process.loop.stop();
}
}  // namespace

int serve(const ServeOptions& options) {
  Result<config::Config> config = load_config(options.config, options.overrides);
  if (!config) return refuse(config.error());
  Settings settings = read_settings(*config);
  log::configure(settings.log_level, settings.log_format);
  Process process;
  process.node = std::make_unique<Node>(process.loop.runtime(), *config, settings);
  process.node->on_storage_failed([&process] { end_failed(process); });
  std::signal(SIGXFSZ, SIG_IGN);  // a file at its limit is a failed write, not a death without a word
  runtime::spawn(process.loop.runtime().executor, live(process, settings));
  process.loop.run();
  // Everything accepted is on disk: the process ends at once, without unwinding what still waits.
  std::fflush(nullptr);
  std::_Exit(process.status);
}

}  // namespace pps::app
