#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/owner.hpp"
#include "base/result.hpp"

/// The commands of `pps`, without the reading of their arguments. Each returns the exit status: 0
/// done, 1 failed (said on standard error), 2 refused before anything was done.
namespace pps::app {

struct ServeOptions {
  std::optional<std::string> config;
  std::vector<std::string> overrides;  ///< "key=value"
};
int serve(const ServeOptions& options);

struct DemoOptions {
  std::string data = "data/demo";
  std::uint16_t port = 8080, paysim_port = 8081, fulfilment_port = 8082;
  std::string
      catalogue;  ///< Folder of the catalogue; empty: beside the program; "none": no products.
  bool json = false;
  std::vector<std::string> overrides;
};
int demo(const DemoOptions& options);

int import_users(DataFolder data, const std::string& file);
int print_tokens(DataFolder data, const std::string& email, bool all);
int unlock_user(DataFolder data, const std::string& email);
int add_client(DataFolder data, const std::string& id, const std::vector<std::string>& scopes);
/// Prints what the public listener answers: a line `METHOD PATTERN OPERATION SCOPE` each, `-` without a token, `*`
/// with any.
int print_routes(DataFolder data);
/// @param format as catalogue::ImportBegin has it. Prints how far it is to standard error, refused rows and the counts to standard output.
/// 0 if nothing was refused.
int import_file(DataFolder data, const std::string& format, const std::string& file, bool dry_run);
/// Builds the search index anew and waits for it; prints how far it is as import_file does.
int reindex(DataFolder data);
int import_appstream(DataFolder data, const std::string& folder, bool dry_run);

}  // namespace pps::app
