#pragma once

#include <string>
#include <string_view>

#include "net/http.hpp"

namespace pps::paysim {

/// For text and for attribute values in double quotes.
std::string escape_html(std::string_view text);

/// A whole page. @param title plain text. @param body HTML. @param leads_to a URL that a form of
/// the page may lead to by a redirect: its origin is let through by the content security policy;
/// may be empty.
net::Response page(int status, std::string_view title, std::string_view body,
                   std::string_view leads_to = {});
/// 303, never kept.
net::Response see_other(std::string url);
net::Response style_sheet();

}  // namespace pps::paysim
