#include "net/local_lines.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

#include "runtime/sync.hpp"

namespace pps::net {

namespace asio = boost::asio;
using Protocol = asio::local::stream_protocol;

namespace {
constexpr std::size_t kMostBytes = 1 << 20;

asio::awaitable<void> serve(std::shared_ptr<Protocol::socket> socket, LineHandler handler) {
  std::string buffer;
  boost::system::error_code error;
  for (;;) {
    const std::size_t size =
        co_await asio::async_read_until(*socket, asio::dynamic_buffer(buffer, kMostBytes), '\n',
                                        asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    std::string line = buffer.substr(0, size - 1);
    buffer.erase(0, size);
    std::string answer = co_await handler(std::move(line));
    answer += '\n';
    co_await asio::async_write(*socket, asio::buffer(answer),
                               asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
  }
}

asio::awaitable<void> accept(std::shared_ptr<Protocol::acceptor> acceptor, LineHandler handler) {
  boost::system::error_code error;
  while (acceptor->is_open()) {
    auto socket = std::make_shared<Protocol::socket>(acceptor->get_executor());
    co_await acceptor->async_accept(*socket, asio::redirect_error(asio::use_awaitable, error));
    if (!error) runtime::spawn(acceptor->get_executor(), serve(socket, handler));
    if (error == asio::error::operation_aborted) co_return;
  }
}
}  // namespace

struct LocalLineServer::State {
  std::string path;
  std::shared_ptr<Protocol::acceptor> acceptor;
};

LocalLineServer::LocalLineServer() : state_(std::make_shared<State>()) {}

LocalLineServer::~LocalLineServer() {
  if (!state_->acceptor) return;
  boost::system::error_code ignored;
  state_->acceptor->close(ignored);
  ::unlink(state_->path.c_str());
}

Result<std::unique_ptr<LocalLineServer>> LocalLineServer::start(runtime::Runtime& runtime,
                                                                std::string path,
                                                                LineHandler handler) {
  if (LocalLineClient::connect(path))
    return fail(ErrorKind::unavailable, "local.bind", "another process listens on " + path);
  ::unlink(path.c_str());
  std::unique_ptr<LocalLineServer> server(new LocalLineServer());
  boost::system::error_code error;
  const auto check = [&](const char* what) -> Result<void> {
    if (!error) return {};
    return fail(ErrorKind::unavailable, "local.bind",
                std::string(what) + " " + path + ": " + error.message());
  };
  auto acceptor = std::make_shared<Protocol::acceptor>(runtime.executor);
  acceptor->open(Protocol(), error);
  const auto before = ::umask(0177);  // the socket must never exist with wider rights
  if (!error) acceptor->bind(Protocol::endpoint(path), error);
  ::umask(before);
  if (!error) acceptor->listen(16, error);
  Result<void> bound = check("cannot listen on");
  if (!bound) return fail(std::move(bound).error());
  server->state_->path = std::move(path);
  server->state_->acceptor = acceptor;
  runtime::spawn(runtime.executor, accept(acceptor, std::move(handler)));
  return server;
}

struct LocalLineClient::State {
  asio::io_context context;
  Protocol::socket socket{context};
  std::string buffer;
};

LocalLineClient::LocalLineClient() : state_(std::make_unique<State>()) {}
LocalLineClient::LocalLineClient(LocalLineClient&&) noexcept = default;
LocalLineClient::~LocalLineClient() = default;

Result<LocalLineClient> LocalLineClient::connect(const std::string& path) {
  LocalLineClient client;
  boost::system::error_code error;
  if (path.size() < 100) {
    client.state_->socket.connect(Protocol::endpoint(path), error);
    if (!error) return client;
  }
  return fail(ErrorKind::unavailable, "local.connect", "nobody listens on " + path);
}

Result<std::string> LocalLineClient::call(const std::string& line) {
  boost::system::error_code error;
  const std::string request = line + "\n";
  asio::write(state_->socket, asio::buffer(request), error);
  if (error) return fail(ErrorKind::unknown_outcome, "local.write", error.message());
  const auto size = asio::read_until(state_->socket,
                                     asio::dynamic_buffer(state_->buffer, kMostBytes), '\n', error);
  if (error) return fail(ErrorKind::unknown_outcome, "local.read", error.message());
  std::string answer = state_->buffer.substr(0, size - 1);
  state_->buffer.erase(0, size);
  return answer;
}

}  // namespace pps::net
