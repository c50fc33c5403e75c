#include "simulators/paysim/book.hpp"

#include <boost/json.hpp>

namespace pps::paysim {

namespace {

std::string key_of(const Kind& kind, std::string_view id) {
  return std::string(kind.key) + std::string(id);
}

std::string_view id_in(std::string_view key) { return key.substr(key.rfind('/') + 1); }

}  // namespace

std::optional<json::object> Book::find(const Kind& kind, std::string_view id) const {
  const auto text = store.get(key_of(kind, id));
  if (!text) return std::nullopt;
  return json::parse(*text).as_object();
}

Answer<json::object> Book::get(const Kind& kind, std::string_view id) const {
  auto object = find(kind, id);
  if (!object) return missing(kind.name, id, "id");
  return std::move(*object);
}

Answer<json::object> Book::named(const Kind& kind, std::string_view id,
                                 std::string_view param) const {
  auto object = find(kind, id);
  if (object) return std::move(*object);
  auto refusal = missing(kind.name, id, param);
  refusal.error().status = 400;
  return refusal;
}

void Book::put(const Kind& kind, const json::object& object) {
  store.put(key_of(kind, text_of(object, "id")), json::serialize(object));
}

json::object Book::begin(const Kind& kind) const {
  return {{"id", simulators::make_id(kind.prefix, moment)},
          {"object", kind.name},
          {"created", now_s()},
          {"livemode", false}};
}

std::int64_t Book::now_s() const { return to_unix_us(moment.now) / 1'000'000; }

Answer<json::object> Book::list(const Kind& kind, std::string_view url, Params& params,
                                const std::string& index,
                                const std::function<bool(const json::object&)>& wanted) const {
  const auto limit = static_cast<std::size_t>(params.integer("limit", 1, 100).value_or(10));
  const auto after = params.text("starting_after");
  if (auto read = params.finish(); !read) return std::unexpected(std::move(read).error());
  if (after && !store.get(key_of(kind, *after))) return named(kind, *after, "starting_after");
  const std::string prefix = index.empty() ? std::string(kind.key) : index;
  std::string to = after ? prefix + *after : simulators::after_prefix(prefix);
  json::array data;
  bool more = false;
  for (bool rest = true; rest && !more;) {
    const auto pairs = store.scan(prefix, to, limit + 1, true);
    rest = pairs.size() > limit;
    for (const auto& [key, text] : pairs) {
      to = key;
      auto object = find(kind, id_in(key));
      if (!object || (wanted && !wanted(*object))) continue;
      more = data.size() == limit;
      if (more) break;
      data.emplace_back(std::move(*object));
    }
  }
  return json::object{
      {"object", "list"}, {"data", std::move(data)}, {"has_more", more}, {"url", url}};
}

void Book::tell(std::string_view type, const json::object& object, bool deliver) {
  json::object event = begin(kEvent);
  const std::string id = text_of(event, "id");
  event["api_version"] = "2024-06-20";
  event["data"] = json::object{{"object", object}};
  event["pending_webhooks"] = deliver && settings.webhooks ? 1 : 0;
  event["request"] = json::object{{"id", nullptr}, {"idempotency_key", nullptr}};
  event["type"] = type;
  put(kEvent, event);
  if (deliver && settings.webhooks) store.put("hook/" + id, {});
}

std::string text_of(const json::object& object, std::string_view field) {
  const auto* value = object.if_contains(field);
  return value && value->is_string() ? std::string(value->get_string()) : std::string{};
}

std::int64_t number_of(const json::object& object, std::string_view field) {
  const auto* value = object.if_contains(field);
  return value && value->is_int64() ? value->get_int64() : 0;
}

json::value text_or_null(const std::optional<std::string>& text) {
  return text ? json::value(*text) : json::value(nullptr);
}

json::object as_object(const std::map<std::string, std::string>& metadata) {
  json::object out;
  for (const auto& [name, value] : metadata) out[name] = value;
  return out;
}

}  // namespace pps::paysim
