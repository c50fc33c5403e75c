#pragma once

#include <functional>

#include "net/client.hpp"
#include "simulators/common/rules.hpp"

namespace pps::simulators {

/// What the line does to one request on its way to a model. All fields together describe one
/// request.
struct LineFate {
  Duration before{};          ///< The request arrives this much later.
  Duration after{};           ///< The answer arrives this much later.
  bool lose_request = false;  ///< Never arrives: `unknown_outcome`.
  bool refuse = false;        ///< Surely not sent: `unavailable`.
  bool lose_answer = false;   ///< Done, but no answer: `unknown_outcome`.
  bool twice = false;  ///< Arrives a second time (a proxy's repeat); the first answer is given.
  Mishap mishap = Mishap::none;
};

/// An HttpClient whose other end is a model in the same memory, over a line that can lose, delay
/// and double. For unit tests and the whole-system simulation. Loop-confined; model and store must
/// outlive it.
class ModelClient final : public net::HttpClient {
 public:
  using Decide = std::function<LineFate(const net::ClientRequest&)>;
  /// @param decide asked once per request; without it the line is perfect.
  /// @param answer_timeout how long the caller waits before a lost request or answer is
  /// `unknown_outcome`.
  ModelClient(runtime::Runtime& runtime, Rules& rules, Store& store, Decide decide = {},
              Duration answer_timeout = std::chrono::seconds(2));
  Task<net::ClientResponse> send(Context context, net::ClientRequest request) override;

 private:
  net::Response arrive(const net::ClientRequest& request, Mishap mishap);
  Duration patience(const Context& context) const;

  runtime::Runtime& runtime_;
  Rules& rules_;
  Store& store_;
  Decide decide_;
  Duration answer_timeout_;
};

/// The request as a server would see it: path and query decoded.
net::Request received(const net::ClientRequest& request);

}  // namespace pps::simulators
