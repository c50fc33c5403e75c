#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "runtime/context.hpp"
#include "runtime/task.hpp"

/// What the shop keeps for a shopper between purchases: addresses and the basket. Nothing here is a promise of the shop's:
/// prices and stock are asked when something is bought.
namespace pps::shoppers {

struct Limits {
  static constexpr std::size_t kAddresses = 20;
  static constexpr std::size_t kLines = 50;
  static constexpr std::int64_t kQuantity = 999;
  static constexpr std::size_t kMerges = 10;  ///< Merged baskets that are remembered, the latest.
};

/// The fields of a purchase's shipping address, and two that only the address book has.
struct Address {
  std::string name, company, line1, line2, city, postal_code, region;
  std::string country;  ///< ISO 3166-1 alpha-2.
  std::string phone;
  bool operator==(const Address&) const = default;
};
struct SavedAddress {
  Uuid id;
  Address address;
  bool is_default = false;
};
struct AccountRequest {
  CustomerId account;
};
struct AddressBook {
  std::vector<SavedAddress> items;  ///< In the order in which they came; one is the default unless there are none.
  std::int64_t version = 0;         ///< Of the book as a whole; 0: nothing was ever kept.
};
struct AddAddress {
  CustomerId account;
  Address address;
  bool is_default = false;
};
struct ChangeAddress {
  CustomerId account;
  Uuid id;
  std::string if_match;  ///< The ETag of the book.
  Address address;
  bool is_default = false;
};
struct RemoveAddress {
  CustomerId account;
  Uuid id;
  std::string if_match;
};
struct AddressReply {
  SavedAddress saved;
  std::int64_t version = 0;
  bool added = false;  ///< False: it was there already.
};

struct BasketLine {
  Sku sku;
  std::int64_t quantity = 1;  ///< 1 … Limits::kQuantity.
  std::string customization;  ///< Canonical JSON or empty, as in purchases.
  bool operator==(const BasketLine&) const = default;
};
struct Basket {
  std::vector<BasketLine> lines;
  std::int64_t version = 0;  ///< 0: nothing was ever kept.
};
struct SetBasket {
  CustomerId account;
  std::string if_match;
  std::vector<BasketLine> lines;  ///< 0 … Limits::kLines.
};
struct MergeBasket {
  CustomerId account;
  Uuid guest_basket;        ///< The guest's basket; merged once, however often it is sent.
  std::string fingerprint;  ///< Of its lines.
  std::vector<BasketLine> lines;
};
struct MergeReply {
  Basket basket;
  std::vector<BasketLine> left_out;  ///< Of the guest's lines those for which there was no room.
};

BOOST_DESCRIBE_STRUCT(Address, (), (name, company, line1, line2, city, postal_code, region, country, phone))
BOOST_DESCRIBE_STRUCT(SavedAddress, (), (id, address, is_default))
BOOST_DESCRIBE_STRUCT(AccountRequest, (), (account))
BOOST_DESCRIBE_STRUCT(AddressBook, (), (items, version))
BOOST_DESCRIBE_STRUCT(AddAddress, (), (account, address, is_default))
BOOST_DESCRIBE_STRUCT(ChangeAddress, (), (account, id, if_match, address, is_default))
BOOST_DESCRIBE_STRUCT(RemoveAddress, (), (account, id, if_match))
BOOST_DESCRIBE_STRUCT(AddressReply, (), (saved, version, added))
BOOST_DESCRIBE_STRUCT(BasketLine, (), (sku, quantity, customization))
BOOST_DESCRIBE_STRUCT(Basket, (), (lines, version))
BOOST_DESCRIBE_STRUCT(SetBasket, (), (account, if_match, lines))
BOOST_DESCRIBE_STRUCT(MergeBasket, (), (account, guest_basket, fingerprint, lines))
BOOST_DESCRIBE_STRUCT(MergeReply, (), (basket, left_out))

/// Strong, with quotes; what `if_match` must be.
std::string etag_of(std::int64_t version);

/// Loop-confined. Every change is durable when it returns. Errors beside those named: `unavailable`, `unknown_outcome`; where
/// there is an `if_match`, `precondition_required` "etag.required" and `stale` "etag.mismatch".
class ShoppersApi {
 public:
  virtual ~ShoppersApi() = default;
  virtual Task<AddressBook> addresses(Context context, AccountRequest request) = 0;
  /// The first address is the default whatever it says. An address that is kept already is answered as it is, so that a
  /// repeated call adds nothing. `conflict` "addresses.full".
  virtual Task<AddressReply> add_address(Context context, AddAddress request) = 0;
  /// `not_found` "address.not_found"; `invalid` "address.default_needed" at /default: the default is given away by making
  /// another one it.
  virtual Task<AddressReply> change_address(Context context, ChangeAddress request) = 0;
  /// The oldest of the others becomes the default. The book as it is then. `not_found` "address.not_found".
  virtual Task<AddressBook> remove_address(Context context, RemoveAddress request) = 0;

  virtual Task<Basket> basket(Context context, AccountRequest request) = 0;
  /// `invalid` "lines.duplicate".
  virtual Task<Basket> set_basket(Context context, SetBasket request) = 0;
  /// Of a SKU with the same customization the greater quantity stays; other lines are added while there is room. The same
  /// guest basket again gets the same `left_out` and changes nothing. `invalid` "lines.duplicate", "idempotency.key_reused": that
  /// guest basket was merged with other lines.
  virtual Task<MergeReply> merge_basket(Context context, MergeBasket request) = 0;
};

}  // namespace pps::shoppers
