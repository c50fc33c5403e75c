#include "simulators/paysim/page_frame.hpp"

#include <algorithm>

namespace pps::paysim {

namespace {

constexpr std::string_view kStyle = R"(:root {
  color-scheme: light dark;
  --ground: #f4f5f8; --sheet: #ffffff; --ink: #1b1f2a; --soft: #5a6274; --line: #c3c9d6; --edge: #7b8498;
  --accent: #4338ca; --on-accent: #ffffff; --bad: #b3261e; --bad-ground: #fdeceb; --good: #14713d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12141b; --sheet: #1c1f29; --ink: #eceef4; --soft: #a4acbd; --line: #3a4052; --edge: #7c859c;
    --accent: #a5b0ff; --on-accent: #15172a; --bad: #ffb4ab; --bad-ground: #3b1c1b; --good: #7fdba4;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh; display: flex; flex-direction: column;
  background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
header {
  padding: 1rem clamp(1rem, 4vw, 2.5rem); display: flex; gap: .75rem; align-items: center; font-weight: 650;
}
header span {
  font-size: .75rem; font-weight: 600; letter-spacing: .02em; padding: .1rem .6rem; border-radius: 99rem;
  border: 1px solid var(--line); color: var(--soft);
}
main { width: 100%; max-width: 29rem; margin: auto; padding: 1rem clamp(1rem, 4vw, 1.5rem) 4rem; }
section {
  background: var(--sheet); border: 1px solid var(--line); border-radius: 1rem;
  padding: clamp(1.25rem, 5vw, 2rem); box-shadow: 0 .5rem 2rem rgb(0 0 0 / .06);
}
h1 { margin: 0 0 .25rem; font-size: 1.4rem; line-height: 1.25; text-wrap: balance; }
p { margin: 0 0 1rem; color: var(--soft); }
dl { display: grid; grid-template-columns: auto 1fr; gap: .35rem 1rem; margin: 0 0 1.5rem; }
dt { color: var(--soft); }
dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
form { display: grid; gap: 1rem; }
.pair { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); align-items: start; }
label { display: block; font-weight: 600; margin-bottom: .3rem; }
input {
  width: 100%; min-height: 2.9rem; padding: .5rem .8rem; font: inherit; color: inherit; background: var(--sheet);
  border: 1px solid var(--edge); border-radius: .6rem; font-variant-numeric: tabular-nums;
}
input::placeholder { color: var(--soft); opacity: 1; }
input[aria-invalid] { border-color: var(--bad); }
.wrong { margin: .3rem 0 0; color: var(--bad); font-size: .92rem; }
.alert { margin: 0 0 1rem; padding: .7rem .9rem; border-radius: .6rem; color: var(--bad); background: var(--bad-ground); }
.good { color: var(--good); }
button {
  min-height: 3rem; padding: .6rem 1rem; font: inherit; font-weight: 650; cursor: pointer; border-radius: .6rem;
  border: 1px solid var(--accent); background: var(--accent); color: var(--on-accent);
}
button.second { background: transparent; color: var(--accent); }
button:hover { filter: brightness(1.08); }
a { color: var(--accent); }
.back { margin: 1.25rem 0 0; text-align: center; }
:is(input, button, a):focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
)";

// "https://shop.example:8443" of a URL; empty for what is not one, so that nothing else gets into
// the header.
std::string_view origin_of(std::string_view url) {
  const auto start = url.find("://");
  if (start == std::string_view::npos) return {};
  const std::string_view origin = url.substr(0, url.find_first_of("/?#", start + 3));
  const bool plain = std::all_of(origin.begin(), origin.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == ':' || c == '/' || c == '[' || c == ']';
  });
  return plain ? origin : std::string_view{};
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

net::Response page(int status, std::string_view title, std::string_view body,
                   std::string_view leads_to) {
  net::Response response;
  response.status = status;
  std::string html =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>";
  html += escape_html(title);
  html +=
      "</title>\n<link rel=\"stylesheet\" href=\"/c/style.css\">\n<link rel=\"icon\" "
      "href=\"data:,\">\n</head>\n"
      "<body>\n<header>Paysim <span>Test mode</span></header>\n<main>\n<section>\n";
  html += body;
  html += "</section>\n</main>\n</body>\n</html>\n";
  response.body = std::move(html);
  response.headers.set("Content-Type", "text/html; charset=utf-8");
  response.headers.set("Cache-Control", "no-store");
  // Browsers hold a form's redirect against form-action too.
  response.headers.set("Content-Security-Policy",
                       "default-src 'none'; style-src 'self'; img-src data:; form-action 'self' " +
                           std::string(origin_of(leads_to)) +
                           "; base-uri 'none'; frame-ancestors 'none'");
  response.headers.set("Referrer-Policy", "no-referrer");
  return response;
}

net::Response see_other(std::string url) {
  net::Response response = net::empty_response(303);
  response.headers.set("Location", std::move(url));
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("Referrer-Policy", "no-referrer");
  return response;
}

net::Response style_sheet() {
  net::Response response;
  response.body = std::string(kStyle);
  response.headers.set("Content-Type", "text/css; charset=utf-8");
  response.headers.set("Cache-Control", "max-age=300");
  return response;
}

}  // namespace pps::paysim
