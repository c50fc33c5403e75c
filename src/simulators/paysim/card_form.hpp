#pragma once

#include <map>
#include <string>

#include "base/time.hpp"
#include "net/http.hpp"
#include "simulators/paysim/methods.hpp"

namespace pps::paysim {

/// What somebody typed into the card form.
struct CardForm {
  std::string number, expiry, cvc, name;
  std::string alert;                          ///< About the card as a whole.
  std::map<std::string, std::string> errors;  ///< By field name: what to say beside it.

  static CardForm of(const net::Query& pairs);
  /// The card, or nothing with `errors` filled. The security code is checked and forgotten: nobody
  /// may keep it (PCI DSS 3.3.1.2).
  std::optional<Card> read(Timestamp now);
  /// The form again. Number and security code are never sent back.
  std::string html() const;
};

}  // namespace pps::paysim
