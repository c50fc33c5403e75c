#include <CLI/CLI.hpp>

#include "simulators/common/program.hpp"
#include "simulators/fulfilment/fulfilment.hpp"

int main(int argc, char** argv) {
  CLI::App app{"fulfilment: an external warehouse and licence system, for development and tests."};
  pps::simulators::ProgramOptions options{.name = "fulfilment", .port = 8082};
  app.add_option("--data", options.data, "Folder of its data")->required();
  app.add_option("--address", options.address, "Where it listens")->capture_default_str();
  app.add_option("--port", options.port, "0: any free one")->capture_default_str();
  app.add_flag("--json", options.json, "One JSON line when it is ready");
  CLI11_PARSE(app, argc, argv);
  pps::fulfilment::Fulfilment rules;
  return pps::simulators::run_program(std::move(options), rules);
}
