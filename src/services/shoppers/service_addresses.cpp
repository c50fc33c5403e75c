#include <algorithm>

#include "services/shoppers/service.hpp"

namespace pps::shoppers {

namespace {
using Book = storage::Versioned<AddressBookRow>;

void put(AddressRow& row, const Address& from) {
  row.name = from.name;
  row.company = from.company;
  row.line1 = from.line1;
  row.line2 = from.line2;
  row.city = from.city;
  row.postal_code = from.postal_code;
  row.region = from.region;
  row.country = from.country;
  row.phone = from.phone;
}

SavedAddress saved(const AddressRow& row) {
  return {row.id,
          {row.name, row.company, row.line1, row.line2, row.city, row.postal_code, row.region, row.country, row.phone},
          row.is_default};
}

AddressBook view(const Book& book) {
  AddressBook out{{}, static_cast<std::int64_t>(book.version)};
  for (const AddressRow& row : book.value.addresses) out.items.push_back(saved(row));
  return out;
}

void make_default(AddressBookRow& book, const Uuid& id) {
  for (AddressRow& row : book.addresses) row.is_default = row.id == id;
}

Result<AddressRow*> find(AddressBookRow& book, const Uuid& id) {
  const auto found = std::ranges::find(book.addresses, id, &AddressRow::id);
  if (found == book.addresses.end()) return fail(ErrorKind::not_found, "address.not_found", "There is no such address in the book.");
  return &*found;
}

/// False: that address is there already, and `out` says which it is.
Result<bool> add(Book& book, const AddAddress& request, const Uuid& id, SavedAddress& out) {
  auto& all = book.value.addresses;
  const auto same = std::ranges::find_if(all, [&](const AddressRow& row) { return saved(row).address == request.address; });
  if (same != all.end()) {
    const bool moves = request.is_default && !same->is_default;
    if (moves) make_default(book.value, same->id);
    out = saved(*same);
    return moves;
  }
  if (all.size() >= Limits::kAddresses)
    return fail(ErrorKind::conflict, "addresses.full",
                "An address book holds " + std::to_string(Limits::kAddresses) + " addresses; remove one first.");
  put(all.emplace_back(AddressRow{.id = id}), request.address);
  if (request.is_default || all.size() == 1) make_default(book.value, id);
  out = saved(all.back());
  return true;
}

Result<bool> change(Book& book, const ChangeAddress& request, SavedAddress& out) {
  Result<AddressRow*> row = find(book.value, request.id);
  if (!row) return fail(std::move(row).error());
  Result<void> match = check_match(request.if_match, book.version);
  if (!match) return fail(std::move(match).error());
  if ((*row)->is_default && !request.is_default)
    return fail_field("/default", "address.default_needed", "one address is the default: make another one it instead");
  put(**row, request.address);
  if (request.is_default) make_default(book.value, request.id);
  out = saved(**row);
  return true;
}

Result<bool> remove(Book& book, const RemoveAddress& request) {
  Result<AddressRow*> row = find(book.value, request.id);
  if (!row) return fail(std::move(row).error());
  Result<void> match = check_match(request.if_match, book.version);
  if (!match) return fail(std::move(match).error());
  auto& all = book.value.addresses;
  const bool was_default = (*row)->is_default;
  std::erase_if(all, [&](const AddressRow& one) { return one.id == request.id; });
  if (was_default && !all.empty()) all.front().is_default = true;
  return true;
}
}  // namespace

Task<AddressBook> ShoppersService::addresses(Context, AccountRequest request) {
  const auto self = shared_from_this();
  Result<Book> book = co_await read_row(books_, request.account);
  if (!book) co_return fail(std::move(book).error());
  co_return view(*book);
}

Task<AddressReply> ShoppersService::add_address(Context, AddAddress request) {
  const auto self = shared_from_this();
  const Uuid id = new_id();
  SavedAddress kept;
  Change<AddressBookRow> change = [&](Book& book) { return add(book, request, id, kept); };
  Result<Book> book = co_await change_row(books_, request.account, std::move(change));
  if (!book) co_return fail(std::move(book).error());
  co_return AddressReply{std::move(kept), static_cast<std::int64_t>(book->version), kept.id == id};
}

Task<AddressReply> ShoppersService::change_address(Context, ChangeAddress request) {
  const auto self = shared_from_this();
  SavedAddress kept;
  Change<AddressBookRow> by = [&](Book& book) { return change(book, request, kept); };
  Result<Book> book = co_await change_row(books_, request.account, std::move(by));
  if (!book) co_return fail(std::move(book).error());
  co_return AddressReply{std::move(kept), static_cast<std::int64_t>(book->version), false};
}

Task<AddressBook> ShoppersService::remove_address(Context, RemoveAddress request) {
  const auto self = shared_from_this();
  Change<AddressBookRow> by = [&](Book& book) { return remove(book, request); };
  Result<Book> book = co_await change_row(books_, request.account, std::move(by));
  if (!book) co_return fail(std::move(book).error());
  co_return view(*book);
}

}  // namespace pps::shoppers
