#include <algorithm>
#include <set>

#include "services/shoppers/service.hpp"

namespace pps::shoppers {

namespace {
using Kept = storage::Versioned<BasketRow>;

Basket view(const Kept& kept) {
  Basket out{{}, static_cast<std::int64_t>(kept.version)};
  for (const BasketLineRow& row : kept.value.lines) out.lines.push_back({row.sku, row.quantity, row.customization});
  return out;
}

Result<void> check_lines(const std::vector<BasketLine>& lines) {
  Error error{ErrorKind::invalid, "lines.duplicate", "A SKU may stand in one line only, or in several with different customizations."};
  std::set<std::pair<std::string, std::string>> seen;
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (!seen.emplace(lines[i].sku.value, lines[i].customization).second)
      error.fields.push_back({"/lines/" + std::to_string(i) + "/sku", "lines.duplicate", lines[i].sku.value + " stands in an earlier line"});
  if (error.fields.empty()) return {};
  return fail(std::move(error));
}

/// Which of the guest's lines had no place.
std::vector<std::int64_t> add_lines(std::vector<BasketLineRow>& to, const std::vector<BasketLine>& guest) {
  std::vector<std::int64_t> left_out;
  for (std::size_t i = 0; i < guest.size(); ++i) {
    const auto same = std::ranges::find_if(
        to, [&](const BasketLineRow& row) { return row.sku == guest[i].sku && row.customization == guest[i].customization; });
    if (same != to.end())
      same->quantity = std::max(same->quantity, guest[i].quantity);
    else if (to.size() < Limits::kLines)
      to.push_back({guest[i].sku, guest[i].quantity, guest[i].customization});
    else
      left_out.push_back(static_cast<std::int64_t>(i));
  }
  return left_out;
}

Result<bool> merge(BasketRow& row, const MergeBasket& request, std::vector<std::int64_t>& left_out) {
  const auto before = std::ranges::find(row.merges, request.guest_basket, &MergeRow::guest_basket);
  if (before != row.merges.end()) {
    if (before->fingerprint != request.fingerprint)
      return fail(ErrorKind::invalid, "idempotency.key_reused", "That guest basket was merged with other lines; give a new one a new id.");
    left_out = before->left_out;
    return false;
  }
  left_out = add_lines(row.lines, request.lines);
  row.merges.push_back({request.guest_basket, request.fingerprint, left_out});
  if (row.merges.size() > Limits::kMerges) row.merges.erase(row.merges.begin());
  return true;
}
}  // namespace

Task<Basket> ShoppersService::basket(Context, AccountRequest request) {
  const auto self = shared_from_this();
  Result<Kept> kept = co_await read_row(baskets_, request.account);
  if (!kept) co_return fail(std::move(kept).error());
  co_return view(*kept);
}

Task<Basket> ShoppersService::set_basket(Context, SetBasket request) {
  const auto self = shared_from_this();
  Result<void> right = check_lines(request.lines);
  if (!right) co_return fail(std::move(right).error());
  Change<BasketRow> by = [&](Kept& kept) -> Result<bool> {
    Result<void> match = check_match(request.if_match, kept.version);
    if (!match) return fail(std::move(match).error());
    kept.value.lines.clear();
    for (const BasketLine& line : request.lines) kept.value.lines.push_back({line.sku, line.quantity, line.customization});
    return true;
  };
  Result<Kept> kept = co_await change_row(baskets_, request.account, std::move(by));
  if (!kept) co_return fail(std::move(kept).error());
  co_return view(*kept);
}

Task<MergeReply> ShoppersService::merge_basket(Context, MergeBasket request) {
  const auto self = shared_from_this();
  Result<void> right = check_lines(request.lines);
  if (!right) co_return fail(std::move(right).error());
  std::vector<std::int64_t> left_out;
  Change<BasketRow> by = [&](Kept& kept) { return merge(kept.value, request, left_out); };
  Result<Kept> kept = co_await change_row(baskets_, request.account, std::move(by));
  if (!kept) co_return fail(std::move(kept).error());
  MergeReply reply{view(*kept), {}};
  for (const std::int64_t index : left_out) reply.left_out.push_back(request.lines.at(static_cast<std::size_t>(index)));
  co_return reply;
}

}  // namespace pps::shoppers
