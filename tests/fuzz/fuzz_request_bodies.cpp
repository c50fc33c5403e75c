// Bodies of requests by the decoders that read them: any bytes are taken or refused by name, and what an operator's product
// is written as is read again as the same product.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "services/catalogue/product_input.hpp"
#include "services/catalogue/search_settings.hpp"
#include "services/gateway/http_request.hpp"

using namespace pps;

namespace {

net::Request request_with(std::string body) {
  net::Request request;
  request.method = net::Method::post;
  request.headers.set("Content-Type", "application/json");
  request.headers.set("Idempotency-Key", "k");
  request.principal = net::Principal{};
  request.principal->subject = "01941f29-7c00-7000-8000-000000000001";
  request.body = std::move(body);
  return request;
}

template <class T>
void check(const Result<T>& read) {
  if (read) return;
  const Error& error = read.error();
  const bool named = error.kind == ErrorKind::malformed || (error.kind == ErrorKind::invalid && !error.fields.empty());
  PPS_INVARIANT(named && !error.detail.empty());
  for (const auto& field : error.fields) PPS_INVARIANT(!field.code.empty() && !field.detail.empty() && field.pointer.starts_with('/'));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);

  const net::Request request = request_with(text);
  const auto accept = gateway::http_request::accept_request_of(request);
  check(accept);
  if (accept) {
    PPS_INVARIANT(!accept->lines.empty() && accept->lines.size() <= 50);
    for (const auto& line : accept->lines) PPS_INVARIANT(is_valid_sku(line.sku.value) && line.quantity >= 1 && line.quantity <= 999);
  }
  check(gateway::http_request::price_request_of(request));

  const auto product = catalogue::read_product_input(text);
  check(product);
  if (product) {
    const std::string written = catalogue::write_product_input(*product);
    const auto again = catalogue::read_product_input(written);
    PPS_INVARIANT(again.has_value() && *again == *product && catalogue::write_product_input(*again) == written);
  }

  const auto synonyms = catalogue::read_synonyms(text);
  check(synonyms);
  if (synonyms) {
    const auto again = catalogue::read_synonyms(catalogue::write_synonyms(*synonyms));
    PPS_INVARIANT(again.has_value() && again->means == synonyms->means);
  }
  return 0;
}
