#include "net/json_reader.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <boost/json.hpp>
#include <set>

#include "net/json_document.hpp"

namespace pps::net {

namespace json = boost::json;

namespace {
constexpr std::size_t kMaxErrors = 100;

std::string escape_pointer(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

json::value sorted(const json::value& value) {
  if (const auto* array = value.if_array()) {
    json::array out;
    out.reserve(array->size());
    for (const auto& item : *array) out.push_back(sorted(item));
    return out;
  }
  const auto* object = value.if_object();
  if (object == nullptr) return value;
  std::vector<const json::key_value_pair*> members;
  for (const auto& member : *object) members.push_back(&member);
  std::sort(members.begin(), members.end(), [](auto* a, auto* b) { return a->key() < b->key(); });
  json::object out;
  out.reserve(members.size());
  for (const auto* member : members) out[member->key()] = sorted(member->value());
  return out;
}
}  // namespace

// What the readers of one body share.
struct Document {
  json::value root;
  Unknown unknown = Unknown::refuse;
  std::vector<FieldError> errors;
  // Every object that was handed out with the names that were asked of it, so that `finish` can
  // find the others.
  std::vector<std::pair<std::shared_ptr<std::set<std::string, std::less<>>>,
                        std::pair<const json::object*, std::string>>>
      readers;

  void refuse(std::string pointer, std::string code, std::string detail) {
    if (errors.size() < kMaxErrors)
      errors.push_back({std::move(pointer), std::move(code), std::move(detail)});
  }
};

struct ObjectReader::State {
  std::shared_ptr<Document> document;
  const json::object* object;
  std::string pointer;  // of this object
  std::shared_ptr<std::set<std::string, std::less<>>> asked;

  static std::shared_ptr<State> make(std::shared_ptr<Document> document, const json::object& object,
                                     std::string pointer) {
    auto asked = std::make_shared<std::set<std::string, std::less<>>>();
    document->readers.push_back({asked, {&object, pointer}});
    return std::make_shared<State>(
        State{std::move(document), &object, std::move(pointer), std::move(asked)});
  }

  std::string at(std::string_view name) const { return pointer + "/" + escape_pointer(name); }
  void refuse(std::string_view name, std::string code, std::string detail) const {
    document->refuse(at(name), std::move(code), std::move(detail));
  }

  // The member, or null if it is absent or null.
  const json::value* find(std::string_view name) const {
    asked->emplace(name);
    const auto* value = object->if_contains({name.data(), name.size()});
    return value != nullptr && !value->is_null() ? value : nullptr;
  }
  const json::value* required(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr) refuse(name, "field.required", fmt::format("{} is required", name));
    return value;
  }

  std::optional<std::string> read_text(std::string_view name, const json::value& value,
                                       const std::string& where, TextLimits limits) const {
    const auto* text = value.if_string();
    if (text == nullptr) {
      document->refuse(where, "field.type", fmt::format("{} must be a string", name));
      return std::nullopt;
    }
    if (text->size() < limits.least || text->size() > limits.most) {
      document->refuse(where, "field.length",
                       fmt::format("{} must have {} to {} bytes of UTF-8, not {}", name,
                                   limits.least, limits.most, text->size()));
      return std::nullopt;
    }
    if (text->find('\0') != json::string::npos) {
      document->refuse(where, "field.format", fmt::format("{} must not hold U+0000", name));
      return std::nullopt;
    }
    return std::string(text->data(), text->size());
  }

  std::optional<std::int64_t> read_integer(std::string_view name, const json::value& value,
                                           std::int64_t least, std::int64_t most) const {
    if (!value.is_int64() && !value.is_uint64()) {
      refuse(name, "field.type", fmt::format("{} must be a whole number", name));
      return std::nullopt;
    }
    if (value.is_uint64() || value.get_int64() < least || value.get_int64() > most) {
      refuse(name, "field.range", fmt::format("{} must be {} to {}", name, least, most));
      return std::nullopt;
    }
    return value.get_int64();
  }
};

ObjectReader::ObjectReader(std::shared_ptr<State> state) : state_(std::move(state)) {}
ObjectReader::ObjectReader(ObjectReader&&) noexcept = default;
ObjectReader::~ObjectReader() = default;

Result<ObjectReader> ObjectReader::parse(std::string_view body, Unknown unknown) {
  auto parsed = parse_json(body);
  if (!parsed) return fail(std::move(parsed).error());
  if (!parsed->is_object())
    return fail(ErrorKind::malformed, "request.malformed", "The body must be a JSON object.");
  auto document = std::make_shared<Document>();
  document->root = std::move(*parsed);
  document->unknown = unknown;
  const auto& object = document->root.get_object();
  return ObjectReader(State::make(std::move(document), object, ""));
}

bool ObjectReader::has(std::string_view name) const { return state_->find(name) != nullptr; }

std::string ObjectReader::text(std::string_view name, TextLimits limits) {
  const auto* value = state_->required(name);
  if (value == nullptr) return {};
  return state_->read_text(name, *value, state_->at(name), limits).value_or("");
}

std::optional<std::string> ObjectReader::optional_text(std::string_view name, TextLimits limits) {
  const auto* value = state_->find(name);
  return value == nullptr ? std::nullopt
                          : state_->read_text(name, *value, state_->at(name), limits);
}

std::int64_t ObjectReader::integer(std::string_view name, std::int64_t least, std::int64_t most) {
  const auto* value = state_->required(name);
  return value == nullptr ? least : state_->read_integer(name, *value, least, most).value_or(least);
}

std::optional<std::int64_t> ObjectReader::optional_integer(std::string_view name,
                                                           std::int64_t least, std::int64_t most) {
  const auto* value = state_->find(name);
  return value == nullptr ? std::nullopt : state_->read_integer(name, *value, least, most);
}

std::optional<bool> ObjectReader::optional_boolean(std::string_view name) {
  const auto* value = state_->find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_bool()) return value->get_bool();
  state_->refuse(name, "field.type", fmt::format("{} must be true or false", name));
  return std::nullopt;
}

Money ObjectReader::money(std::string_view name, std::int64_t least) {
  auto part = object(name);
  if (!part) return {};
  const std::int64_t amount = part->integer("amount", least, kMaxMinorUnits);
  const auto* written = part->state_->required("currency");
  if (written == nullptr) return {};
  const auto code =
      part->state_->read_text("currency", *written, part->state_->at("currency"), {3, 3});
  if (!code) return {};
  const auto currency = Currency::parse(*code);
  if (currency) return Money{amount, *currency};
  part->refuse("currency", "field.format", "currency must be an ISO 4217 code such as EUR");
  return {};
}

Uuid ObjectReader::uuid(std::string_view name) {
  const auto* value = state_->required(name);
  if (value == nullptr) return {};
  const auto written = state_->read_text(name, *value, state_->at(name), {0, 255});
  if (!written) return {};
  const auto parsed = Uuid::parse(*written);
  if (!parsed) refuse(name, "field.format", fmt::format("{} must be a UUID", name));
  return parsed.value_or(Uuid{});
}

Sku ObjectReader::sku(std::string_view name) {
  const auto* value = state_->required(name);
  if (value == nullptr) return {};
  auto written = state_->read_text(name, *value, state_->at(name), {1, 64});
  if (!written) return {};
  if (is_valid_sku(*written)) return Sku{std::move(*written)};
  refuse(name, "field.format",
         fmt::format("{} must be 1 to 64 characters of A-Z a-z 0-9 . _ + -", name));
  return {};
}

std::string ObjectReader::one_of(std::string_view name,
                                 const std::vector<std::string_view>& allowed) {
  const auto* value = state_->required(name);
  if (value == nullptr) return {};
  auto written = state_->read_text(name, *value, state_->at(name), {0, 255});
  if (!written) return {};
  if (std::find(allowed.begin(), allowed.end(), *written) != allowed.end())
    return std::move(*written);
  refuse(name, "field.format", fmt::format("{} must be one of {}", name, fmt::join(allowed, ", ")));
  return {};
}

std::optional<ObjectReader> ObjectReader::object(std::string_view name, bool required) {
  const auto* value = required ? state_->required(name) : state_->find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_object())
    return ObjectReader(State::make(state_->document, value->get_object(), state_->at(name)));
  refuse(name, "field.type", fmt::format("{} must be an object", name));
  return std::nullopt;
}

std::vector<ObjectReader> ObjectReader::objects(std::string_view name, std::size_t least,
                                                std::size_t most) {
  std::vector<ObjectReader> out;
  const auto* value = state_->required(name);
  if (value == nullptr) return out;
  const auto* array = value->if_array();
  if (array == nullptr) {
    refuse(name, "field.type", fmt::format("{} must be an array", name));
    return out;
  }
  if (array->size() < least || array->size() > most) {
    refuse(name, "field.length",
           fmt::format("{} must have {} to {} items, not {}", name, least, most, array->size()));
    return out;
  }
  for (std::size_t i = 0; i < array->size(); ++i) {
    const std::string where = fmt::format("{}/{}", state_->at(name), i);
    if ((*array)[i].is_object())
      out.push_back(ObjectReader(State::make(state_->document, (*array)[i].get_object(), where)));
    else
      state_->document->refuse(where, "field.type",
                               fmt::format("an item of {} must be an object", name));
  }
  return out;
}

std::vector<std::string> ObjectReader::texts(std::string_view name, std::size_t most,
                                             TextLimits limits) {
  std::vector<std::string> out;
  const auto* value = state_->find(name);
  if (value == nullptr) return out;
  const auto* array = value->if_array();
  if (array == nullptr || array->size() > most) {
    refuse(name, array == nullptr ? "field.type" : "field.length",
           fmt::format("{} must be an array of at most {} strings", name, most));
    return out;
  }
  for (std::size_t i = 0; i < array->size(); ++i) {
    auto item = state_->read_text(fmt::format("an item of {}", name), (*array)[i],
                                  fmt::format("{}/{}", state_->at(name), i), limits);
    if (item) out.push_back(std::move(*item));
  }
  return out;
}

std::optional<std::string> ObjectReader::canonical(std::string_view name) {
  const auto* value = state_->find(name);
  if (value == nullptr) return std::nullopt;
  return json::serialize(sorted(*value));
}

void ObjectReader::refuse(std::string_view name, std::string code, std::string detail) {
  state_->refuse(name, std::move(code), std::move(detail));
}

void ObjectReader::refuse_item(std::string_view name, std::size_t index, std::string code,
                               std::string detail) {
  state_->document->refuse(fmt::format("{}/{}", state_->at(name), index), std::move(code),
                           std::move(detail));
}

std::vector<std::string> ObjectReader::keys() const {
  std::vector<std::string> names;
  for (const auto& member : *state_->object)
    names.emplace_back(member.key().data(), member.key().size());
  return names;
}

Result<void> ObjectReader::finish() {
  auto& document = *state_->document;
  if (document.unknown == Unknown::refuse) {
    for (const auto& [asked, where] : document.readers)
      for (const auto& member : *where.first)
        if (!asked->contains(std::string_view(member.key().data(), member.key().size())))
          document.refuse(
              where.second + "/" + escape_pointer({member.key().data(), member.key().size()}),
              "field.unknown", "this field is not known here; leave it out");
  }
  if (document.errors.empty()) return {};
  Error error{ErrorKind::invalid, "fields.invalid",
              document.errors.size() == 1
                  ? "One field is invalid."
                  : fmt::format("{} fields are invalid.", document.errors.size())};
  error.fields = std::move(document.errors);
  return fail(std::move(error));
}

Result<std::string> fingerprint_of(std::string_view body) {
  const auto parsed = parse_json(body);
  if (!parsed) return fail(parsed.error());
  const std::string text = json::serialize(sorted(*parsed));
  std::string digest(32, '\0');
  unsigned length = 0;
  PPS_INVARIANT(EVP_Digest(text.data(), text.size(),
                           reinterpret_cast<unsigned char*>(digest.data()), &length, EVP_sha256(),
                           nullptr) == 1);
  return digest;
}

}  // namespace pps::net
