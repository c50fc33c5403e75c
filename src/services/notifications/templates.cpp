#include "services/notifications/templates.hpp"

#include <algorithm>
#include <array>

namespace pps::notifications {

namespace {
struct Template {
  std::string_view name, subject, body;
};

constexpr std::array kTemplates{
    Template{
        "verify_email", "Confirm your e-mail address",
        "Hello {name},\n\nopen this link to confirm your address and start shopping:\n\n{link}\n\n"
        "It is good for 24 hours. If you did not sign up, ignore this mail.\n"},
    Template{"email_known", "You already have an account",
             "Hello {name},\n\nsomebody tried to sign up with your address, and you have an "
             "account already. "
             "If it was you, sign in here:\n\n{link}\n"},
    Template{"purchase_accepted", "We have your order {order}",
             "Hello {name},\n\nthank you for your order over {total}. Follow it here:\n\n{link}\n"},
    Template{"purchase_completed", "Your order {order} is complete",
             "Hello {name},\n\nyour order over {total} is paid and delivered. What you own "
             "now:\n\n{link}\n"},
    Template{"purchase_completed_in_part", "Your order {order} is complete but for what could not be delivered",
             "Hello {name},\n\npart of your order over {total} could not be delivered. We have given {refunded} "
             "back to your card; your bank may take some days to show it. The rest is paid and "
             "delivered:\n\n{link}\n"},
    Template{"purchase_refunded", "Your order {order} could not be delivered and is refunded",
             "Hello {name},\n\nyour order over {total} was paid but could not be delivered. We have given "
             "{refunded} back to your card; your bank may take some days to show it.\n\n{link}\n"},
    Template{"purchase_failed", "Your order {order} could not be completed",
             "Hello {name},\n\nwe could not complete your order over {total} ({reason}). You have "
             "not been charged; "
             "whatever was reserved on your card has been released.\n\n{link}\n"},
    Template{"purchase_cancelled", "Your order {order} is cancelled",
             "Hello {name},\n\nyour order over {total} is cancelled and you have not been "
             "charged.\n\n{link}\n"},
};

Result<std::string> fill(std::string_view text, const std::map<std::string, std::string>& values) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto open = text.find('{', at);
    out += text.substr(at, open == std::string_view::npos ? open : open - at);
    if (open == std::string_view::npos) break;
    const auto close = text.find('}', open);
    const auto value = values.find(std::string(text.substr(open + 1, close - open - 1)));
    if (value == values.end())
      return fail(
          ErrorKind::invalid, "template.value_missing",
          "the template needs the value " + std::string(text.substr(open + 1, close - open - 1)));
    out += value->second;
    at = close + 1;
  }
  return out;
}
}  // namespace

Result<Text> fill_template(std::string_view name,
                           const std::map<std::string, std::string>& values) {
  const auto found = std::ranges::find(kTemplates, name, &Template::name);
  if (found == kTemplates.end())
    return fail(ErrorKind::invalid, "template.unknown",
                "no mail template is called " + std::string(name));
  Result<std::string> subject = fill(found->subject, values);
  if (!subject) return fail(std::move(subject).error());
  Result<std::string> body = fill(found->body, values);
  if (!body) return fail(std::move(body).error());
  return Text{std::move(*subject), std::move(*body)};
}

}  // namespace pps::notifications
