// The real catalogue (tools/fetch-appstream) on RocksDB: rows imported a second, searches with three facets a second,
// quotes and reads a second through the Api.
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <iostream>

#include "bus/embedded/embedded.hpp"
#include "runtime/loop.hpp"
#include "runtime/sync.hpp"
#include "services/catalogue/module.hpp"
#include "storage/rocksdb/rocksdb.hpp"

namespace {

using namespace pps;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

void print(const std::string& what, std::size_t count, double seconds) {
  std::cout << what << ": " << count << " in " << seconds << " s, " << static_cast<double>(count) / seconds << "/s"
            << std::endl;
}

Task<void> search(std::shared_ptr<catalogue::CatalogueApi> api, int worker, int count) {
  static const char* const words[] = {"photo",  "music player", "game", "editor", "chess",   "scientific", "terminal",
                                      "vector", "video",        "mail", "puzzle", "astronomy", "python",     "image viewer"};
  const Context context;
  for (int i = 0; i < count; ++i) {
    catalogue::ListRequest request;
    request.q = words[(i + worker) % std::size(words)];
    request.price_max = 3'000 + 7 * i + worker;  // no two alike: the cache of lists must not answer
    request.facets = {"category", "brand", "attr.license"};
    Result<catalogue::JsonReply> reply = co_await api->list_products(context, std::move(request));
    if (!reply) co_return fail(std::move(reply).error());
  }
  co_return Result<void>{};
}

Task<void> quote(std::shared_ptr<catalogue::CatalogueApi> api, std::vector<Sku> skus, int count) {
  const Context context;
  for (int i = 0; i < count; ++i) {
    catalogue::QuoteRequest request{{skus[static_cast<std::size_t>(i) % skus.size()]}, ""};
    Result<catalogue::QuoteReply> reply = co_await api->quote(context, std::move(request));
    if (!reply) co_return fail(std::move(reply).error());
  }
  co_return Result<void>{};
}

Task<void> read(std::shared_ptr<catalogue::CatalogueApi> api, std::vector<std::string> slugs, int count) {
  const Context context;
  for (int i = 0; i < count; ++i) {
    catalogue::ProductRequest request{slugs[static_cast<std::size_t>(i) % slugs.size()], true, ""};
    Result<catalogue::JsonReply> reply = co_await api->get_product(context, std::move(request));
    if (!reply) co_return fail(std::move(reply).error());
  }
  co_return Result<void>{};
}

Task<void> measure(runtime::Runtime& runtime, std::shared_ptr<catalogue::CatalogueApi> api,
                   std::shared_ptr<const catalogue::AppstreamFolder> folder) {
  const Context context;
  std::string actor = "bench";
  auto begin = Clock::now();
  Result<catalogue::JsonReply> job = co_await catalogue::import_appstream(api, context, folder, std::move(actor), false);
  if (!job) co_return fail(std::move(job).error());
  print("rows imported", folder->entries.size(), seconds_since(begin));
  std::cout << job->json.substr(0, 160) << std::endl;
  for (std::string total; total.empty();) {  // until the index has them all
    catalogue::ListRequest everything;
    Result<catalogue::JsonReply> page = co_await api->list_products(context, std::move(everything));
    if (page && page->json.find("\"total\":" + std::to_string(folder->entries.size())) != std::string::npos)
      total = "all";
    else
      co_await runtime::sleep_for(runtime, std::chrono::milliseconds(5));
  }
  print("rows imported and found by search", folder->entries.size(), seconds_since(begin));

  begin = Clock::now();
  std::vector<Task<void>> searches;
  for (int worker = 0; worker < 4; ++worker) searches.push_back(search(api, worker, 2'500));
  const std::vector<Result<void>> searched = co_await runtime::all_of(std::move(searches));
  for (const auto& one : searched)
    if (!one) co_return fail(one.error());
  print("searches with 3 facets", 10'000, seconds_since(begin));

  begin = Clock::now();
  Result<void> quoted = co_await quote(api, folder->boxes(), 100'000);
  if (!quoted) co_return quoted;
  print("quotes", 100'000, seconds_since(begin));
  begin = Clock::now();
  Result<void> reads = co_await read(api, folder->slugs, 100'000);
  if (!reads) co_return reads;
  print("products read through the Api", 100'000, seconds_since(begin));
  co_return Result<void>{};
}

}  // namespace

// bench_catalogue APPSTREAM_FOLDER
int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: bench_catalogue APPSTREAM_FOLDER\n";
    return 2;
  }
  auto read_folder = catalogue::open_appstream(argv[1]);
  if (!read_folder) {
    std::cerr << read_folder.error().detail << "\n";
    return 1;
  }
  std::string data = (std::filesystem::temp_directory_path() / "pps-bench-XXXXXX").string();
  if (mkdtemp(data.data()) == nullptr) {
    std::cerr << data << " cannot be made\n";
    return 1;
  }
  const auto folder = std::make_shared<const catalogue::AppstreamFolder>(std::move(*read_folder));
  runtime::Loop loop;
  config::Config config = config::Config::empty();
  bool failed = false;
  auto run = [&]() -> boost::asio::awaitable<void> {
    auto opened = storage::rocksdb::open(loop.runtime(), {.dir = data + "/rocksdb", .shards = 4});
    if (!opened) {
      std::cerr << opened.error().code << ": " << opened.error().detail << "\n";
      failed = true;
      loop.stop();
      co_return;
    }
    std::shared_ptr<storage::Table> table = *opened;
    auto bus = bus::embedded::open(loop.runtime(), table);
    catalogue::Dependencies dependencies{loop.runtime(), config, table, bus, data, 4};
    auto api = co_await catalogue::make_local(std::move(dependencies));
    Result<void> done = Result<void>{};
    if (!api) done = fail(std::move(api).error());
    if (done) done = co_await measure(loop.runtime(), *api, folder);
    if (!done) std::cerr << done.error().code << ": " << done.error().detail << "\n";
    failed = !done;
    loop.stop();
  };
  runtime::spawn(loop.runtime().executor, run());
  loop.run();
  std::filesystem::remove_all(data);
  return failed ? 1 : 0;
}
