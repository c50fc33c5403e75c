#pragma once

#include <string>

#include "app/modules.hpp"

namespace pps::app {

/// What commands ask of a data folder, one JSON object a line: over the folder's socket when a
/// server owns it, else in the command's own process. Answers one JSON object: `{"ok": …}` or
/// `{"error": {code, detail}}`.
///
///     {"op": "user.import", "email", "password", "name", "roles"}      {"op": "user.token",
///     "email"}
///     {"op": "user.list", "cursor"}                                     {"op": "client.add",
///     "client_id", "scopes"}
///     {"op": "catalogue.appstream", "folder"}                           {"op": "stock.receive",
///     "sku", "quantity", "key"}
///     {"op": "routes"}
boost::asio::awaitable<std::string> perform(runtime::Runtime& runtime, const Apis& apis,
                                            std::string line);

/// The socket in a data folder through which a server takes commands.
inline std::string control_socket(const std::string& data) { return data + "/control.sock"; }

}  // namespace pps::app
