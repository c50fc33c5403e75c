#pragma once

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <boost/mp11/algorithm.hpp>
#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/id.hpp"
#include "base/money.hpp"
#include "base/time.hpp"
#include "net/base64.hpp"
#include "net/json_document.hpp"
#include "net/rpc.hpp"

/// Structs described by Boost.Describe ⇄ JSON, for calls between services of PPS (not for the
/// public API, whose documents are written by hand). For http.cpp and client.cpp files only: a
/// heavy header.
///
///   BOOST_DESCRIBE_STRUCT(ReserveRequest, (), (effect, sku, quantity))
///
/// Taken: bool, integers, double, std::string (UTF-8), std::vector<std::uint8_t> (base64), enums
/// (their described name, else the number), optional (absent when empty), vector, map<string, T>,
/// Uuid, Id<>, Name<>, Currency, Money, Timestamp and Duration (whole microseconds), described
/// structs. Reading ignores unknown members and leaves absent ones at their default; a wrong type
/// is `malformed` `rpc.field` that names the path.
namespace pps::net::described {

namespace json = boost::json;

template <class T>
inline constexpr bool is_described_struct =
    boost::describe::has_describe_members<T>::value && !std::is_enum_v<T>;

template <class T, template <class...> class Template>
inline constexpr bool is_a = false;
template <template <class...> class Template, class... Args>
inline constexpr bool is_a<Template<Args...>, Template> = true;

template <class T>
concept TextKey = is_a<T, Name>;
template <class T>
concept UuidLike = std::same_as<T, Uuid> || is_a<T, Id>;

// ----------------------------------------------------------------------------------------------------
// writing

template <class T>
json::value write(const T& value);

template <class T>
json::value write_struct(const T& value) {
  json::object out;
  boost::mp11::mp_for_each<boost::describe::describe_members<
      T, boost::describe::mod_public | boost::describe::mod_inherited>>([&](auto member) {
    const auto& part = value.*member.pointer;
    using Part = std::remove_cvref_t<decltype(part)>;
    if constexpr (is_a<Part, std::optional>) {
      if (part) out.emplace(member.name, write(*part));
    } else {
      out.emplace(member.name, write(part));
    }
  });
  return out;
}

template <class T>
json::value write_enum(T value) {
  if constexpr (boost::describe::has_describe_enumerators<T>::value) {
    const char* name = boost::describe::enum_to_string(value, nullptr);
    if (name != nullptr) return json::string(name);
  }
  return static_cast<std::int64_t>(value);
}

template <class T>
json::value write(const T& value) {
  if constexpr (std::same_as<T, bool> || std::integral<T> || std::floating_point<T>) {
    return value;
  } else if constexpr (std::same_as<T, std::string>) {
    return json::string(value);
  } else if constexpr (std::same_as<T, std::vector<std::uint8_t>>) {
    return json::string(base64_encode(value));
  } else if constexpr (std::is_enum_v<T>) {
    return write_enum(value);
  } else if constexpr (UuidLike<T> || std::same_as<T, Currency>) {
    return json::string(value.to_string());
  } else if constexpr (TextKey<T>) {
    return json::string(value.value);
  } else if constexpr (std::same_as<T, Timestamp>) {
    return to_unix_us(value);
  } else if constexpr (std::same_as<T, Duration>) {
    return value.count();
  } else if constexpr (std::same_as<T, Money>) {
    return json::object{{"minor_units", value.minor_units},
                        {"currency", value.currency.to_string()}};
  } else if constexpr (is_a<T, std::optional>) {
    return value ? write(*value) : json::value(nullptr);
  } else if constexpr (is_a<T, std::vector>) {
    json::array out;
    out.reserve(value.size());
    for (const auto& item : value) out.push_back(write<typename T::value_type>(item));
    return out;
  } else if constexpr (is_a<T, std::map>) {
    static_assert(std::same_as<typename T::key_type, std::string>, "keys of a map must be strings");
    json::object out;
    for (const auto& [key, item] : value) out.emplace(key, write(item));
    return out;
  } else {
    static_assert(is_described_struct<T>, "describe this struct: BOOST_DESCRIBE_STRUCT");
    return write_struct(value);
  }
}

// ----------------------------------------------------------------------------------------------------
// reading

/// Where we are, for errors: "/lines/0/sku". Built only when something is wrong, from the inside
/// outwards.
struct Wrong {
  std::string path;
  std::string expected;
};
using Read = std::optional<Wrong>;  // nothing: all went well

template <class T>
Read read(const json::value& from, T& into);

inline Read expected(std::string what) { return Wrong{"", std::move(what)}; }
inline Read inside(Read wrong, std::string_view part) {
  if (wrong) wrong->path = "/" + std::string(part) + wrong->path;
  return wrong;
}

template <class T>
Read read_integer(const json::value& from, T& into) {
  if (from.is_int64()) {
    const auto value = from.get_int64();
    if (!std::in_range<T>(value)) return expected("a number within its range");
    into = static_cast<T>(value);
    return {};
  }
  if (from.is_uint64()) {
    if (!std::in_range<T>(from.get_uint64())) return expected("a number within its range");
    into = static_cast<T>(from.get_uint64());
    return {};
  }
  return expected("a whole number");
}

template <class T>
Read read_enum(const json::value& from, T& into) {
  if constexpr (boost::describe::has_describe_enumerators<T>::value) {
    if (const auto* name = from.if_string())
      return boost::describe::enum_from_string(std::string(name->data(), name->size()).c_str(),
                                               into)
                 ? Read{}
                 : expected("a known name");
  }
  std::int64_t number = 0;
  if (auto wrong = read_integer(from, number)) return wrong;
  into = static_cast<T>(number);
  return {};
}

template <class T>
Read read_struct(const json::value& from, T& into) {
  const auto* object = from.if_object();
  if (object == nullptr) return expected("an object");
  Read wrong;
  boost::mp11::mp_for_each<boost::describe::describe_members<
      T, boost::describe::mod_public | boost::describe::mod_inherited>>([&](auto member) {
    if (wrong) return;
    const auto* part = object->if_contains(member.name);
    if (part != nullptr) wrong = inside(read(*part, into.*member.pointer), member.name);
  });
  return wrong;
}

template <class T>
Read read_text(const json::value& from, std::string& text) {
  const auto* written = from.if_string();
  if (written == nullptr) return expected("a string");
  text.assign(written->data(), written->size());
  return {};
}

/// Types that travel as a string of a certain form.
template <class T, class Parse>
Read read_parsed(const json::value& from, T& into, Parse parse, const char* what) {
  const auto* written = from.if_string();
  if (written == nullptr) return expected(what);
  auto parsed = parse(std::string_view(written->data(), written->size()));
  if (!parsed) return expected(what);
  into = std::move(*parsed);
  return {};
}

/// "XXX", no currency (ISO 4217), is what an empty Money holds.
inline std::optional<Currency> parse_currency(std::string_view text) {
  if (text == "XXX") return Currency{};
  const auto parsed = Currency::parse(text);
  return parsed ? std::optional(*parsed) : std::nullopt;
}

inline Read read_money(const json::value& from, Money& into) {
  const auto* object = from.if_object();
  if (object == nullptr) return expected("money");
  const auto* amount = object->if_contains("minor_units");
  const auto* currency = object->if_contains("currency");
  if (amount == nullptr || currency == nullptr) return expected("minor_units and currency");
  if (auto wrong = read_integer(*amount, into.minor_units))
    return inside(std::move(wrong), "minor_units");
  return inside(read(*currency, into.currency), "currency");
}

template <class T>
Read read_vector(const json::value& from, T& into) {
  const auto* array = from.if_array();
  if (array == nullptr) return expected("an array");
  into.clear();
  into.reserve(array->size());
  for (std::size_t i = 0; i < array->size(); ++i) {
    typename T::value_type item{};
    if (auto wrong = inside(read((*array)[i], item), std::to_string(i))) return wrong;
    into.push_back(std::move(item));
  }
  return {};
}

template <class T>
Read read_map(const json::value& from, T& into) {
  const auto* object = from.if_object();
  if (object == nullptr) return expected("an object");
  into.clear();
  for (const auto& member : *object) {
    typename T::mapped_type item{};
    const std::string key(member.key().data(), member.key().size());
    if (auto wrong = inside(read(member.value(), item), key)) return wrong;
    into.emplace(key, std::move(item));
  }
  return {};
}

template <class T>
Read read(const json::value& from, T& into) {
  if constexpr (std::same_as<T, bool>) {
    if (!from.is_bool()) return expected("true or false");
    into = from.get_bool();
    return {};
  } else if constexpr (std::integral<T>) {
    return read_integer(from, into);
  } else if constexpr (std::floating_point<T>) {
    if (!from.is_number()) return expected("a number");
    into = from.to_number<T>();
    return {};
  } else if constexpr (std::same_as<T, std::string>) {
    return read_text<T>(from, into);
  } else if constexpr (std::same_as<T, std::vector<std::uint8_t>>) {
    return read_parsed(from, into, base64_decode, "base64");
  } else if constexpr (std::is_enum_v<T>) {
    return read_enum(from, into);
  } else if constexpr (UuidLike<T>) {
    return read_parsed(
        from, into, [](std::string_view text) { return T::parse(text); }, "a UUID");
  } else if constexpr (std::same_as<T, Currency>) {
    return read_parsed(from, into, parse_currency, "a currency");
  } else if constexpr (TextKey<T>) {
    return read_text<T>(from, into.value);
  } else if constexpr (std::same_as<T, Timestamp> || std::same_as<T, Duration>) {
    std::int64_t us = 0;
    if (auto wrong = read_integer(from, us)) return wrong;
    into = T(Duration(us));
    return {};
  } else if constexpr (std::same_as<T, Money>) {
    return read_money(from, into);
  } else if constexpr (is_a<T, std::optional>) {
    into.reset();
    return from.is_null() ? Read{} : read(from, into.emplace());
  } else if constexpr (is_a<T, std::vector>) {
    return read_vector(from, into);
  } else if constexpr (is_a<T, std::map>) {
    return read_map(from, into);
  } else {
    static_assert(is_described_struct<T>, "describe this struct: BOOST_DESCRIBE_STRUCT");
    return read_struct(from, into);
  }
}

}  // namespace pps::net::described

namespace pps::net {

/// The value as JSON text. Texts in it must be UTF-8.
template <class T>
std::string to_json(const T& value) {
  return boost::json::serialize(described::write(value));
}

/// Errors: `malformed` `request.malformed` (not JSON), `malformed` `rpc.field` with the path.
template <class T>
Result<T> from_json(std::string_view text) {
  const auto parsed = parse_json(text);
  if (!parsed) return fail(parsed.error());
  T out{};
  if (const auto wrong = described::read(*parsed, out))
    return fail(ErrorKind::malformed, "rpc.field",
                (wrong->path.empty() ? "the whole" : wrong->path) + " must be " + wrong->expected);
  return out;
}

namespace described {
template <class M>
struct MethodOf : MethodOf<decltype(&M::operator())> {};
template <class C, class Reply, class Asked>
struct MethodOf<Task<Reply> (C::*)(Context, Asked) const> {
  using Request = std::remove_cvref_t<Asked>;
};
template <class C, class Reply, class Asked>
struct MethodOf<Task<Reply> (C::*)(Context, Asked)> {
  using Request = std::remove_cvref_t<Asked>;
};
}  // namespace described

/// The serving side of one method:
///   add_internal_method(router, "store", "reserve", [&api](Context c, ReserveRequest r) { return
///   api.reserve(c, r); });
template <class M>
void add_internal_method(Router& router, std::string_view service, std::string_view method,
                         M call) {
  using Asked = typename described::MethodOf<M>::Request;
  add_internal(router, service, method,
               [call = std::move(call)](Context context, std::string body) -> Task<std::string> {
                 Result<Asked> request = from_json<Asked>(body);
                 if (!request) co_return fail(std::move(request).error());
                 auto task = call(std::move(context), std::move(*request));
                 auto reply = co_await std::move(task);
                 if (!reply) co_return fail(std::move(reply).error());
                 co_return to_json(*reply);
               });
}

/// The same for a method of an Api that is kept alive by the route:
///   add_internal_method(router, "store", "reserve", api, &StoreApi::reserve);
template <class Api, class Reply, class Asked>
void add_internal_method(Router& router, std::string_view service, std::string_view method,
                         std::shared_ptr<Api> api, Task<Reply> (Api::*call)(Context, Asked)) {
  auto bound = [api = std::move(api), call](Context context, Asked request) {
    return ((*api).*call)(std::move(context), std::move(request));
  };
  add_internal_method(router, service, method, std::move(bound));
}

/// The calling side: `co_return co_await call_method<ReserveReply>(rpc, context, "reserve",
/// request);` A reply that cannot be read is `unknown_outcome` `rpc.reply`: the method may have
/// been done.
template <class Reply, class Asked>
Task<Reply> call_method(RpcClient& rpc, Context context, std::string method, const Asked& request) {
  std::string body =
      to_json(request);  // before the first suspension: `request` may not live longer
  return [](RpcClient& client, Context with, std::string name, std::string text) -> Task<Reply> {
    Result<std::string> answer =
        co_await client.call(std::move(with), std::move(name), std::move(text));
    if (!answer) co_return fail(std::move(answer).error());
    Result<Reply> reply = from_json<Reply>(*answer);
    if (!reply) co_return fail(ErrorKind::unknown_outcome, "rpc.reply", reply.error().detail);
    co_return reply;
  }(rpc, std::move(context), std::move(method), std::move(body));
}

}  // namespace pps::net
