#include "services/notifications/transport.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/format.h>

#include <cstring>

#include "runtime/files.hpp"
#include "runtime/sync.hpp"

namespace pps::notifications {

namespace {
std::string header_safe(
    std::string text) {  // a line break in a value must not start a header of its own
  std::erase_if(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
  return text;
}

std::string encoded_word(const std::string& text) {  // RFC 2047, Q
  if (std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 127; })) return text;
  std::string out = "=?UTF-8?Q?";
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += plain ? std::string(1, c) : fmt::format("={:02X}", static_cast<unsigned char>(c));
  }
  return out + "?=";
}

std::string rfc5322_date(Timestamp at) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(at - day));
  return fmt::format(
      "{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000", kDays[std::chrono::weekday(day).c_encoding()],
      static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
      time.seconds().count());
}

Result<void> write_synced(const std::string& dir, const std::string& name,
                          const std::string& message) {
  for (const auto* part : {"/tmp", "/new", "/cur"}) {
    Result<void> made = runtime::make_folder(dir + part);
    if (!made) return made;
  }
  return runtime::replace_file(dir + "/new/" + name, message, dir + "/tmp/" + name);
}

class Maildir final : public Transport {
 public:
  Maildir(runtime::Runtime& runtime, std::string dir, std::string sender)
      : runtime_(runtime), dir_(std::move(dir)), sender_(std::move(sender)) {}
  Task<void> deliver(std::string id, std::string to, Text text) override {
    std::string message = compose_message(id, sender_, to, text, runtime_.clock.now());
    std::function<Result<void>()> work = [dir = dir_, name = id + ".pps",
                                          message = std::move(message)] {
      return write_synced(dir, name, message);
    };
    co_return co_await runtime::run_on<void>(runtime_, runtime_.mail_pool, std::move(work));
  }

 private:
  runtime::Runtime& runtime_;
  std::string dir_, sender_;
};

struct Upload {
  const std::string& message;
  std::size_t at = 0;
};

std::size_t read_upload(char* out, std::size_t size, std::size_t count, void* state) {
  auto& upload = *static_cast<Upload*>(state);
  const std::size_t give = std::min(size * count, upload.message.size() - upload.at);
  std::memcpy(out, upload.message.data() + upload.at, give);
  upload.at += give;
  return give;
}

Result<void> send_by_smtp(const SmtpOptions& options, const std::string& to,
                          const std::string& message) {
  // Kept by each thread of the pool, so that the connection to the server is, too.
  thread_local const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
  curl_easy_reset(curl.get());
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> recipients(
      curl_slist_append(nullptr, ("<" + to + ">").c_str()), &curl_slist_free_all);
  Upload upload{message};
  const std::string from = "<" + options.sender + ">";
  curl_easy_setopt(curl.get(), CURLOPT_URL, options.url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_USE_SSL,
                   requires_tls(options.url) ? CURLUSESSL_ALL : CURLUSESSL_TRY);
  if (!options.user.empty()) {
    curl_easy_setopt(curl.get(), CURLOPT_USERNAME, options.user.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_PASSWORD, options.password.c_str());
  }
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_FROM, from.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(curl.get(), CURLOPT_READFUNCTION, &read_upload);
  curl_easy_setopt(curl.get(), CURLOPT_READDATA, &upload);
  curl_easy_setopt(curl.get(), CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, 30L);
  const CURLcode status = curl_easy_perform(curl.get());
  if (status == CURLE_OK) return {};
  long reply = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &reply);
  std::string why = fmt::format("{}, the last reply was {}", curl_easy_strerror(status), reply);
  if (refuses_for_good(status == CURLE_LOGIN_DENIED ? 535 : reply))
    return fail(ErrorKind::invalid, "smtp.refused", std::move(why));
  return fail(ErrorKind::unknown_outcome, "smtp.failed", std::move(why));
}

class Smtp final : public Transport {
 public:
  Smtp(runtime::Runtime& runtime, SmtpOptions options)
      : runtime_(runtime), options_(std::move(options)) {}
  Task<void> deliver(std::string id, std::string to, Text text) override {
    std::string message = compose_message(id, options_.sender, to, text, runtime_.clock.now());
    std::function<Result<void>()> work = [options = options_, to, message = std::move(message)] {
      return send_by_smtp(options, to, message);
    };
    co_return co_await runtime::run_on<void>(runtime_, runtime_.mail_pool, std::move(work));
  }

 private:
  runtime::Runtime& runtime_;
  SmtpOptions options_;
};
}  // namespace

bool refuses_for_good(long reply) {
  const bool about_us = reply == 530 || reply == 534 || reply == 535 || reply == 538;
  return reply >= 500 && reply < 600 && !about_us;
}

bool requires_tls(const std::string& smtp_url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), &curl_url_cleanup);
  char* text = nullptr;
  if (curl_url_set(parsed.get(), CURLUPART_URL, smtp_url.c_str(), CURLU_NON_SUPPORT_SCHEME) !=
          CURLUE_OK ||
      curl_url_get(parsed.get(), CURLUPART_HOST, &text, 0) != CURLUE_OK)
    return true;
  const std::unique_ptr<char, decltype(&curl_free)> owned(text, &curl_free);
  const std::string host(text);
  in_addr address{};
  const bool loopback_v4 =
      inet_pton(AF_INET, text, &address) == 1 && (ntohl(address.s_addr) >> 24) == 127;
  return !loopback_v4 && host != "localhost" && host != "[::1]";
}

std::string compose_message(const std::string& id, const std::string& sender, const std::string& to,
                            const Text& text, Timestamp at) {
  std::string body;
  for (const char c : text.body) body += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const auto domain = sender.substr(sender.find('@') + 1);
  return fmt::format(
      "Date: {}\r\nFrom: {}\r\nTo: {}\r\nMessage-ID: <{}@{}>\r\nSubject: {}\r\nMIME-Version: "
      "1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}",
      rfc5322_date(at), sender, header_safe(to), id, domain,
      encoded_word(header_safe(text.subject)), body);
}

std::shared_ptr<Transport> make_maildir(runtime::Runtime& runtime, std::string dir,
                                        std::string sender) {
  return std::make_shared<Maildir>(runtime, std::move(dir), std::move(sender));
}

std::shared_ptr<Transport> make_smtp(runtime::Runtime& runtime, SmtpOptions options) {
  return std::make_shared<Smtp>(runtime, std::move(options));
}

}  // namespace pps::notifications
