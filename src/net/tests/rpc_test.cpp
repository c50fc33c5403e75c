#include "net/rpc.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/described_json.hpp"
#include "net/problem.hpp"
#include "runtime/simulated.hpp"

namespace pps::net {
namespace {

enum class Colour { red, green };
BOOST_DESCRIBE_ENUM(Colour, red, green)
enum class Plain { zero, one };

struct Inner {
  std::string name;
  std::optional<std::int32_t> count;
  bool operator==(const Inner&) const = default;
};
BOOST_DESCRIBE_STRUCT(Inner, (), (name, count))

struct Outer {
  bool yes = false;
  std::int64_t big = 0;
  std::uint64_t bigger = 0;
  double ratio = 0;
  std::string text;
  std::vector<std::uint8_t> bytes;
  Colour colour = Colour::red;
  Plain plain = Plain::zero;
  std::optional<std::string> maybe;
  std::vector<Inner> inners;
  std::vector<bool> flags;
  std::map<std::string, Inner> by_name;
  PurchaseId purchase;
  Uuid uuid;
  Sku sku;
  Money money;
  Timestamp at;
  Duration wait{};
  bool operator==(const Outer&) const = default;
};
BOOST_DESCRIBE_STRUCT(Outer, (),
                      (yes, big, bigger, ratio, text, bytes, colour, plain, maybe, inners, flags,
                       by_name, purchase, uuid, sku, money, at, wait))

struct Nothing {
  bool operator==(const Nothing&) const = default;
};
BOOST_DESCRIBE_STRUCT(Nothing, (), ())

Outer full() {
  Outer out;
  out.yes = true;
  out.big = INT64_MIN;
  out.bigger = UINT64_MAX;
  out.ratio = 0.25;
  out.text = "käse \"x\"\n\0 end";
  out.bytes = {0, 255, 254, 1};
  out.colour = Colour::green;
  out.plain = Plain::one;
  out.maybe = "";
  out.inners = {{"a", 1}, {"b", std::nullopt}};
  out.flags = {true, false};
  out.by_name = {{"k", {"v", -5}}};
  out.purchase = PurchaseId{Uuid::v7(1'700'000'000'000, 7, 42)};
  out.uuid = out.purchase.value;
  out.sku = Sku{"A-1"};
  out.money = Money{1999, *Currency::parse("EUR")};
  out.at = from_unix_us(1'700'000'000'123'456);
  out.wait = Duration(17);
  return out;
}

TEST(DescribedJson, everything_goes_there_and_back) {
  EXPECT_EQ(*from_json<Outer>(to_json(full())), full());
  EXPECT_EQ(*from_json<Outer>(to_json(Outer{})), Outer{});
  EXPECT_EQ(*from_json<Nothing>("{}"), Nothing{});
  EXPECT_EQ(*from_json<std::vector<std::string>>(R"(["a"])"), (std::vector<std::string>{"a"}));
}

TEST(DescribedJson, unknown_members_are_ignored_and_absent_ones_keep_their_default) {
  EXPECT_EQ(*from_json<Inner>(R"({"name":"x","new_in_a_later_version":{"a":[1]}})"),
            (Inner{"x", std::nullopt}));
  EXPECT_EQ(*from_json<Inner>(R"({"count":null})"), (Inner{"", std::nullopt}));
}

struct BadCase {
  const char* text;
  const char* detail;
};
class DescribedJsonBad : public testing::TestWithParam<BadCase> {};

TEST_P(DescribedJsonBad, names_the_path) {
  const auto result = from_json<Outer>(GetParam().text);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::malformed);
  EXPECT_EQ(result.error().code, "rpc.field");
  EXPECT_THAT(result.error().detail, testing::HasSubstr(GetParam().detail));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, DescribedJsonBad,
    testing::Values(
        BadCase{"[]", "the whole must be an object"},
        BadCase{R"({"yes":1})", "/yes must be true or false"},
        BadCase{R"({"big":1.5})", "/big must be a whole number"},
        BadCase{R"({"big":18446744073709551615})", "/big must be a number within"},
        BadCase{R"({"inners":[{"name":"a"},{"name":2}]})", "/inners/1/name must be a string"},
        BadCase{R"({"inners":[{"count":3000000000}]})", "/inners/0/count must be a number within"},
        BadCase{R"({"by_name":{"k":[]}})", "/by_name/k must be an object"},
        BadCase{R"({"bytes":"A"})", "/bytes must be base64"},
        BadCase{R"({"bytes":"AB=="})", "/bytes must be base64"},
        BadCase{R"({"colour":"blue"})", "/colour must be a known name"},
        BadCase{R"({"uuid":"x"})", "/uuid must be a UUID"},
        BadCase{R"({"money":{"minor_units":1}})", "/money must be minor_units and currency"},
        BadCase{R"({"money":{"minor_units":1,"currency":"euro"}})",
                "/money/currency must be a currency"},
        BadCase{R"({"at":"now"})", "/at must be a whole number"}));

// A client that hands its requests straight to a router.
class DirectClient final : public HttpClient {
 public:
  explicit DirectClient(Router& router) : router_(router) {}
  Task<ClientResponse> send(Context context, ClientRequest request) override {
    Request in;
    in.method = request.method;
    in.path = in.target = request.path;
    in.headers = request.headers;
    in.body = request.body;
    in.context = context;
    last = in;
    Router::Match match = router_.match(in.method, in.path);
    Response out = co_await router_.handle(std::move(in), std::move(match));
    if (spoil) co_return ClientResponse{502, {}, "<html>"};
    co_return ClientResponse{out.status, out.headers, std::get<std::string>(out.body)};
  }
  Router& router_;
  Request last;
  bool spoil = false;
};

struct Rpc : testing::Test {
  Rpc() {
    router.set_authenticator([](Context, std::string shown) -> Task<Principal> {
      if (shown != "service-token")
        co_return fail(ErrorKind::unauthenticated, "auth.token_invalid", "no");
      co_return Principal{.subject = "service"};
    });
    add_internal_method(router, "things", "double", [this](Context, Inner asked) -> Task<Inner> {
      if (error) co_return fail(*error);
      asked.count = asked.count.value_or(0) * 2;
      co_return asked;
    });
  }
  Result<Inner> call(Inner asked) {
    return world.run(call_method<Inner>(client, Context{}, "double", asked));
  }
  runtime::SimulatedWorld world{1};
  Router router;
  std::optional<Error> error;
  std::string token = "service-token";
  std::shared_ptr<DirectClient> http = std::make_shared<DirectClient>(router);
  RpcClient client{http, "things", [this](Context) -> Task<std::string> { co_return token; }};
};

TEST_F(Rpc, a_method_is_called_across) {
  EXPECT_EQ(*call({"x", 21}), (Inner{"x", 42}));
  EXPECT_EQ(http->last.path, "/internal/things/double");
}

TEST_F(Rpc, every_kind_of_error_arrives_as_it_was) {
  for (int i = 0; i <= static_cast<int>(ErrorKind::internal); ++i) {
    error = Error{
        static_cast<ErrorKind>(i), "thing.wrong", "because", {{"/a", "field.range", "1 to 2"}}, 7};
    const auto result = call({"x", 1});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, error->kind);
    EXPECT_EQ(result.error().fields, error->fields);
    EXPECT_EQ(result.error().retry_after_s, 7);
    // What broke inside is for that service's log only.
    EXPECT_EQ(result.error().code, error->kind == ErrorKind::internal ? "internal" : "thing.wrong");
    EXPECT_EQ(result.error().detail, error->kind == ErrorKind::internal ? "" : "because");
  }
}

TEST_F(Rpc, a_refused_token_is_no_fault_of_the_caller) {
  token = "stale";
  const auto result = call({"x", 1});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(result.error().code, "rpc.credential");
}

TEST_F(Rpc, an_answer_from_something_between_leaves_the_outcome_unknown) {
  http->spoil = true;
  const auto result = call({"x", 1});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::unknown_outcome);
}

}  // namespace
}  // namespace pps::net
