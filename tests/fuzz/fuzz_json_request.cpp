// Request bodies: any bytes are read or refused with a named place; spacing does not change a fingerprint.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/json_reader.hpp"

using namespace pps;

namespace {

void read_purchase(net::ObjectReader& body) {
  for (auto& line : body.objects("lines", 1, 50)) {
    line.sku("sku");
    line.integer("quantity", 1, 999);
    line.canonical("customization");
  }
  body.text("payment_method", {1, 255});
  body.money("expected_total");
  body.optional_text("coupon");
  if (auto address = body.object("shipping_address", false)) address->text("name");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);

  auto body = net::ObjectReader::parse(text);
  const auto fingerprint = net::fingerprint_of(text);
  if (!body) {
    PPS_INVARIANT(body.error().kind == ErrorKind::malformed && !body.error().detail.empty());
    return 0;
  }
  PPS_INVARIANT(fingerprint.has_value() && fingerprint->size() == 32);

  read_purchase(*body);
  const auto finished = body->finish();
  if (!finished) {
    PPS_INVARIANT(finished.error().kind == ErrorKind::invalid && !finished.error().fields.empty());
    for (const auto& field : finished.error().fields) PPS_INVARIANT(!field.code.empty() && !field.detail.empty());
  }

  const std::string spaced = " \n" + std::string(text) + "\t ";
  const auto same = net::fingerprint_of(spaced);
  PPS_INVARIANT(same.has_value() && *same == *fingerprint);

  // A part in canonical form is its own canonical form.
  auto again = net::ObjectReader::parse(text, net::Unknown::ignore);
  PPS_INVARIANT(again.has_value());
  if (const auto part = again->canonical("customization")) {
    auto wrapped = net::ObjectReader::parse("{\"customization\":" + *part + "}");
    PPS_INVARIANT(wrapped.has_value() && wrapped->canonical("customization") == part);
  }
  return 0;
}
