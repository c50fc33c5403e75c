#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// Products from CSV (RFC 4180): a row is a variant, rows that follow each other with the same slug are one product.
namespace pps::catalogue {

/// The columns that a file may have, by the names in its first line; see the description of the import in api/openapi.yaml.
struct CsvColumn {
  enum class Of { product, list, attribute, text, sku, variant, price, variant_attribute, stock_tracked } of = Of::product;
  std::string name;      ///< The field, the attribute or the currency.
  std::string language;  ///< Of `text`.
};

/// Reads a file in pieces. Not thread-safe.
class CsvProducts {
 public:
  /// A ProductInput of api/openapi.yaml, or why the rows make none.
  struct Item {
    std::int64_t line = 0;  ///< Where it begins, from 1.
    std::string json;
    std::optional<Error> refused;  ///< Pointers are into the ProductInput.
  };
  /// @param separator 0: the one of comma, semicolon and tab that the first line has most of.
  explicit CsvProducts(char separator);
  ~CsvProducts();

  /// What the piece completes. After `last` nothing may come. Error `invalid` "csv.header": the first line names no slug or
  /// SKU, a column that is not known, or one twice; nothing was taken then.
  Result<std::vector<Item>> take(std::string_view piece, bool last);
  std::int64_t lines() const { return line_; }

 private:
  struct Parser;
  struct Group;
  Result<void> take_line(std::string_view line);
  Result<void> take_row(std::vector<std::string> cells);
  Result<void> read_header(const std::vector<std::string>& names);
  void add_row(const std::vector<std::string>& cells);
  /// @param text what was refused: a product whose rows it may be one of is refused with it, so that none is half there.
  void refuse_line(std::string_view text, std::string code, std::string detail);
  void end_group();

  char separator_;
  std::unique_ptr<Parser> parser_;
  std::unique_ptr<Group> group_;
  std::vector<CsvColumn> columns_;
  std::vector<Item> items_;
  std::string rest_;          ///< A line that has not ended yet.
  std::int64_t line_ = 0;     ///< Lines that have ended.
  std::int64_t begins_ = 1;   ///< The line in which the row being read begins.
  std::size_t row_bytes_ = 0;
  bool skipping_ = false;     ///< In the rest of a line that was refused before it ended.
};

}  // namespace pps::catalogue
