#pragma once

#include <string>
#include <vector>

#include "net/http.hpp"

namespace pps::net {

struct StaticFilesOptions {
  std::string
      folder;  ///< As the page's build leaves it: index.html, assets/, and .br and .gz copies.
  /// Paths of others: nothing below them ever answers the page.
  std::vector<std::string> not_ours{"/api", "/oauth2", "/.well-known", "/internal"};
  std::size_t max_bytes = 64 << 20;  ///< Of all files together: they are kept in memory.
  bool hsts = false;                 ///< The origin is HTTPS only: browsers may remember that.
};

/// The web page, for Router::set_fallback: files are read now and served from memory, so nothing
/// that a request says can reach another file. Precompressed copies by Accept-Encoding; ETag and
/// 304; `/assets/*` immutable, the rest revalidated; any other path answers index.html, because the
/// page has addresses of its own. Carries the Content Security Policy that web/README.md states.
/// Errors: `not_found` `static.folder` (no index.html there), `too_large` `static.size`,
/// `unavailable` `static.read`.
Result<Handler> make_static_files(StaticFilesOptions options);

}  // namespace pps::net
