#include "services/notifications/service.hpp"

#include "runtime/log.hpp"
#include "runtime/metrics.hpp"
#include "runtime/sync.hpp"
#include "services/notifications/templates.hpp"
#include "storage/keys.hpp"

namespace pps::notifications {

namespace {
storage::RowKey key_of(std::uint64_t seq) {
  return {MailRow::kKind, storage::KeyWriter().u64(seq).take()};
}

// The id becomes a file's name and a header, the address a line of SMTP.
Result<void> check_envelope(const std::string& id, const std::string& to) {
  const bool plain_id = !id.empty() && id.size() <= 200 && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
  if (!plain_id)
    return fail(ErrorKind::invalid, "mail.id", "1 to 200 characters of A-Z a-z 0-9 - _");
  const bool plain_to =
      to.size() >= 3 && to.size() <= 254 && to.find('@') != std::string::npos &&
      std::ranges::none_of(to, [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || c == '\x7f' || c == '<' || c == '>';
      });
  if (!plain_to)
    return fail(ErrorKind::invalid, "mail.to", "one e-mail address, at most 254 characters");
  return {};
}
/// Longer than any event can be told again.
constexpr std::int64_t kSentKept_s = 90ll * 86'400;
/// Mails being handed over; the others wait in order, and no pool is asked for more than it takes.
constexpr std::size_t kMostAtOnce = 8;
constexpr auto kFirstRetry = std::chrono::seconds(1);
constexpr auto kLastRetry = std::chrono::minutes(10);
/// RFC 5321, 4.5.4.1: "generally needs to be at least 4-5 days".
constexpr Duration kGiveUpAfter = std::chrono::days(5);

metrics::Counter& ended(const char* outcome) {
  return metrics::counter("pps_mails_total", "Mails that left the queue.", {{"outcome", outcome}});
}
}  // namespace

NotificationsService::NotificationsService(Dependencies dependencies)
    : deps_(std::move(dependencies)),
      handing_over_(kMostAtOnce),
      host_(deps_.runtime, *deps_.table, storage::ShardAddress{&kLive, "notifications", 0},
            [this](std::shared_ptr<storage::Shard> shard) { return load(std::move(shard)); }) {}

Task<void> NotificationsService::start() {
  Result<std::shared_ptr<Outgoing>> opened = co_await host_.use();
  if (!opened) co_return fail(std::move(opened).error());
  co_return Result<void>{};
}

Task<std::shared_ptr<Outgoing>> NotificationsService::load(std::shared_ptr<storage::Shard> shard) {
  auto outgoing = std::make_shared<Outgoing>();
  outgoing->shard = shard;
  outgoing->next = std::max<std::uint64_t>(1, shard->mark("mails"));
  storage::ScanQuery query{.family = &kLive,
                           .partition = shard->address().partition(),
                           .kind = MailRow::kKind,
                           .from = key_of(outgoing->next).key,
                           .limit = 1000};
  for (bool more = true; more;) {
    Result<storage::ScanPage> page = co_await shard->table().scan(query);
    if (!page) co_return fail(std::move(page).error());
    for (const auto& row : page->rows) {
      Result<MailRow> mail = storage::decode_row<MailRow>(row.body);
      if (!mail) co_return fail(std::move(mail).error());
      outgoing->next = mail->seq + 1;
      outgoing->by_id[mail->id] = mail->seq;
      outgoing->waiting.emplace(mail->seq, std::move(*mail));
    }
    more = page->more;
    if (more) query.from = page->rows.back().at.key + '\0';
  }
  if (!deps_.delivers) co_return outgoing;
  for (const auto& [seq, row] : outgoing->waiting)
    runtime::spawn(deps_.runtime.executor, deliver(this, outgoing, seq));
  co_return outgoing;
}

Task<bool> NotificationsService::was_sent(std::string id) {
  storage::RowKey at{SentRow::kKind, {}};
  Result<std::optional<storage::Row>> row =
      co_await deps_.table->find(kSent, std::move(id), std::move(at));
  if (!row) co_return fail(std::move(row).error());
  co_return row->has_value();
}

// A mail leaves `by_id` only after its note is written: unless one left while the note was looked
// for, what is in neither was never asked for.
Task<bool> NotificationsService::is_known(std::shared_ptr<Outgoing> outgoing, std::string id) {
  for (;;) {
    const std::uint64_t delivered = outgoing->delivered;
    if (outgoing->by_id.contains(id)) co_return true;
    Result<bool> sent = co_await was_sent(id);
    if (!sent || *sent || outgoing->delivered == delivered) co_return sent;
  }
}

Task<MailReply> NotificationsService::send(Context, Mail mail) {
  Result<void> good = check_envelope(mail.id, mail.to);
  if (!good) co_return fail(std::move(good).error());
  Result<Text> text = fill_template(mail.template_name, mail.values);
  if (!text) co_return fail(std::move(text).error());
  Result<std::shared_ptr<Outgoing>> outgoing = co_await host_.use();
  if (!outgoing) co_return fail(std::move(outgoing).error());
  Result<bool> known = co_await is_known(*outgoing, mail.id);
  if (!known) co_return fail(std::move(known).error());
  Outgoing& memory = **outgoing;
  if (*known && !memory.by_id.contains(mail.id)) co_return MailReply{true};
  const bool fresh = !memory.by_id.contains(mail.id);
  const std::uint64_t seq = fresh ? memory.next++ : memory.by_id.at(mail.id);
  if (fresh) {
    MailRow row{.seq = seq,
                .id = mail.id,
                .template_name = mail.template_name,
                .locale = mail.locale,
                .sealed_to = deps_.ring->seal("mail.to" + mail.id, mail.to),
                .sealed_values = deps_.ring->seal("mail.values" + mail.id,
                                                  storage::encode_row(MailValues{mail.values})),
                .asked_us = to_unix_us(deps_.runtime.clock.now())};
    storage::Decision decision;
    decision.mutations.emplace_back(storage::Put{{key_of(seq), 1, storage::encode_row(row)}});
    memory.by_id[mail.id] = seq;
    memory.waiting.emplace(seq, std::move(row));
    memory.shard->enqueue(std::move(decision));
  }
  Result<void> durable = co_await memory.shard->flush();
  if (!durable) co_return fail(std::move(durable).error());
  if (fresh && deps_.delivers) runtime::spawn(deps_.runtime.executor, deliver(this, *outgoing, seq));
  co_return MailReply{true};
}

boost::asio::awaitable<void> NotificationsService::deliver(NotificationsService* self,
                                                           std::shared_ptr<Outgoing> outgoing,
                                                           std::uint64_t seq) {
  Duration wait = kFirstRetry;
  std::optional<std::string> given_up;  ///< Empty: it was handed over. Absent: neither yet.
  const std::int64_t begun_us = to_unix_us(self->deps_.runtime.clock.now());
  while (!outgoing->shard->broken()) {
    const auto it = outgoing->waiting.find(seq);
    if (it == outgoing->waiting.end()) co_return;
    const MailRow row = it->second;
    Result<void> done;
    if (!given_up) {
      // It may have gone out before a restart, with its note written and its row not yet erased.
      Result<bool> sent = co_await self->was_sent(row.id);
      if (!sent) done = fail(std::move(sent).error());
      if (sent && !*sent) {
        co_await self->handing_over_.acquire();
        done = co_await self->hand_over(row);
        self->handing_over_.release();
      }
      const std::int64_t since_us = row.asked_us ? row.asked_us : begun_us;
      if (done) given_up = "";
      else given_up = self->reason_to_give_up(done.error(), since_us);
    }
    if (given_up) done = co_await self->forget(outgoing, seq, *given_up);
    if (done) co_return;
    log::warn("mail.not_delivered", {{"mail", row.id}, {"code", done.error().code}, {"error", done.error().detail}});
    co_await runtime::sleep_for(self->deps_.runtime, wait);
    wait = std::min<Duration>(wait * 2, kLastRetry);
  }
}

std::optional<std::string> NotificationsService::reason_to_give_up(const Error& error, std::int64_t since_us) const {
  const std::int64_t waited_us = to_unix_us(deps_.runtime.clock.now()) - since_us;
  if (error.kind == ErrorKind::invalid || waited_us >= kGiveUpAfter.count()) return error.code + ": " + error.detail;
  return std::nullopt;
}

Task<void> NotificationsService::hand_over(MailRow row) {
  Result<std::string> to = deps_.ring->open_sealed("mail.to" + row.id, row.sealed_to);
  if (!to) co_return fail(std::move(to).error());
  Result<std::string> opened = deps_.ring->open_sealed("mail.values" + row.id, row.sealed_values);
  if (!opened) co_return fail(std::move(opened).error());
  Result<MailValues> values = storage::decode_row<MailValues>(*opened);
  if (!values) co_return fail(std::move(values).error());
  Result<Text> text = fill_template(row.template_name, values->values);
  if (!text) co_return fail(std::move(text).error());
  co_return co_await deps_.transport->deliver(row.id, *to, std::move(*text));
}

Task<void> NotificationsService::forget(std::shared_ptr<Outgoing> outgoing, std::uint64_t seq, std::string given_up) {
  const std::string id = outgoing->waiting.at(seq).id;
  const SentRow sent{.at_us = to_unix_us(deps_.runtime.clock.now()), .given_up = given_up};
  std::vector<storage::ViewWrite> writes{
      {&kSent, id, {{SentRow::kKind, {}}, 1, storage::encode_row(sent), sent.at_us / 1'000'000 + kSentKept_s}}};
  Result<void> noted = co_await deps_.table->write_views(std::move(writes));
  if (!noted) co_return noted;
  if (!given_up.empty()) log::error("mail.given_up", {{"mail", id}, {"reason", given_up}});
  ended(given_up.empty() ? "sent" : "given_up").add();
  ++outgoing->delivered;
  outgoing->waiting.erase(seq);
  outgoing->by_id.erase(id);
  storage::Decision decision;
  decision.mutations.emplace_back(storage::Erase{key_of(seq)});
  outgoing->shard->set_mark(
      "mails", outgoing->waiting.empty() ? outgoing->next : outgoing->waiting.begin()->first);
  outgoing->shard->enqueue(std::move(decision));
  co_return co_await outgoing->shard->flush();
}

}  // namespace pps::notifications
