#include "services/payment/repository.hpp"

#include "storage/keys.hpp"

namespace pps::payment {

std::int64_t PaymentRow::refunded() const {
  std::int64_t sum = 0;
  for (const auto& [effect, part] : refunds) sum += part;
  return sum;
}

storage::RowKey live_key(std::uint64_t seq) {
  return {PaymentRow::kKind, storage::KeyWriter().u64(seq).take()};
}

storage::ViewWrite settled_write(const PaymentRow& row) {
  return {&kSettled,
          storage::KeyWriter().uuid(row.purchase.value).take(),
          {{PaymentRow::kKind, {}}, row.version, storage::encode_row(row)}};
}

Task<std::optional<PaymentRow>> find_settled(storage::Table& table, PurchaseId purchase) {
  std::string partition = storage::KeyWriter().uuid(purchase.value).take();
  storage::RowKey at{PaymentRow::kKind, {}};
  Result<std::optional<storage::Row>> row =
      co_await table.find(kSettled, std::move(partition), std::move(at));
  if (!row) co_return fail(std::move(row).error());
  if (!*row) co_return std::optional<PaymentRow>{};
  Result<PaymentRow> decoded = storage::decode_row<PaymentRow>((*row)->body);
  if (!decoded) co_return fail(std::move(decoded).error());
  co_return std::optional<PaymentRow>(std::move(*decoded));
}

}  // namespace pps::payment
