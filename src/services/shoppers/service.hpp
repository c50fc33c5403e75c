#pragma once

#include <memory>

#include "runtime/runtime.hpp"
#include "services/shoppers/api.hpp"
#include "services/shoppers/repository.hpp"

namespace pps::shoppers {

/// Loop-confined.
class ShoppersService final : public ShoppersApi, public std::enable_shared_from_this<ShoppersService> {
 public:
  struct Dependencies {
    runtime::Runtime& runtime;
    std::shared_ptr<storage::Table> table;
    std::shared_ptr<storage::Keyring> ring;  ///< Seals addresses.
    std::uint16_t shards = 4;
  };
  explicit ShoppersService(Dependencies dependencies);

  Task<AddressBook> addresses(Context context, AccountRequest request) override;
  Task<AddressReply> add_address(Context context, AddAddress request) override;
  Task<AddressReply> change_address(Context context, ChangeAddress request) override;
  Task<AddressBook> remove_address(Context context, RemoveAddress request) override;
  Task<Basket> basket(Context context, AccountRequest request) override;
  Task<Basket> set_basket(Context context, SetBasket request) override;
  Task<MergeReply> merge_basket(Context context, MergeBasket request) override;

 private:
  Uuid new_id();

  Dependencies deps_;
  storage::Records<AddressBookRow> books_;
  storage::Records<BasketRow> baskets_;
};

/// `precondition_required` "etag.required", `stale` "etag.mismatch".
Result<void> check_match(const std::string& if_match, std::uint64_t version);

}  // namespace pps::shoppers
