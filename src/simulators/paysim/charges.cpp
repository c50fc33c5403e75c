#include "simulators/paysim/charges.hpp"

#include <boost/json.hpp>

namespace pps::paysim {

namespace {

json::object outcome_of(const Behaviour& behaviour) {
  const bool good = behaviour.code.empty();
  const std::string_view reason =
      behaviour.decline_code.empty() ? behaviour.code : behaviour.decline_code;
  return {{"network_status", good                ? "approved_by_network"
                             : behaviour.blocked ? "not_sent_to_network"
                                                 : "declined_by_network"},
          {"reason", good ? json::value(nullptr)
                          : json::value(behaviour.blocked ? "highest_risk_level" : reason)},
          {"risk_level", behaviour.risk_level},
          {"type", good                ? "authorized"
                   : behaviour.blocked ? "blocked"
                                       : "issuer_declined"}};
}

// The charge that money can go back on.
Answer<json::object> refundable_charge(Book& book, const std::optional<std::string>& intent_id,
                                       const std::optional<std::string>& charge_id) {
  if (charge_id) return book.named(kCharge, *charge_id, "charge");
  const auto intent = book.named(kIntent, *intent_id, "payment_intent");
  if (!intent) return intent;
  auto charge = book.find(kCharge, text_of(*intent, "latest_charge"));
  if (!charge || text_of(*charge, "status") != "succeeded")
    return wrong_state(
        "payment_intent_unexpected_state",
        "This PaymentIntent (" + *intent_id + ") does not have a successful charge to refund.");
  return std::move(*charge);
}

json::object new_refund(const Book& book, const json::object& charge, std::int64_t amount) {
  json::object refund = book.begin(kRefund);
  refund["amount"] = amount;
  refund["balance_transaction"] = nullptr;
  refund["charge"] = charge.at("id");
  refund["currency"] = charge.at("currency");
  refund["payment_intent"] = charge.at("payment_intent");
  refund["receipt_number"] = nullptr;
  refund["status"] = "succeeded";
  return refund;
}

// Filters by the intent, through what belongs to it.
std::string index_of(Params& params, std::string_view index) {
  const auto intent = params.text("payment_intent");
  return intent ? std::string(index) + *intent + "/" : std::string{};
}

}  // namespace

json::object add_charge(Book& book, const json::object& intent, const Behaviour& behaviour,
                        bool captured) {
  const bool good = behaviour.code.empty();
  const auto method = book.find(kMethod, text_of(intent, "payment_method"));
  json::object charge = book.begin(kCharge);
  charge["amount"] = intent.at("amount");
  charge["amount_captured"] = good && captured ? intent.at("amount") : json::value(0);
  charge["amount_refunded"] = 0;
  charge["captured"] = good && captured;
  charge["currency"] = intent.at("currency");
  charge["customer"] = intent.at("customer");
  charge["failure_code"] = good ? json::value(nullptr) : json::value(behaviour.code);
  charge["failure_message"] =
      good ? json::value(nullptr)
           : json::value(decline_message(behaviour.code, behaviour.decline_code));
  charge["metadata"] = intent.at("metadata");
  charge["outcome"] = outcome_of(behaviour);
  charge["paid"] = good;
  charge["payment_intent"] = intent.at("id");
  charge["payment_method"] = intent.at("payment_method");
  charge["payment_method_details"] =
      json::object{{"card", method ? method->at("card") : json::value(nullptr)}, {"type", "card"}};
  charge["refunded"] = false;
  charge["status"] = good ? "succeeded" : "failed";
  book.put(kCharge, charge);
  book.store.put("charge_of/" + text_of(intent, "id") + "/" + text_of(charge, "id"), {});
  return charge;
}

void capture_charge(Book& book, const std::string& id, std::int64_t amount) {
  json::object charge = book.find(kCharge, id).value();
  charge["amount_captured"] = amount;
  charge["captured"] = true;
  book.put(kCharge, charge);
}

Answer<json::object> create_refund(Book& book, Params& params) {
  const auto intent = params.text("payment_intent");
  const auto charge_id = params.text("charge");
  const auto asked = params.integer("amount", 1, 99'999'999);
  const auto reason = params.one_of("reason", {"duplicate", "fraudulent", "requested_by_customer"});
  const auto metadata = params.metadata();
  if (!intent && !charge_id)
    params.refuse(invalid("parameter_missing",
                          "One of the following params should be provided for this request: "
                          "payment_intent or charge."));
  if (auto read = params.finish(); !read) return std::unexpected(std::move(read).error());
  auto charge = refundable_charge(book, intent, charge_id);
  if (!charge) return charge;
  if (!charge->at("captured").as_bool())
    return wrong_state("charge_not_refundable",
                       "This charge has not been captured: cancel its PaymentIntent instead.");
  const std::int64_t refunded = number_of(*charge, "amount_refunded");
  const std::int64_t left = number_of(*charge, "amount_captured") - refunded;
  if (left == 0)
    return wrong_state("charge_already_refunded",
                       "Charge " + text_of(*charge, "id") + " has already been refunded.");
  const std::int64_t amount = asked.value_or(left);
  if (amount > left)
    return wrong_state("amount_too_large",
                       "Refund amount (" + std::to_string(amount) +
                           ") is greater than unrefunded amount on charge (" +
                           std::to_string(left) + ")",
                       {{"param", "amount"}});
  json::object refund = new_refund(book, *charge, amount);
  refund["metadata"] = as_object(metadata);
  refund["reason"] = text_or_null(reason);
  (*charge)["amount_refunded"] = refunded + amount;
  (*charge)["refunded"] = amount == left;
  book.put(kCharge, *charge);
  book.put(kRefund, refund);
  book.store.put("refund_of/" + text_of(*charge, "payment_intent") + "/" + text_of(refund, "id"),
                 {});
  book.tell("charge.refunded", *charge, false);
  return refund;
}

Answer<json::object> list_charges(Book& book, Params& params) {
  return book.list(kCharge, "/v1/charges", params, index_of(params, "charge_of/"));
}

Answer<json::object> list_refunds(Book& book, Params& params) {
  return book.list(kRefund, "/v1/refunds", params, index_of(params, "refund_of/"));
}

}  // namespace pps::paysim
