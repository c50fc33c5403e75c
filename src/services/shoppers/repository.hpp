#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "storage/records.hpp"

/// The rows of shoppers, one of each kind for an account, by the account's id. They are emptied, never erased: an ETag must
/// not come again.
namespace pps::shoppers {

inline constexpr storage::Family kShoppers{"shoppers", storage::FamilyUse::conditional};

struct AddressRow {
  Uuid id;
  std::string name, company, line1, line2, city, postal_code, region, country, phone;
  bool is_default = false;
  static constexpr auto columns() {
    using storage::column;
    return std::tuple(column<1>(&AddressRow::id), column<2>(&AddressRow::name), column<3>(&AddressRow::company),
                      column<4>(&AddressRow::line1), column<5>(&AddressRow::line2), column<6>(&AddressRow::city),
                      column<7>(&AddressRow::postal_code), column<8>(&AddressRow::region), column<9>(&AddressRow::country),
                      column<10>(&AddressRow::phone), column<11>(&AddressRow::is_default));
  }
};
struct AddressBookRow {
  static constexpr storage::RowKind kKind = 1;
  std::vector<AddressRow> addresses;
  storage::Unknown unknown;
  static constexpr auto columns() { return std::tuple(storage::column<1>(&AddressBookRow::addresses, storage::encrypted)); }
};

struct BasketLineRow {
  Sku sku;
  std::int64_t quantity = 0;
  std::string customization;
  static constexpr auto columns() {
    using storage::column;
    return std::tuple(column<1>(&BasketLineRow::sku), column<2>(&BasketLineRow::quantity), column<3>(&BasketLineRow::customization));
  }
};
/// A guest basket that was merged.
struct MergeRow {
  Uuid guest_basket;
  std::string fingerprint;
  std::vector<std::int64_t> left_out;  ///< Which of its lines, from 0.
  static constexpr auto columns() {
    using storage::column;
    return std::tuple(column<1>(&MergeRow::guest_basket), column<2>(&MergeRow::fingerprint), column<3>(&MergeRow::left_out));
  }
};
struct BasketRow {
  static constexpr storage::RowKind kKind = 2;
  std::vector<BasketLineRow> lines;
  std::vector<MergeRow> merges;  ///< Latest last, at most Limits::kMerges.
  storage::Unknown unknown;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&BasketRow::lines), storage::column<2>(&BasketRow::merges));
  }
};

/// What an account keeps of one kind; version 0 and an empty row if it never kept any.
template <class Row>
Task<storage::Versioned<Row>> read_row(storage::Records<Row> records, CustomerId account) {
  std::string id = account.to_string();
  Result<std::optional<storage::Versioned<Row>>> found = co_await records.find(std::move(id));
  if (!found) co_return fail(std::move(found).error());
  co_return found->has_value() ? std::move(**found) : storage::Versioned<Row>{};
}

/// Changes a row or does not: answers false if it is to stay as it is, or an error.
template <class Row>
using Change = std::function<Result<bool>(storage::Versioned<Row>&)>;

/// Reads, changes and writes; again if another request was faster, at most 20 times. The row as it is then.
template <class Row>
Task<storage::Versioned<Row>> change_row(storage::Records<Row> records, CustomerId account, Change<Row> change) {
  const std::string id = account.to_string();
  for (int tries = 0;; ++tries) {
    Result<storage::Versioned<Row>> row = co_await read_row(records, account);
    if (!row) co_return fail(std::move(row).error());
    Result<bool> changed = change(*row);
    if (!changed) co_return fail(std::move(changed).error());
    if (!*changed) co_return row;
    Row value = row->value;
    Result<void> written;
    if (row->version == 0) {
      written = co_await records.insert(id, std::move(value));
    } else {
      Result<std::uint64_t> updated = co_await records.update(id, row->version, std::move(value));
      if (!updated) written = fail(std::move(updated).error());
    }
    ++row->version;
    if (written) co_return row;
    if (written.error().kind != ErrorKind::conflict || tries == 20) co_return fail(std::move(written).error());
  }
}

}  // namespace pps::shoppers
