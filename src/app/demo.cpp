#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdio>

#include "app/commands.hpp"
#include "app/demo_data.hpp"
#include "app/operations.hpp"
#include "app/process.hpp"
#include "app/report.hpp"
#include "net/local_lines.hpp"
#include "runtime/files.hpp"
#include "security/jwt.hpp"

namespace pps::app {

namespace json = boost::json;

namespace {
struct Demo {
  DemoOptions options;
  std::string payment_key, webhook_secret;
  Child paysim, fulfilment, pps;
  std::vector<Child*> all() { return {&paysim, &fulfilment, &pps}; }
};

std::string local_url(std::uint16_t port) { return fmt::format("http://localhost:{}", port); }

// What the demo makes up once and keeps: the provider's key and the secret of its webhooks.
Result<void> read_secrets(Demo& demo) {
  const std::string path = demo.options.data + "/secrets";
  Result<std::string> kept = runtime::read_file(path, 1024);
  if (!kept && kept.error().kind != ErrorKind::not_found) return fail(std::move(kept).error());
  if (!kept) {
    kept = fmt::format("sk_test_{}\nwhsec_{}\n", random_token(), random_token());
    Result<void> written = runtime::replace_file(path, *kept);
    if (!written) return written;
  }
  const auto end = kept->find('\n');
  demo.payment_key = kept->substr(0, end);
  demo.webhook_secret = kept->substr(end + 1, kept->find('\n', end + 1) - end - 1);
  return {};
}

Result<void> write_config(const Demo& demo) {
  const auto& o = demo.options;
  const std::string here = runtime::program_folder();
  const std::string web = here + "/../../web/dist";
  std::string text = fmt::format(
      "# Written by `pps demo` at each start.\n"
      "data = \"{0}/pps\"\n\n[public]\nport = {1}\norigin = \"{2}\"\n\n"
      "[payment]\nprovider_url = \"http://127.0.0.1:{3}\"\nsecret_key = \"{4}\"\nwebhook_secret = "
      "\"{5}\"\n"
      "allow_test_tokens = true\n\n[fulfilment]\nurl = \"http://127.0.0.1:{6}\"\n",
      o.data, o.port, local_url(o.port), o.paysim_port, demo.payment_key, demo.webhook_secret,
      o.fulfilment_port);
  text += "\n[web]\n";
  if (runtime::file_exists(web + "/index.html")) text += fmt::format("folder = \"{}\"\n", web);
  if (runtime::file_exists(here + "/openapi.json"))
    text += fmt::format("openapi = \"{}/openapi.json\"\n", here);
  return runtime::replace_file(o.data + "/pps.toml", text);
}

void describe(Demo& demo) {
  const auto& o = demo.options;
  const std::string here = runtime::program_folder();
  demo.paysim = {"paysim",
                 {here + "/paysim", "--data", o.data + "/paysim", "--port",
                  std::to_string(o.paysim_port), "--key", demo.payment_key, "--webhook-url",
                  fmt::format("http://127.0.0.1:{}/webhooks/payment", o.port), "--webhook-secret",
                  demo.webhook_secret},
                 o.data + "/paysim"};
  demo.fulfilment = {"fulfilment",
                     {here + "/fulfilment", "--data", o.data + "/fulfilment", "--port",
                      std::to_string(o.fulfilment_port)},
                     o.data + "/fulfilment"};
  demo.pps = {"pps", {here + "/pps", "serve", "--config", o.data + "/pps.toml"}, o.data + "/pps"};
  for (const auto& override : o.overrides)
    demo.pps.arguments.insert(demo.pps.arguments.end(), {"--set", override});
}

// The server listens on its socket once everything else is ready.
Result<void> wait_until_ready(Demo& demo) {
  for (;;) {
    if (net::LocalLineClient::connect(control_socket(demo.pps.folder))) return {};
    for (Child* child : demo.all())
      if (!alive(*child))
        return fail(ErrorKind::unavailable, "process.ended",
                    child->name + " ended while it started; see " + child->folder + "/log");
    if (asked_to_end()) return fail(ErrorKind::unavailable, "process.interrupted", "interrupted");
    pause_ms(20);
  }
}

void print_ready(Demo& demo) {
  const auto& o = demo.options;
  json::array accounts;
  for (const auto& account : demo_accounts()) {
    json::array roles;
    for (const auto* role : account.roles) roles.emplace_back(role);
    accounts.push_back(
        {{"email", account.email}, {"password", account.password}, {"roles", std::move(roles)}});
  }
  if (o.json) {
    const json::value line{
        {"url", local_url(o.port)},
        {"paysim_url", local_url(o.paysim_port)},
        {"fulfilment_url", local_url(o.fulfilment_port)},
        {"paysim_key", demo.payment_key},
        {"pids",
         {{"pps", demo.pps.pid}, {"paysim", demo.paysim.pid}, {"fulfilment", demo.fulfilment.pid}}},
        {"data",
         {{"pps", demo.pps.folder},
          {"paysim", demo.paysim.folder},
          {"fulfilment", demo.fulfilment.folder}}},
        {"accounts", std::move(accounts)}};
    std::printf("%s\n", json::serialize(line).c_str());
  } else {
    std::printf(
        "\n  The shop              %s\n  Payment provider      %s\n  Fulfilment system     %s\n"
        "  Data is kept in       %s\n  Mail goes to          %s/mail/new\n\n  Accounts\n",
        local_url(o.port).c_str(), local_url(o.paysim_port).c_str(),
        local_url(o.fulfilment_port).c_str(), o.data.c_str(), demo.pps.folder.c_str());
    for (const auto& account : demo_accounts())
      std::printf("    %-22s %-26s %s\n", account.email, account.password, account.purpose);
    std::printf(
        "\n  Pay with card 4242 4242 4242 4242, any future date, any CVC. Ctrl-C ends all "
        "three.\n\n");
  }
  std::fflush(stdout);
}

// Until somebody asks to end, or (with --json) nothing of ours is left. A process that dies is
// started again, unless a program that asked for JSON watches: it wants to see what died.
void supervise(Demo& demo) {
  while (!asked_to_end()) {
    bool any = false;
    for (Child* child : demo.all()) {
      if (alive(*child)) {
        any = true;
      } else if (!demo.options.json) {
        std::fprintf(stderr, "%s ended; starting it again\n", child->name.c_str());
        (void)start(*child);
        any = true;
      }
    }
    if (!any) return;
    pause_ms(100);
  }
}

Result<void> run(Demo& demo) {
  Result<void> done = runtime::make_folder(demo.options.data);
  if (done) done = read_secrets(demo);
  if (done) done = write_config(demo);
  if (!done) return done;
  describe(demo);
  for (Child* child : demo.all()) {
    done = start(*child);
    if (!done) return done;
  }
  done = wait_until_ready(demo);
  if (done) done = fill_demo(demo.pps.folder, demo.options.catalogue);
  if (!done) return done;
  print_ready(demo);
  supervise(demo);
  return {};
}
}  // namespace

int demo(const DemoOptions& options) {
  config::clear_environment();  // the demo's processes have their configuration file, and nothing
                                // else
  watch_signals();
  Demo demo{options, {}, {}, {}, {}, {}};
  demo.options.data = absolute_path(options.data);
  const Result<void> done = run(demo);
  for (Child* child : {&demo.pps, &demo.paysim, &demo.fulfilment})
    if (child->pid > 0) end(*child, 15);
  if (!done) report(done.error());
  return done ? 0 : 1;
}

}  // namespace pps::app
