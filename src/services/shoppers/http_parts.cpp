#include "services/shoppers/http_parts.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "net/request_values.hpp"
#include "services/catalogue/api.hpp"

namespace pps::shoppers::http_parts {

namespace json = boost::json;

namespace {
bool is_country(std::string_view text) {
  return text.size() == 2 && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_phone(std::string_view text) {
  constexpr std::string_view kSigns = " +-/().";
  return std::ranges::any_of(text, [](char c) { return c >= '0' && c <= '9'; }) &&
         std::ranges::all_of(text, [&](char c) { return (c >= '0' && c <= '9') || kSigns.find(c) != std::string_view::npos; });
}

}  // namespace

std::string if_match_of(const net::Request& request) { return std::string(request.headers.get("If-Match").value_or("")); }

// Limits in bytes, four for each character that api/openapi.yaml allows, as for a purchase's address.
Address read_address(net::ObjectReader& from) {
  Address address;
  address.name = from.text("name", {1, 480});
  address.company = from.optional_text("company", {0, 480}).value_or("");
  address.line1 = from.text("line1", {1, 800});
  address.line2 = from.optional_text("line2", {0, 800}).value_or("");
  address.city = from.text("city", {1, 480});
  address.postal_code = from.text("postal_code", {1, 80});
  address.region = from.optional_text("region", {0, 480}).value_or("");
  address.country = from.text("country", {2, 2});
  if (address.country.size() == 2 && !is_country(address.country))
    from.refuse("country", "field.format", "country is two capital letters of ISO 3166-1");
  address.phone = from.optional_text("phone", {0, 40}).value_or("");
  if (!address.phone.empty() && address.phone.size() <= 40 && !is_phone(address.phone))
    from.refuse("phone", "field.format", "phone is digits, with spaces and + - / ( ) . between them");
  return address;
}

std::vector<BasketLine> read_lines(net::ObjectReader& body, std::size_t least) {
  std::vector<BasketLine> lines;
  for (auto& item : body.objects("lines", least, Limits::kLines)) {
    BasketLine line;
    line.sku = item.sku("sku");
    line.quantity = item.integer("quantity", 1, Limits::kQuantity);
    line.customization = net::read_opaque_object(item, "customization", catalogue::QuoteRequest::kMostCustomization);
    lines.push_back(std::move(line));
  }
  return lines;
}

json::object to_json(const SavedAddress& saved) {
  const Address& from = saved.address;
  json::object out{{"id", saved.id.to_string()}, {"name", from.name}, {"line1", from.line1}, {"city", from.city},
                   {"postal_code", from.postal_code}, {"country", from.country}, {"default", saved.is_default}};
  const auto put = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) out[name] = text;
  };
  put("company", from.company);
  put("line2", from.line2);
  put("region", from.region);
  put("phone", from.phone);
  return out;
}

json::array to_json(const std::vector<BasketLine>& lines) {
  json::array out;
  for (const BasketLine& line : lines) {
    json::object item{{"sku", line.sku.value}, {"quantity", line.quantity}};
    if (!line.customization.empty()) item["customization"] = json::parse(line.customization);
    out.push_back(std::move(item));
  }
  return out;
}

net::Response reply(int status, const json::object& body, std::int64_t version) {
  net::Response response = net::json_response(status, json::serialize(body));
  response.headers.set("Cache-Control", "no-store");
  if (version >= 0) response.headers.set("ETag", etag_of(version));
  return response;
}

}  // namespace pps::shoppers::http_parts
