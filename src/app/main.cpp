#include <CLI/CLI.hpp>

#include "app/commands.hpp"

int main(int argc, char** argv) {
  CLI::App app{
      "PPS, the Product Purchaser Solution: a shop whose every accepted purchase ends fulfilled or "
      "fully compensated."};
  app.require_subcommand(1);
  int status = 0;

  pps::app::ServeOptions serving;
  std::string config_file;
  std::string only;
  auto* serve = app.add_subcommand("serve", "Runs the services");
  serve->add_option("--config", config_file, "TOML file")->check(CLI::ExistingFile);
  serve
      ->add_option("--set", serving.overrides,
                   "key=value, over the file and the environment (repeatable)")
      ->expected(1, -1);
  serve->add_option(
      "--only", only,
      "Services to run here, separated by commas; the others are called at remote.NAME");
  serve->callback([&] {
    if (!config_file.empty()) serving.config = config_file;
    if (!only.empty()) serving.overrides.push_back("services=" + only);
    status = pps::app::serve(serving);
  });

  pps::app::DemoOptions demonstration;
  auto* demo = app.add_subcommand("demo", "Starts PPS, paysim and fulfilment with demo data");
  demo->add_option("--data", demonstration.data, "Folder of the three data folders")
      ->capture_default_str();
  demo->add_option("--port", demonstration.port, "The shop")->capture_default_str();
  demo->add_option("--paysim-port", demonstration.paysim_port, "The payment provider")
      ->capture_default_str();
  demo->add_option("--fulfilment-port", demonstration.fulfilment_port, "The fulfilment system")
      ->capture_default_str();
  demo->add_option("--catalogue", demonstration.catalogue,
                   "Folder that tools/fetch-appstream filled; `none`: no products");
  demo->add_option("--set", demonstration.overrides, "key=value for `pps serve` (repeatable)")
      ->expected(1, -1);
  demo->add_flag("--json", demonstration.json,
                 "One JSON line when all are ready; a process that dies stays dead");
  demo->callback([&] { status = pps::app::demo(demonstration); });

  std::string data = "data/pps";
  const auto with_data = [&](CLI::App* command) {
    command->add_option("--data", data, "PPS's data folder, or a demo's")->capture_default_str();
  };
  auto* user = app.add_subcommand("user", "Accounts")->require_subcommand(1);
  std::string users_file;
  auto* import =
      user->add_subcommand("import", "Adds verified users: NDJSON {email, password, name, roles}");
  with_data(import);
  import->add_option("FILE", users_file, "NDJSON; - for standard input")->required();
  import->callback([&] { status = pps::app::import_users(data, users_file);
});
std::string email;
bool all = false;
auto* token = user->add_subcommand("token", "Prints access tokens, one a line");
with_data(token);
token->add_option("EMAIL", email, "Whose");
token->add_flag("--all", all, "Of every user");
token->callback([&] {
  if (all == !email.empty()) throw CLI::ValidationError("give EMAIL or --all");
  status = pps::app::print_tokens(data, email, all);
});

auto* client = app.add_subcommand("client", "OAuth clients") -> require_subcommand(1);
std::string client_id;
std::vector<std::string> scopes;
auto* add = client->add_subcommand(
    "add", "Makes a client, or gives it a new secret; prints the secret once");
with_data(add);
add->add_option("ID", client_id, "1 to 64 characters of a-z 0-9 -")->required();
add->add_option("--scope", scopes, "What it may ask for (repeatable)");
add->callback([&] { status = pps::app::add_client(data, client_id, scopes); });

auto* routes = app.add_subcommand("routes", "Prints what the public listener answers");
with_data(routes);
routes->callback([&] { status = pps::app::print_routes(data); });

auto* imports = app.add_subcommand("import", "Brings a catalogue") -> require_subcommand(1);
std::string folder;
auto* appstream = imports->add_subcommand(
    "appstream", "Debian's AppStream catalogue, from tools/fetch-appstream");
with_data(appstream);
appstream->add_option("FOLDER", folder, "What tools/fetch-appstream left")
    ->required()
    ->check(CLI::ExistingDirectory);
appstream->callback([&] { status = pps::app::import_appstream(data, folder); });

CLI11_PARSE(app, argc, argv);
return status;
}
