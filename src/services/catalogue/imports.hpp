#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/sync.hpp"
#include "services/catalogue/csv_products.hpp"
#include "services/catalogue/debian_packages.hpp"
#include "services/catalogue/model.hpp"

namespace pps::catalogue {

/// One row of an import, read.
struct ImportRow {
  ProductInput product;
  std::optional<std::vector<Image>> images;              ///< `bundle` rows only.
  std::vector<std::pair<std::string, std::string>> blobs;  ///< SHA-256 in hexadecimal and the bytes.
};

/// @param format ndjson, csv or dumpavail (their products as lines of ndjson) or bundle. Errors as read_product_input's; pictures: png, jpeg or webp by their first bytes,
/// at most 20 of at most 192 KiB.
Result<ImportRow> read_import_row(std::string_view format, std::string_view line);

struct NumberedRow {
  std::int64_t number = 0;  ///< Of its line, from 1.
  ImportRow row;
};

enum class RowOutcome : std::uint8_t { created, changed, unchanged };

/// 64 hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

class ImportPlan;

/// An import under way or ended: what ImportJob of api/openapi.yaml shows. Loop-confined.
struct Import {
  static constexpr std::size_t kMostLine = 256 * 1024;
  static constexpr std::size_t kMostRefusals = 1'000;

  std::string id, format, status = "running", detail;
  std::string actor;  ///< Who began it.
  std::int64_t rows = 0, created = 0, updated = 0, unchanged = 0, refused = 0;
  std::int64_t started_at_us = 0, finished_at_us = 0;
  bool dry_run = false;              ///< What rows say is not done, only reported.
  std::shared_ptr<ImportPlan> plan;  ///< Of a dry run under way.
  std::vector<std::string> refusals;  ///< Each as JSON.
  std::string rest;                   ///< A line that has not ended yet.
  bool skipping = false;              ///< In the rest of a line that is too long.
  runtime::Semaphore one_piece{1};    ///< Pieces are handled in the order they come.

  struct Line {
    std::int64_t number = 0;
    std::string text;
  };
  std::unique_ptr<CsvProducts> csv;           ///< Of format `csv`.
  std::unique_ptr<StanzaReader> packages;     ///< Of format `dumpavail`.
  std::map<std::string, std::string> slugs;   ///< Of that format: which package took which.

  /// What is whole up to here, as lines of `ndjson` or `bundle`; what is empty is left out, what cannot be one is refused at
  /// once. Error: see CsvProducts::take.
  Result<std::vector<Line>> take(std::string_view piece, bool last);
  void count(RowOutcome outcome);
  void refuse(std::int64_t row, const Error& error);
  std::string json() const;

 private:
  std::vector<Line> take_lines(std::string_view piece, bool last);
  Result<std::vector<Line>> take_csv(std::string_view piece, bool last);
  std::vector<Line> take_packages(std::string_view piece, bool last);
  Result<std::string> package_line(const StanzaReader::Item& item);
};

}  // namespace pps::catalogue
