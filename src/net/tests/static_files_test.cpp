#include "net/static_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "runtime/simulated.hpp"

namespace pps::net {
namespace {

namespace fs = std::filesystem;

struct StaticFiles : testing::Test {
  StaticFiles() {
    folder = fs::path(testing::TempDir()) /
             ("pps-static-" +
              std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(folder);
    fs::create_directories(folder / "site/assets");
    fs::create_directories(folder / "site/.vite");
    put("site/index.html", "<page>");
    put("site/index.html.br", "BR");
    put("site/index.html.gz", "GZ");
    put("site/assets/app-1a2b.js", "code");
    put("site/favicon.svg", "<svg/>");
    put("site/.vite/manifest.json", "{}");
    put("secret.txt", "secret");
    fs::create_symlink(folder / "secret.txt", folder / "site/link.txt");
  }
  ~StaticFiles() override { fs::remove_all(folder); }
  void put(const std::string& name, std::string_view text) {
    std::ofstream(folder / name, std::ios::binary) << text;
  }

  Response ask(std::string path, Headers headers = {}, Method method = Method::get) {
    auto handler = make_static_files({.folder = (folder / "site").string()});
    EXPECT_TRUE(handler);
    Request request;
    request.method = method;
    request.path = std::move(path);
    request.headers = std::move(headers);
    return *world.run((*handler)(std::move(request)));
  }
  static Headers with(std::string name, std::string value) {
    Headers headers;
    headers.add(std::move(name), std::move(value));
    return headers;
  }
  static std::string body(const Response& response) {
    const auto* shared = std::get_if<std::shared_ptr<const std::string>>(&response.body);
    return shared != nullptr && *shared ? **shared : std::string();
  }
  static std::string header(const Response& response, std::string_view name) {
    return std::string(response.headers.get(name).value_or("(none)"));
  }
  fs::path folder;
  runtime::SimulatedWorld world{1};
};

TEST_F(StaticFiles, paths_and_what_they_answer) {
  struct Case {
    const char* path;
    int status;
    const char* body;
  };
  for (const auto& expected :
       {Case{"/", 200, "<page>"}, Case{"/index.html", 200, "<page>"},
        Case{"/orders/42", 200, "<page>"}, Case{"/assets/app-1a2b.js", 200, "code"},
        Case{"/favicon.svg", 200, "<svg/>"}, Case{"/assets/old.js", 404, ""}, Case{"/api", 404, ""},
        Case{"/api/nothing", 404, ""}, Case{"/apiary", 200, "<page>"}, Case{"/oauth2/x", 404, ""},
        Case{"/.well-known/x", 404, ""}, Case{"/../secret.txt", 404, ""},
        Case{"/assets/../../secret.txt", 404, ""}, Case{"/..", 404, ""},
        Case{"/..\\secret.txt", 404, ""}, Case{"/link.txt", 200, "<page>"},
        Case{"/.vite/manifest.json", 200, "<page>"}, Case{"/index.html.br", 200, "<page>"}}) {
    const auto response = ask(expected.path);
    EXPECT_EQ(response.status, expected.status) << expected.path;
    EXPECT_EQ(body(response), expected.body) << expected.path;
  }
}

TEST_F(StaticFiles, encodings_are_negotiated) {
  struct Case {
    const char* accept;
    const char* encoding;
    const char* body;
  };
  for (const auto& expected :
       {Case{"", "(none)", "<page>"}, Case{"br", "br", "BR"},
        Case{"gzip, deflate, br;q=0.5", "br", "BR"}, Case{"gzip", "gzip", "GZ"},
        Case{"br;q=0, GZIP ; q=1", "gzip", "GZ"},
        Case{"br; q=0.000,gzip;q=0.0", "(none)", "<page>"},
        Case{"identity,brotli", "(none)", "<page>"}, Case{",,", "(none)", "<page>"}}) {
    const auto response = ask("/", with("accept-encoding", expected.accept));
    EXPECT_EQ(header(response, "Content-Encoding"), expected.encoding) << expected.accept;
    EXPECT_EQ(body(response), expected.body) << expected.accept;
    EXPECT_EQ(header(response, "Vary"), "Accept-Encoding");
    EXPECT_EQ(header(response, "Content-Type"), "text/html; charset=utf-8");
  }
  EXPECT_EQ(header(ask("/favicon.svg", with("Accept-Encoding", "br")), "Content-Encoding"),
            "(none)");
}

TEST_F(StaticFiles, caches_know_what_to_keep) {
  const auto page = ask("/");
  EXPECT_EQ(header(page, "Cache-Control"), "no-cache");
  EXPECT_EQ(header(ask("/assets/app-1a2b.js"), "Cache-Control"),
            "public, max-age=31536000, immutable");
  const auto etag = header(page, "ETag");
  for (const auto& known : {etag, "W/" + etag, "\"x\", " + etag, std::string("*")}) {
    const auto response = ask("/", with("If-None-Match", known));
    EXPECT_EQ(response.status, 304) << known;
    EXPECT_EQ(body(response), "");
    EXPECT_EQ(header(response, "ETag"), etag);
  }
  EXPECT_EQ(ask("/", with("If-None-Match", "\"other\"")).status, 200);
  // Each encoding is a representation of its own.
  auto compressed = with("If-None-Match", etag);
  compressed.add("Accept-Encoding", "br");
  EXPECT_EQ(ask("/", compressed).status, 200);
}

TEST_F(StaticFiles, carries_the_policy_of_the_page) {
  for (const char* path : {"/", "/assets/app-1a2b.js"}) {
    const auto response = ask(path);
    const auto policy = header(response, "Content-Security-Policy");
    EXPECT_THAT(policy,
                testing::HasSubstr("default-src 'none'; script-src 'self'; style-src 'self';"));
    EXPECT_THAT(policy, testing::HasSubstr("frame-ancestors 'none'"));
    EXPECT_THAT(policy, testing::Not(testing::HasSubstr("unsafe")));
    EXPECT_EQ(header(response, "Cross-Origin-Opener-Policy"), "same-origin");
    EXPECT_EQ(header(response, "Strict-Transport-Security"), "(none)");
  }
}

TEST_F(StaticFiles, only_reading_is_taken) {
  const auto response = ask("/", {}, Method::post);
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(header(response, "Allow"), "GET, HEAD");
}

TEST_F(StaticFiles, start_tells_what_is_wrong) {
  EXPECT_EQ(make_static_files({.folder = "/no/such/folder"}).error().code, "static.folder");
  EXPECT_EQ(make_static_files({.folder = (folder / "site/assets").string()}).error().code,
            "static.folder");
  EXPECT_EQ(make_static_files({.folder = (folder / "site").string(), .max_bytes = 5}).error().code,
            "static.size");
}

}  // namespace
}  // namespace pps::net
