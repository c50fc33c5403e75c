#include "services/gateway/http_stream.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "net/sse.hpp"
#include "services/gateway/json.hpp"

namespace pps::gateway {

namespace {
/// What a poll may take beyond its wait.
constexpr Duration kGrace = std::chrono::seconds(10);
/// Steps that follow each other quickly are told together: no eye can tell them apart, and each message costs a packet.
constexpr Duration kGather = std::chrono::milliseconds(20);

std::int64_t highest_seq(const orchestrator::Purchase& purchase) {
  return purchase.timeline.empty() ? 0 : purchase.timeline.back().seq;
}
}  // namespace

PurchaseStream::PurchaseStream(Setting setting, orchestrator::PurchaseRequest purchase,
                               std::optional<std::int64_t> last_seen, std::int64_t token_ends_at_us)
    : setting_(std::move(setting)), purchase_(purchase), seen_(last_seen), token_ends_at_us_(token_ends_at_us),
      asked_(setting_.runtime.clock.monotonic()) {}

bool PurchaseStream::has_token_ended() const {
  return token_ends_at_us_ > 0 && to_unix_us(setting_.runtime.clock.now()) >= token_ends_at_us_;
}

Task<bool> PurchaseStream::is_revoked() {
  const Duration now = setting_.runtime.clock.monotonic();
  if (now < asked_ + setting_.heartbeat) co_return false;
  asked_ = now;
  Context context;
  context.deadline = now + kGrace;
  const Result<net::Principal> known = co_await setting_.authenticate(context, setting_.token);
  co_return !known && known.error().kind == ErrorKind::unauthenticated;
}

Task<orchestrator::EventsReply> PurchaseStream::poll(Duration wait, bool first) {
  orchestrator::EventsRequest request{purchase_, seen_.value_or(0), wait.count(), first, first ? 0 : kGather.count()};
  Context context;
  context.deadline = setting_.runtime.clock.monotonic() + wait + kGrace;
  return setting_.api->events(context, request);
}

Task<void> PurchaseStream::begin() {
  Result<orchestrator::EventsReply> reply = co_await poll(Duration(0), true);
  if (!reply) co_return fail(std::move(reply).error());
  if (seen_ && *seen_ > highest_seq(reply->purchase)) seen_.reset();
  if (!seen_) {
    const std::int64_t seq = highest_seq(reply->purchase);
    first_ = net::sse_event(std::to_string(seq), "snapshot", boost::json::serialize(to_json::purchase(reply->purchase)));
    seen_ = seq;
    reply->entries.clear();
  }
  std::string rest = write(*reply);
  first_ = first_.value_or("") + rest;
  if (first_->empty()) first_ = std::string(net::kSseHeartbeat);
  co_return Result<void>{};
}

std::string PurchaseStream::write(const orchestrator::EventsReply& reply) {
  std::string out;
  for (const auto& entry : reply.entries) {
    out += net::sse_event(std::to_string(entry.seq), "timeline", boost::json::serialize(to_json::timeline_entry(entry)));
    seen_ = entry.seq;
  }
  if (reply.final) {
    out += net::sse_event({}, "end", "{}");
    over_ = true;
  }
  return out;
}

Task<std::optional<std::string>> PurchaseStream::next() {
  if (closed_) co_return std::nullopt;
  if (first_) co_return std::exchange(first_, std::nullopt);
  if (over_) co_return std::nullopt;
  Duration wait = setting_.heartbeat;
  if (token_ends_at_us_ > 0)
    wait = std::clamp(Duration(token_ends_at_us_ - to_unix_us(setting_.runtime.clock.now())), Duration(0), wait);
  bool ended = has_token_ended();
  if (!ended) {
    Result<orchestrator::EventsReply> reply = co_await poll(wait, false);
    if (closed_) co_return std::nullopt;
    if (!reply) co_return fail(std::move(reply).error());
    // What came after the session was ended is not its business.
    const Result<bool> revoked = co_await is_revoked();
    ended = *revoked;
    std::string text = ended ? std::string() : write(*reply);
    if (!text.empty()) co_return text;
    ended = ended || has_token_ended();
  }
  if (!ended) co_return std::string(net::kSseHeartbeat);
  over_ = true;
  co_return net::sse_event({}, "reauthenticate", "{}");
}

}  // namespace pps::gateway
