#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <filesystem>

#include "certificates.hpp"
#include "loop_thread.hpp"
#include "net/client.hpp"
#include "net/server.hpp"
#include "raw_socket.hpp"
#include "runtime/metrics.hpp"

namespace pps::net {
namespace {

using namespace std::chrono_literals;

struct Tls : testing::Test {
  Tls() {
    folder = testing::TempDir() + "pps-tls-" +
             testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder);
  }
  ~Tls() override {
    thread.call([this] {
      client.reset();
      server.reset();
    });
    thread.call([] {});
    std::filesystem::remove_all(folder);
  }

  void serve(const std::string& host, ServerOptions options = {}) {
    certificates = std::make_unique<Certificates>(folder, host);
    auto router = std::make_shared<Router>();
    Route echo;
    echo.method = Method::post;
    echo.pattern = "/echo";
    echo.operation_id = "echo";
    echo.max_body_bytes = 5'000'000;
    echo.handler = [](Request request) -> Task<Response> {
      co_return json_response(200, std::move(request.body));
    };
    router->add(std::move(echo));
    options.tls = TlsFiles{certificates->chain_file, certificates->key_file};
    options.name = "tls";
    thread.call([&] {
      server = std::make_unique<Server>(thread.runtime(), options, router);
      const auto started = server->start();
      EXPECT_TRUE(started) << started.error().detail;
    });
  }

  Result<ClientResponse> ask(const std::string& host, const std::string& ca_file,
                             std::string body = "{}") {
    thread.call([&] {
      client = *make_http_client(
          thread.runtime(), {.base_url = "https://" + host + ":" + std::to_string(server->port()),
                             .retries = 0,
                             .ca_file = ca_file});
    });
    return again(std::move(body));
  }
  Result<ClientResponse> again(std::string body) {
    return thread.run<ClientResponse>([this, body] {
      return client->send({}, {.method = Method::post, .path = "/echo", .body = body});
    });
  }

  std::string folder;
  LoopThread thread;
  std::unique_ptr<Certificates> certificates;
  std::unique_ptr<Server> server;
  std::shared_ptr<HttpClient> client;
};

TEST_F(Tls, client_and_server_speak) {
  serve("localhost");
  const auto first = ask("localhost", certificates->ca_file);
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_EQ(first->body, "{}");
  const std::string large(3'000'000, 'x');
  EXPECT_EQ(again(large)->body, large);
  EXPECT_EQ(again("x")->body, "x");
  EXPECT_EQ(metrics::gauge("pps_http_connections", "", {{"listener", "tls"}}).value(), 1)
      << "one handshake should do";
}

TEST_F(Tls, an_address_is_verified_too) {
  serve("127.0.0.1");
  const auto result = ask("127.0.0.1", certificates->ca_file);
  EXPECT_TRUE(result) << result.error().detail;
}

TEST_F(Tls, another_hosts_certificate_is_refused) {
  serve("shop.example");
  const auto result = ask("localhost", certificates->ca_file);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(result.error().code, "net.tls");
}

TEST_F(Tls, an_authority_that_nobody_trusts_is_refused) {
  serve("localhost");
  const auto result = ask("localhost", "");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "net.tls");
}

TEST_F(Tls, older_versions_are_refused) {
  serve("localhost");
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free);
  SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(BIO_new_ssl_connect(context.get()),
                                                          BIO_free_all);
  BIO_set_conn_hostname(bio.get(), ("127.0.0.1:" + std::to_string(server->port())).c_str());
  EXPECT_LE(BIO_do_connect(bio.get()), 0);
  SSL_CTX_set_max_proto_version(context.get(), TLS1_3_VERSION);
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> newer(BIO_new_ssl_connect(context.get()),
                                                            BIO_free_all);
  BIO_set_conn_hostname(newer.get(), ("127.0.0.1:" + std::to_string(server->port())).c_str());
  EXPECT_EQ(BIO_do_connect(newer.get()), 1);
}

TEST_F(Tls, whoever_does_not_speak_tls_is_let_go) {
  serve("localhost", {.header_timeout = 100ms});
  RawSocket plain(server->port());
  plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(plain.read_all(), testing::Not(testing::HasSubstr("HTTP/1.1")));
  RawSocket silent(server->port());
  EXPECT_EQ(silent.read_all(), "");
  EXPECT_TRUE(silent.is_closed_by_peer());
}

TEST_F(Tls, a_key_of_another_certificate_is_refused_at_start) {
  const Certificates first(folder, "a");
  const std::string other = folder + "/other";
  std::filesystem::create_directories(other);
  const Certificates second(other, "a");
  thread.call([&] {
    Server mixed(thread.runtime(), {.tls = TlsFiles{first.chain_file, second.key_file}},
                 std::make_shared<Router>());
    EXPECT_EQ(mixed.start().error().code, "net.tls");
  });
}

}  // namespace
}  // namespace pps::net
