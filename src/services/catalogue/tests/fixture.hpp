#pragma once

#include <gtest/gtest.h>

#include "bus/embedded/embedded.hpp"
#include "cache/local/local_cache.hpp"
#include "runtime/simulated.hpp"
#include "search/xapian/xapian_index.hpp"
#include "services/catalogue/service.hpp"
#include "storage/memory/memory.hpp"

namespace pps::catalogue {

/// A catalogue on the simulated disk, that can be stopped and started on what it left there.
class CatalogueTest : public testing::Test {
 protected:
  void SetUp() override { start(); }

  void start() {
    service_.reset();
    bus_.reset();
    table_ = storage::memory::open_table(world_.runtime(), disk_);
    bus_ = bus::embedded::open(world_.runtime(), table_);
    auto index = world_.run(search::open_xapian(world_.runtime(), {}));
    ASSERT_TRUE(index);
    index_ = *index;
    service_ = std::make_shared<CatalogueService>(
        world_.runtime(), std::make_unique<Repository>(world_.runtime(), table_, bus_, 4),
        cache::make_local_cache(world_.runtime(), {.name = "test"}), index_, bus_, ServiceOptions{});
    const auto started = world_.run(service_->start());
    ASSERT_TRUE(started) << started.error().code;
  }
  /// Lets events arrive.
  void settle() { world_.run_for(std::chrono::seconds(2)); }

  static std::string product(const std::string& slug, const std::string& more = "") {
    return R"({"slug":")" + slug + R"(","name":"Name )" + slug + R"(","kind":"licence","status":"active",)" + more +
           R"("categories":["tools"],"variants":[{"sku":")" + slug +
           R"(-key","name":"Licence","prices":{"EUR":2900,"USD":3100},"stock_tracked":false},{"sku":")" + slug +
           R"(-box","name":"Boxed copy","kind":"physical","prices":{"EUR":4900}}]})";
  }
  Result<JsonReply> create(const std::string& json) {
    return world_.run(service_->create({}, ChangeRequest{"", "", json, "tester"}));
  }
  static std::string id_in(const std::string& json) { return json.substr(7, 36); }
  Result<JsonReply> get(const std::string& id_or_slug, bool by_slug = false, const std::string& currency = "") {
    return world_.run(service_->get_product({}, ProductRequest{id_or_slug, by_slug, currency}));
  }
  Result<JsonReply> list(ListRequest request = {}) { return world_.run(service_->list_products({}, std::move(request))); }
  std::string list_text(ListRequest request = {}) {
    const auto reply = list(std::move(request));
    return reply ? reply->json : reply.error().code;
  }
  Quote quote(const std::string& sku, const std::string& currency = "") {
    auto reply = world_.run(service_->quote({}, QuoteRequest{{Sku{sku}}, currency}));
    EXPECT_TRUE(reply);
    return reply ? reply->quotes.at(0) : Quote{};
  }
  std::string import(const std::string& text, const std::string& format = "ndjson", std::size_t piece = 1'000, bool dry_run = false) {
    auto job = world_.run(service_->import_begin({}, ImportBegin{format, "tester", dry_run}));
    if (!job) return job.error().code;
    const std::string id = id_in(job->json);
    for (std::size_t at = 0; at < text.size(); at += piece) {
      const std::string part = text.substr(at, piece);
      job = world_.run(service_->import_piece({}, ImportPiece{id, {part.begin(), part.end()}, false, ""}));
      if (!job) return job.error().code;
    }
    job = world_.run(service_->import_piece({}, ImportPiece{id, {}, true, ""}));
    return job ? job->json : job.error().code;
  }
  std::string export_all() {
    std::string text, cursor;
    do {
      auto page = world_.run(service_->export_products({}, ExportRequest{cursor, 3}));
      EXPECT_TRUE(page);
      text += page->ndjson;
      cursor = page->next_cursor;
    } while (!cursor.empty());
    return text;
  }
  void cross(const std::string& sku, const std::string& status) {
    bus::Bus::Entry entry;
    entry.origin = "store/0/" + std::to_string(++crossings_);
    entry.event = {"stock", "stock.crossed", sku, R"({"sku":")" + sku + R"(","status":")" + status + "\"}", 1};
    ASSERT_TRUE(world_.run(bus_->append({entry})));
    settle();
  }

  /// A purchase of it is completed; consumers are not waited for.
  void buy(const std::string& product, int quantity) {
    bus::Bus::Entry entry;
    entry.origin = "orchestrator/0/" + std::to_string(++purchases_);
    entry.event = {"purchase", "purchase.completed", "any",
                   R"({"lines":[{"product":")" + product + R"(","sku":"any","quantity":)" + std::to_string(quantity) + "}]}",
                   to_unix_us(world_.runtime().clock.now())};
    ASSERT_TRUE(world_.run(bus_->append({entry})));
  }

  runtime::SimulatedWorld world_{5};
  std::shared_ptr<storage::memory::Disk> disk_ = std::make_shared<storage::memory::Disk>();
  std::shared_ptr<storage::Table> table_;
  std::shared_ptr<bus::Bus> bus_;
  std::shared_ptr<search::Index> index_;
  std::shared_ptr<CatalogueService> service_;
  int crossings_ = 0, purchases_ = 0;
};

}  // namespace pps::catalogue
