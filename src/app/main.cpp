#include <CLI/CLI.hpp>

#include "app/commands.hpp"

namespace {

/// What the commands are given; outlives the parsing that fills it.
struct Given {
  pps::app::ServeOptions serve;
  std::string config, only;
  pps::app::DemoOptions demo;
  pps::app::DataFolder data;
  std::string file, email, client, catalogue;
  bool dry_run = false;
  std::vector<std::string> scopes;
  bool all = false;
  int status = 0;
};

void add_serve(CLI::App& app, Given& given) {
  auto* serve = app.add_subcommand("serve", "Runs the services");
  serve->add_option("--config", given.config, "TOML file")->check(CLI::ExistingFile);
  serve->add_option("--set", given.serve.overrides, "key=value, over the file and the environment (repeatable)")->expected(1, -1);
  serve->add_option("--only", given.only, "Services to run here, separated by commas; the others are called at remote.NAME");
  serve->callback([&given] {
    if (!given.config.empty()) given.serve.config = given.config;
    if (!given.only.empty()) given.serve.overrides.push_back("services=" + given.only);
    given.status = pps::app::serve(given.serve);
  });
}

void add_demo(CLI::App& app, Given& given) {
  auto& options = given.demo;
  auto* demo = app.add_subcommand("demo", "Starts PPS, paysim and fulfilment with demo data");
  demo->add_option("--data", options.data, "Folder of the three data folders")->capture_default_str();
  demo->add_option("--port", options.port, "The shop")->capture_default_str();
  demo->add_option("--paysim-port", options.paysim_port, "The payment provider")->capture_default_str();
  demo->add_option("--fulfilment-port", options.fulfilment_port, "The fulfilment system")->capture_default_str();
  demo->add_option("--catalogue", options.catalogue, "Folder that tools/fetch-appstream filled; `none`: no products");
  demo->add_option("--set", options.overrides, "key=value for `pps serve` (repeatable)")->expected(1, -1);
  demo->add_flag("--json", options.json, "One JSON line when all are ready; a process that dies stays dead");
  demo->callback([&given] { given.status = pps::app::demo(given.demo); });
}

/// A command on a data folder: the server that has it is asked, or the folder is opened as that server would.
void add_data(CLI::App* command, Given& given) {
  command->add_option("--data", given.data.data, "PPS's data folder, or a demo's; else the configuration's, or data/pps");
  command->add_option("--config", given.data.config, "The shop's TOML file; a demo has its own")->check(CLI::ExistingFile);
  command->add_option("--set", given.data.overrides, "key=value, over the file and the environment (repeatable)");
}

void add_user(CLI::App& app, Given& given) {
  auto* user = app.add_subcommand("user", "Accounts")->require_subcommand(1);
  auto* import = user->add_subcommand("import", "Adds verified users: NDJSON {email, password, name, roles}");
  add_data(import, given);
  import->add_option("FILE", given.file, "NDJSON; - for standard input")->required();
  import->callback([&given] { given.status = pps::app::import_users(given.data, given.file); });

  auto* token = user->add_subcommand("token", "Prints access tokens, one a line");
  add_data(token, given);
  token->add_option("EMAIL", given.email, "Whose");
  token->add_flag("--all", given.all, "Of every user");
  token->callback([&given] {
    if (given.all == !given.email.empty()) throw CLI::ValidationError("give EMAIL or --all");
    given.status = pps::app::print_tokens(given.data, given.email, given.all);
  });

  auto* unlock = user->add_subcommand("unlock", "Lets somebody sign in again who was locked out by wrong passwords");
  add_data(unlock, given);
  unlock->add_option("EMAIL", given.email, "Whom")->required();
  unlock->callback([&given] { given.status = pps::app::unlock_user(given.data, given.email); });
}

void add_client(CLI::App& app, Given& given) {
  auto* client = app.add_subcommand("client", "OAuth clients")->require_subcommand(1);
  auto* add = client->add_subcommand("add", "Makes a client, or gives it a new secret; prints the secret once");
  add_data(add, given);
  add->add_option("ID", given.client, "1 to 64 characters of a-z 0-9 -")->required();
  add->add_option("--scope", given.scopes, "What it may ask for (repeatable)");
  add->callback([&given] { given.status = pps::app::add_client(given.data, given.client, given.scopes); });
}

void add_rest(CLI::App& app, Given& given) {
  auto* routes = app.add_subcommand("routes", "Prints what the public listener of a running server answers");
  add_data(routes, given);
  routes->callback([&given] { given.status = pps::app::print_routes(given.data); });

  auto* reindex = app.add_subcommand("reindex", "Builds the search index anew, beside the one that answers");
  add_data(reindex, given);
  reindex->callback([&given] { given.status = pps::app::reindex(given.data); });

  auto* imports = app.add_subcommand("import", "Brings a catalogue")->require_subcommand(1);
  auto* appstream = imports->add_subcommand("appstream", "Debian's AppStream catalogue, from tools/fetch-appstream");
  add_data(appstream, given);
  appstream->add_option("FOLDER", given.catalogue, "What tools/fetch-appstream left")->required()->check(CLI::ExistingDirectory);
  appstream->add_flag("--dry-run", given.dry_run, "Only reports what it would do");
  for (const auto& [name, format, what] : {std::tuple("products", "ndjson", "Products, one ProductInput a line"),
                                           std::tuple("csv", "csv", "Products as CSV, a row for each variant"),
                                           std::tuple("dumpavail", "dumpavail", "Debian's packages, from apt-cache dumpavail")}) {
    auto* one = imports->add_subcommand(name, what);
    add_data(one, given);
    one->add_option("FILE", given.catalogue, "The file")->required()->check(CLI::ExistingFile);
    one->add_flag("--dry-run", given.dry_run, "Only reports what it would do");
    one->callback([&given, format] { given.status = pps::app::import_file(given.data, format, given.catalogue, given.dry_run); });
  }
  appstream->callback([&given] { given.status = pps::app::import_appstream(given.data, given.catalogue, given.dry_run); });
}
}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"PPS, the Product Purchaser Solution: a shop whose every accepted purchase ends fulfilled or fully compensated."};
  app.require_subcommand(1);
  Given given;
  add_serve(app, given);
  add_demo(app, given);
  add_user(app, given);
  add_client(app, given);
  add_rest(app, given);
  CLI11_PARSE(app, argc, argv);
  return given.status;
}
