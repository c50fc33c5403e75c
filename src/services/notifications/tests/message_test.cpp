#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "runtime/loop.hpp"
#include "runtime/sync.hpp"
#include "services/notifications/templates.hpp"
#include "services/notifications/transport.hpp"

namespace pps::notifications {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Templates, fill_in_values_once) {
  const auto text =
      fill_template("verify_email", {{"name", "Ada {link}"}, {"link", "https://shop/x"}});
  ASSERT_TRUE(text.has_value());
  EXPECT_EQ(text->subject, "Confirm your e-mail address");
  EXPECT_THAT(text->body, HasSubstr("Hello Ada {link},\n"));
  EXPECT_THAT(text->body, HasSubstr("\n\nhttps://shop/x\n"));
}

TEST(Templates, name_what_is_missing) {
  EXPECT_EQ(fill_template("unknown", {}).error().code, "template.unknown");
  EXPECT_EQ(fill_template("", {}).error().code, "template.unknown");
  const auto missing = fill_template("verify_email", {{"name", "Ada"}});
  EXPECT_EQ(missing.error().code, "template.value_missing");
  EXPECT_THAT(missing.error().detail, HasSubstr("link"));
}

TEST(Templates, need_no_more_than_their_senders_give) {
  const std::map<std::string, std::string> account{{"name", "a"}, {"link", "b"}};
  for (const char* name : {"verify_email", "email_known"})
    EXPECT_TRUE(fill_template(name, account).has_value()) << name;
  const std::map<std::string, std::string> purchase{
      {"name", "a"}, {"order", "b"}, {"total", "c"}, {"reason", "d"}, {"link", "e"}, {"refunded", "f"}};
  for (const char* name :
       {"purchase_accepted", "purchase_completed", "purchase_completed_in_part", "purchase_refunded", "purchase_failed",
        "purchase_cancelled"})
    EXPECT_TRUE(fill_template(name, purchase).has_value()) << name;
}

std::string compose(std::string to, Text text) {
  return compose_message("mail-1", "shop@example.com", to, text,
                         from_unix_us(1'767'225'600'000'000));
}

TEST(Message, is_what_rfc_5322_asks) {
  EXPECT_EQ(
      compose("ada@example.com", {"Hello", "one\ntwo\n"}),
      "Date: Thu, 01 Jan 2026 00:00:00 +0000\r\nFrom: shop@example.com\r\nTo: ada@example.com\r\n"
      "Message-ID: <mail-1@example.com>\r\nSubject: Hello\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
      "8bit\r\n\r\none\r\ntwo\r\n");
}

TEST(Message, lets_no_value_start_a_header) {
  const std::string message =
      compose("ada@example.com\r\nBcc: eve@example.com", {"Hello\r\nX-Evil: 1\nY: 2", "body\n"});
  const std::string head = message.substr(0, message.find("\r\n\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("\nBcc:")));
  EXPECT_THAT(head, Not(HasSubstr("\nX-Evil:")));
  EXPECT_THAT(head, Not(HasSubstr("\nY:")));
  EXPECT_EQ(std::ranges::count(head, '\n'), 7);
}

TEST(Message, encodes_a_subject_that_is_not_ascii) {
  EXPECT_THAT(compose("a@b", {"Gr\u00fc\u00dfe = 1?", ""}),
              HasSubstr("Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe=20=3D=201=3F?=\r\n"));
}

TEST(Smtp, tells_what_is_refused_for_good) {
  for (const long reply : {500, 501, 550, 552, 554}) EXPECT_TRUE(refuses_for_good(reply)) << reply;
  for (const long reply : {0, 250, 421, 450, 451, 452, 530, 535}) EXPECT_FALSE(refuses_for_good(reply)) << reply;
}

TEST(Smtp, asks_for_tls_except_on_loopback) {
  for (const char* url :
       {"smtp://localhost:25", "smtp://127.0.0.1", "smtps://127.9.9.9:465", "smtp://[::1]:2525"})
    EXPECT_FALSE(requires_tls(url)) << url;
  for (const char* url :
       {"smtp://mail.example.com", "smtp://localhost.example.com", "smtp://127.example.com",
        "smtp://mail.example.com//127.0.0.1", "smtp://localhost@mail.example.com",
        "smtp://[::1:2]:25", "nonsense//localhost"})
    EXPECT_TRUE(requires_tls(url)) << url;
}

struct Folder {
  std::filesystem::path path = std::filesystem::path(::testing::TempDir()) / "pps_maildir_test";
  Folder() { std::filesystem::remove_all(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

Result<void> deliver_for_real(const std::string& dir, std::string id, Text text) {
  runtime::Loop loop;
  const auto transport = make_maildir(loop.runtime(), dir, "shop@example.com");
  Result<void> out;
  auto run = [](runtime::Loop& on, std::shared_ptr<Transport> by, std::string name, Text what,
                Result<void>& result) -> boost::asio::awaitable<void> {
    std::string to = "ada@example.com";
    result = co_await by->deliver(std::move(name), std::move(to), std::move(what));
    on.stop();
  };
  runtime::spawn(loop.runtime().executor,
                 run(loop, transport, std::move(id), std::move(text), out));
  loop.run();
  return out;
}

TEST(Maildir, holds_each_mail_once) {
  const Folder folder;
  ASSERT_TRUE(deliver_for_real(folder.path / "mail", "one", {"Hello", "body\n"}).has_value());
  ASSERT_TRUE(deliver_for_real(folder.path / "mail", "one", {"Hello", "body\n"}).has_value());
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path / "mail/new"))
    files.push_back(entry.path());
  ASSERT_EQ(files.size(), 1u);
  std::ifstream in(files[0]);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  EXPECT_THAT(text, HasSubstr("Subject: Hello\r\n"));
  EXPECT_TRUE(std::filesystem::is_directory(folder.path / "mail/cur"));
  EXPECT_TRUE(std::filesystem::is_directory(folder.path / "mail/tmp"));
}

TEST(Maildir, writes_where_no_reader_looks) {
  const Folder folder;
  std::filesystem::create_directories(folder.path / "mail/tmp/one.pps");  // in the way of the unfinished mail
  EXPECT_FALSE(deliver_for_real(folder.path / "mail", "one", {"Hello", "body\n"}).has_value());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path / "mail/new"));
  std::filesystem::remove(folder.path / "mail/tmp/one.pps");
  EXPECT_TRUE(deliver_for_real(folder.path / "mail", "one", {"Hello", "body\n"}).has_value());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path / "mail/tmp"));
}

TEST(Maildir, says_when_it_cannot_write) {
  const Folder folder;
  std::filesystem::create_directories(folder.path);
  std::ofstream(folder.path / "mail") << "a file in the way";
  const Result<void> refused = deliver_for_real(folder.path / "mail", "one", {"Hello", "body\n"});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
}

}  // namespace
}  // namespace pps::notifications
