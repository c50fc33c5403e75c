// CSV of products: however a file is cut, the same products come out and the same rows are refused, each in a line that is there.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "services/catalogue/csv_products.hpp"
#include "services/catalogue/imports.hpp"

namespace {

using pps::catalogue::CsvProducts;

std::string read(std::string_view file, std::size_t piece) {
  CsvProducts csv(0);
  std::string out;
  std::int64_t most = 0;
  const auto add = [&](pps::Result<std::vector<CsvProducts::Item>> items) {
    if (!items) {
      out += items.error().code + items.error().detail;
      return false;
    }
    for (const CsvProducts::Item& item : *items) {
      PPS_INVARIANT(item.line >= 1 && (item.refused ? item.json.empty() : !item.json.empty()));
      most = std::max(most, item.line);
      out += std::to_string(item.line) + item.json + (item.refused ? item.refused->code + item.refused->detail : "") + "\n";
      // What the rows make is JSON that the import can read, or refuses by its fields.
      const auto row = item.refused ? pps::Result<pps::catalogue::ImportRow>(pps::catalogue::ImportRow{})
                                    : pps::catalogue::read_import_row("csv", item.json);
      PPS_INVARIANT(row || row.error().code == "fields.invalid");
    }
    return true;
  };
  for (std::size_t at = 0; at < file.size(); at += piece)
    if (!add(csv.take(file.substr(at, piece), false))) return out;
  add(csv.take("", true));
  PPS_INVARIANT(most <= csv.lines());
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view file(reinterpret_cast<const char*>(data + 1), size - 1);
  PPS_INVARIANT(read(file, file.size() + 1) == read(file, data[0] % 32 + 1u));
  return 0;
}
