#include "simulators/paysim/card_form.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "simulators/paysim/page_frame.hpp"

namespace pps::paysim {

namespace {

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string without(std::string_view text, std::string_view unwanted) {
  std::string out;
  for (const char c : text)
    if (unwanted.find(c) == std::string_view::npos) out += c;
  return out;
}

std::string_view wrong_number(const std::string& digits) {
  if (digits.empty()) return "Enter the card number.";
  if (!all_digits(digits)) return "A card number has only digits.";
  if (digits.size() < 12) return "The card number is incomplete.";
  if (digits.size() > 19 || !passes_luhn(digits))
    return "This is not a card number. Check the digits.";
  if (brand_of(digits) == "unknown") return "Cards of this network are not taken.";
  return {};
}

struct Month {
  int year = 0, month = 0;
};

// "12 / 34", "12/2034", "1234".
std::optional<Month> read_month(const std::string& text) {
  std::string month, year;
  const auto slash = text.find_first_of("/-");
  if (slash != std::string::npos) {
    month = without(text.substr(0, slash), " ");
    year = without(text.substr(slash + 1), " ");
  } else {
    const std::string digits = without(text, " ");
    month = digits.substr(0, std::min<std::size_t>(2, digits.size()));
    year = digits.substr(month.size());
  }
  const bool shaped = !month.empty() && month.size() <= 2 && (year.size() == 2 || year.size() == 4);
  if (!shaped || !all_digits(month) || !all_digits(year)) return std::nullopt;
  const Month read{std::stoi(year) + (year.size() == 2 ? 2000 : 0), std::stoi(month)};
  if (read.month < 1 || read.month > 12) return std::nullopt;
  return read;
}

struct Field {
  const char *name, *label, *autocomplete, *mode, *placeholder;
};

std::string field(const Field& field, std::string_view value,
                  const std::map<std::string, std::string>& errors) {
  const std::string name = field.name;
  const auto error = errors.find(name);
  std::string html = "<div>\n<label for=\"" + name + "\">" + field.label +
                     "</label>\n<input id=\"" + name + "\" name=\"" + name + "\" autocomplete=\"" +
                     field.autocomplete + "\" inputmode=\"" + field.mode + "\" placeholder=\"" +
                     field.placeholder + "\" value=\"" + escape_html(value) + "\" required";
  if (error == errors.end()) return html + ">\n</div>\n";
  return html + " aria-invalid=\"true\" aria-describedby=\"" + name +
         "-error\">\n<p class=\"wrong\" id=\"" + name + "-error\">" + escape_html(error->second) +
         "</p>\n</div>\n";
}

}  // namespace

CardForm CardForm::of(const net::Query& pairs) {
  CardForm form;
  for (const auto& [name, value] : pairs) {
    if (name == "card_number") form.number = value;
    if (name == "expiry") form.expiry = value;
    if (name == "cvc") form.cvc = value;
    if (name == "name") form.name = value;
  }
  return form;
}

std::optional<Card> CardForm::read(Timestamp now) {
  const std::string digits = without(number, " -");
  if (const auto wrong = wrong_number(digits); !wrong.empty()) errors["card_number"] = wrong;
  const auto month = read_month(expiry);
  const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(now));
  const Month this_month{static_cast<int>(today.year()),
                         static_cast<int>(static_cast<unsigned>(today.month()))};
  if (!month)
    errors["expiry"] = "Enter the month and the year, such as 12 / 34.";
  else if (std::pair(month->year, month->month) < std::pair(this_month.year, this_month.month))
    errors["expiry"] = "This card has expired.";
  else if (month->year > this_month.year + 50)
    errors["expiry"] = "This year is too far away.";
  const std::size_t cvc_digits = brand_of(all_digits(digits) ? digits : "") == "amex" ? 4 : 3;
  if (cvc.size() != cvc_digits || !all_digits(cvc))
    errors["cvc"] = "The security code has " + std::to_string(cvc_digits) + " digits.";
  const bool readable = std::none_of(name.begin(), name.end(),
                                     [](char c) { return static_cast<unsigned char>(c) < 32; });
  if (without(name, " ").empty() || name.size() > 200 || !readable)
    errors["name"] = "Enter the name on the card.";
  if (!errors.empty()) return std::nullopt;
  return Card{digits, month->month, month->year, name};
}

std::string CardForm::html() const {
  std::string html;
  if (!alert.empty()) html += "<p class=\"alert\" role=\"alert\">" + escape_html(alert) + "</p>\n";
  html += "<form method=\"post\" novalidate>\n";
  html += field({"card_number", "Card number", "cc-number", "numeric", "1234 1234 1234 1234"}, "",
                errors);
  html += "<div class=\"pair\">\n";
  html += field({"expiry", "Expiry", "cc-exp", "numeric", "MM / YY"}, expiry, errors);
  html += field({"cvc", "Security code", "cc-csc", "numeric", "CVC"}, "", errors);
  html += "</div>\n";
  html += field({"name", "Name on card", "cc-name", "text", ""}, name, errors);
  return html + "<button type=\"submit\">Save card</button>\n</form>\n";
}

}  // namespace pps::paysim
