#include <unistd.h>

#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "app/commands.hpp"
#include "app/owner.hpp"
#include "app/report.hpp"

namespace pps::app {

namespace json = boost::json;

namespace {
Result<json::object> call(Owner& owner, json::object line) {
  Result<std::string> answer = owner.perform(json::serialize(line));
  if (!answer) return fail(std::move(answer).error());
  return json::parse(*answer).as_object();
}

// One user a line; the number of lines refused.
int import_lines(Owner& owner, std::istream& in) {
  int refused = 0;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.empty()) continue;
    boost::system::error_code error;
    json::value value = json::parse(line, error);
    Result<json::object> added =
        error || !value.is_object()
            ? Result<json::object>(fail(ErrorKind::malformed, "json.syntax", "not a JSON object"))
            : [&] {
                value.get_object()["op"] = "user.import";
                return call(owner, value.get_object());
              }();
    if (added) continue;
    ++refused;
    std::fprintf(stderr, "line %d: %s (%s)\n", number, added.error().detail.c_str(),
                 added.error().code.c_str());
  }
  std::fprintf(stderr, "%d users read, %d refused\n", number, refused);
  return refused == 0 ? 0 : 1;
}

Result<void> print_token(Owner& owner, const std::string& email) {
  Result<json::object> token = call(owner, {{"op", "user.token"}, {"email", email}});
  if (!token) return fail(std::move(token).error());
  std::printf("%s\n", token->at("access_token").as_string().c_str());
  return {};
}
}  // namespace

int import_users(DataFolder data, const std::string& file) {
  std::ifstream in(file);
  if (file != "-" && !in)
    return refuse({ErrorKind::not_found, "file.missing", file + " cannot be read"});
  Result<Owner> owner = Owner::find(std::move(data));
  if (!owner) return refuse(owner.error());
  return import_lines(*owner, file == "-" ? std::cin : in);
}

int print_tokens(DataFolder data, const std::string& email, bool all) {
  Result<Owner> owner = Owner::find(std::move(data));
  if (!owner) return refuse(owner.error());
  if (!all) {
    const Result<void> printed = print_token(*owner, email);
    return printed ? 0 : refuse(printed.error());
  }
  std::string cursor;
  do {
    Result<json::object> page = call(*owner, {{"op", "user.list"}, {"cursor", cursor}});
    if (!page) return refuse(page.error());
    for (const auto& user : page->at("items").as_array()) {
      const Result<void> printed = print_token(*owner, std::string(user.at("email").as_string()));
      if (!printed) return refuse(printed.error());
    }
    cursor = std::string(page->at("next_cursor").as_string());
  } while (!cursor.empty());
  return 0;
}

int unlock_user(DataFolder data, const std::string& email) {
  Result<Owner> owner = Owner::find(std::move(data));
  if (!owner) return refuse(owner.error());
  Result<json::object> done = call(*owner, {{"op", "user.unlock"}, {"email", email}});
  return done ? 0 : refuse(done.error());
}

int add_client(DataFolder data, const std::string& id,
               const std::vector<std::string>& scopes) {
  Result<Owner> owner = Owner::find(std::move(data));
  if (!owner) return refuse(owner.error());
  json::array list;
  for (const auto& scope : scopes) list.emplace_back(scope);
  Result<json::object> made =
      call(*owner, {{"op", "client.add"}, {"client_id", id}, {"scopes", std::move(list)}});
  if (!made) return refuse(made.error());
  std::printf("client_id=%s\nclient_secret=%s\n", made->at("client_id").as_string().c_str(),
              made->at("client_secret").as_string().c_str());
  return 0;
}

int print_routes(DataFolder data) {
  Result<Owner> owner = Owner::find(std::move(data));
  if (!owner) return refuse(owner.error());
  Result<json::object> routes = call(*owner, {{"op", "routes"}});
  if (!routes) return refuse(routes.error());
  for (const auto& item : routes->at("items").as_array()) {
    const auto& scope = item.at("scope");
    const std::string access =
        scope.is_null() ? "-" : scope.as_string().empty() ? "*" : std::string(scope.as_string());
    std::printf("%s %s %s %s\n", item.at("method").as_string().c_str(),
                item.at("pattern").as_string().c_str(), item.at("operation_id").as_string().c_str(),
                access.c_str());
  }
  return 0;
}

namespace {

struct Progress {
  std::int64_t done = 0, of = 0;
  long long count = 0;
  const char* what = "";
  bool last = false;
};

/// On a terminal one line that is drawn anew; else nothing.
void show(const Progress& at) {
  if (isatty(STDERR_FILENO) == 0) return;
  constexpr std::int64_t kWidth = 40;
  const std::int64_t of = std::max<std::int64_t>(at.of, 1), done = at.last ? of : std::min(at.done, of);
  const auto filled = static_cast<std::size_t>(kWidth * done / of);
  std::fprintf(stderr, "\r[%s%s] %3d %%  %lld %s%s", std::string(filled, '#').c_str(), std::string(kWidth - filled, '.').c_str(),
               static_cast<int>(100 * done / of), at.count, at.what, at.last ? "\n" : "");
}

int report(const json::object& job) {
  for (const json::value& refusal : job.at("refusals").as_array()) std::printf("%s\n", json::serialize(refusal).c_str());
  const auto count = [&](std::string_view name) { return static_cast<long long>(job.at(name).as_int64()); };
  std::printf("rows=%lld created=%lld updated=%lld unchanged=%lld refused=%lld\n", count("rows"), count("created"),
              count("updated"), count("unchanged"), count("refused"));
  return job.at("status").as_string() == "completed" && count("refused") == 0 ? 0 : 1;
}

}  // namespace

int import_file(DataFolder data, const std::string& format, const std::string& file, bool dry_run) {
  Result<Owner> owner = Owner::find(std::move(data));
  if (!owner) return refuse(owner.error());
  json::object asked{{"op", "catalogue.import_file"}, {"format", format}, {"file", std::filesystem::absolute(file).string()}, {"dry_run", dry_run}};
  for (;;) {
    Result<json::object> at = call(*owner, asked);
    if (!at) return refuse(at.error());
    show({at->at("offset").as_int64(), at->at("size").as_int64(), static_cast<long long>(at->at("job").at("rows").as_int64()), "rows",
          at->at("last").as_bool()});
    if (at->at("last").as_bool() || at->at("job").at("status").as_string() != "running") return report(at->at("job").as_object());
    asked["import"] = at->at("import");
    asked["offset"] = at->at("offset");
  }
}

int reindex(DataFolder data) {
  Result<Owner> owner = Owner::find(std::move(data));
  if (!owner) return refuse(owner.error());
  for (bool begin = true;; begin = false) {
    Result<json::object> at = call(*owner, {{"op", "catalogue.rebuild_search"}, {"begin", begin}});
    if (!at) return refuse(at.error());
    const bool running = at->at("running").as_bool();
    const std::int64_t documents = at->at("documents").as_int64();
    show({documents, at->at("before").as_int64(), static_cast<long long>(documents), "products", !running});
    if (running) continue;
    std::printf("documents=%lld ok=%s\n", static_cast<long long>(documents), at->at("ok").as_bool() ? "true" : "false");
    return at->at("ok").as_bool() ? 0 : 1;
  }
}

int import_appstream(DataFolder data, const std::string& folder, bool dry_run) {
  Result<Owner> owner = Owner::find(std::move(data));
  if (!owner) return refuse(owner.error());
  Result<json::object> done = call(*owner, {{"op", "catalogue.appstream"}, {"folder", folder}, {"dry_run", dry_run}});
  if (!done) return refuse(done.error());
  std::printf("%s\n", json::serialize(done->at("job")).c_str());
  return 0;
}

}  // namespace pps::app
