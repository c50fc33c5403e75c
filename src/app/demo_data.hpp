#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace pps::app {

struct DemoAccount {
  const char *email, *password, *name, *purpose;
  std::vector<const char*> roles;
};
const std::vector<DemoAccount>& demo_accounts();

/// Accounts, the catalogue and the stock of its boxed copies; what is there already is left as it
/// is.
/// @param data PPS's folder, whose server runs. @param catalogue as DemoOptions::catalogue.
Result<void> fill_demo(const std::string& data, const std::string& catalogue);

std::string random_token();  ///< 24 random bytes in hexadecimal.
std::string absolute_path(const std::string& path);

}  // namespace pps::app
