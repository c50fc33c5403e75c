#pragma once

#include <string>

namespace pps::net {

/// A certificate authority of the test's own, and a server's certificate of it, as PEM files.
struct Certificates {
  /// @param folder must exist. @param host a DNS name or an IPv4 address for the subjectAltName.
  Certificates(const std::string& folder, const std::string& host);
  std::string ca_file;
  std::string chain_file;
  std::string key_file;
};

}  // namespace pps::net
