#include "services/catalogue/customization.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "services/catalogue/api.hpp"
#include "services/catalogue/model.hpp"

namespace pps::catalogue {
namespace {

namespace json = boost::json;
constexpr std::int64_t kMostNumber = 1'000'000'000;
constexpr std::string_view kDialect = "https://json-schema.org/draft/2020-12/schema";

/// "[name]" of the library's path.
std::string name_in(const std::string& step) {
  const bool bracketed = step.size() > 2 && step.front() == '[' && step.back() == ']';
  return bracketed ? step.substr(1, step.size() - 2) : step;
}

/// The library's words for a keyword that failed, in the shop's.
std::vector<Violation> run(const json::value& schema, const json::value& value) {
  valijson::Schema compiled;
  valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);  // on this part of the language both drafts say the same
  parser.populateSchema(valijson::adapters::BoostJsonAdapter(schema), compiled);
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  valijson::ValidationResults results;
  std::vector<Violation> found;
  if (validator.validate(compiled, valijson::adapters::BoostJsonAdapter(value), &results)) return found;
  for (const valijson::ValidationResults::Error& error : results) {
    Violation one;
    for (std::size_t i = 1; i < error.context.size(); ++i) one.pointer += "/" + name_in(error.context[i]);
    one.detail = error.description;
    const auto outer = std::find_if(found.begin(), found.end(), [&](const Violation& inner) { return inner.pointer.starts_with(one.pointer); });
    if (outer == found.end()) found.push_back(std::move(one));  // what is wrong inside says more than that the whole is wrong
  }
  return found;
}

void check_words(net::ObjectReader& in) {
  in.optional_text("title", {1, 480});
  in.optional_text("description", {1, 1'200});
  in.optional_integer("x-order", 0, 1'000);
  auto titles = in.object("x-titles", false);
  if (!titles) return;
  for (const std::string& language : titles->keys()) {
    titles->text(language, {1, 480});
    if (!is_language(language)) titles->refuse(language, "field.format", "a language is a BCP 47 tag such as de or pt-BR");
  }
}

void check_range(net::ObjectReader& in, std::string_view least_name, std::string_view most_name, std::int64_t from, std::int64_t to) {
  const std::optional<std::int64_t> least = in.optional_integer(least_name, from, to), most = in.optional_integer(most_name, from, to);
  if (least && most && *least > *most)
    in.refuse(most_name, "schema.never", fmt::format("{} is below {}: nothing can be right", most_name, least_name));
}

/// Its examples of itself must be right: a default that is refused, a choice that cannot be chosen.
void check_values(net::ObjectReader& in, const std::string& property) {
  json::object schema = json::parse(property).as_object();
  const auto refuse_unless_right = [&](std::string_view name, const json::value& value) {
    json::object without = schema;
    without.erase(name);
    if (const std::vector<Violation> wrong = run(without, value); !wrong.empty())
      in.refuse(name, "schema.never", fmt::format("{} is not what the rest allows: {}", json::serialize(value), wrong.front().detail));
  };
  if (const json::value* value = schema.if_contains("default")) refuse_unless_right("default", *value);
  const json::value* choices = schema.if_contains("enum");
  if (!choices) return;
  if (!choices->is_array() || choices->as_array().empty() || choices->as_array().size() > 100) {
    in.refuse("enum", "field.length", "enum must be a list of 1 to 100 values");
    return;
  }
  schema.erase("default");
  for (const json::value& value : choices->as_array()) refuse_unless_right("enum", value);
}

void check_property(net::ObjectReader& in, const std::string& text) {
  const std::string type = in.one_of("type", {"string", "integer", "number", "boolean"});
  check_words(in);
  in.canonical("default");
  in.canonical("enum");
  if (type == "string") check_range(in, "minLength", "maxLength", 0, 500);
  if (type == "integer" || type == "number") {
    check_range(in, "minimum", "maximum", -kMostNumber, kMostNumber);
    in.optional_integer("multipleOf", 1, kMostNumber);
  }
  if (!type.empty()) check_values(in, text);
}

}  // namespace

void check_customization_schema(net::ObjectReader& schema) {
  if (const auto dialect = schema.optional_text("$schema", {1, 200}); dialect && *dialect != kDialect)
    schema.refuse("$schema", "field.format", fmt::format("$schema must be {} or absent", kDialect));
  schema.one_of("type", {"object"});
  check_words(schema);
  if (schema.has("additionalProperties") && schema.optional_boolean("additionalProperties") != false)
    schema.refuse("additionalProperties", "field.format", "additionalProperties must be false: what is not named cannot be asked for");
  const std::vector<std::string> required = schema.texts("required", CustomizationLimits::kMostProperties, {1, 40});
  std::vector<std::string> names;
  if (auto properties = schema.object("properties")) {
    names = properties->keys();
    if (names.empty() || names.size() > CustomizationLimits::kMostProperties)
      schema.refuse("properties", "field.length", fmt::format("properties must be 1 to {}", CustomizationLimits::kMostProperties));
    for (const std::string& name : names) {
      if (!is_attribute_name(name))
        properties->refuse(name, "field.format", "a name is 1 to 40 characters of a-z 0-9 _ and begins with a letter");
      const std::optional<std::string> text = properties->canonical(name);
      if (auto property = properties->object(name)) check_property(*property, text.value_or("{}"));
    }
  }
  for (std::size_t i = 0; i < required.size(); ++i)
    if (std::find(names.begin(), names.end(), required[i]) == names.end())
      schema.refuse_item("required", i, "schema.never", fmt::format("\"{}\" is required and not among properties: nothing can be right", required[i]));
}

std::vector<Violation> violations_of(const std::string& schema, const std::string& customization) {
  if (schema.empty()) {
    if (customization.empty()) return {};
    return {{"", "this product takes no customization; leave it out"}};
  }
  if (customization.size() > QuoteRequest::kMostCustomization)
    return {{"", fmt::format("a customization has at most {} bytes", QuoteRequest::kMostCustomization)}};
  json::object rules = json::parse(schema).as_object();
  rules["additionalProperties"] = false;
  return run(rules, customization.empty() ? json::value(json::object()) : json::parse(customization));
}

}  // namespace pps::catalogue
