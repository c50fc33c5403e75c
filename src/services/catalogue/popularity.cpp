#include "services/catalogue/popularity.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace pps::catalogue {
namespace {

constexpr double kHalfLifeUs = 30.0 * 24 * 3'600 * 1'000'000;

std::int64_t milli_units_at(const PopularityRow& row, std::int64_t now_us) {
  const auto age = static_cast<double>(std::max<std::int64_t>(now_us - row.at_us, 0));
  return std::llround(static_cast<double>(row.milli_units) * std::exp2(-age / kHalfLifeUs));
}

}  // namespace

void Popularity::load(const Rows& rows) {
  for (const auto& [product, row] : rows) products_[product].row = row;
}

void Popularity::sold(ProductId product, std::int64_t units, std::int64_t at_us) {
  Entry& entry = products_[product];
  const std::int64_t now_us = std::max(at_us, entry.row.at_us);
  entry.row.milli_units = milli_units_at(entry.row, now_us) + units * 1'000;
  entry.row.at_us = now_us;
  entry.unsaved = true;
}

std::int64_t Popularity::units(ProductId product, std::int64_t now_us) const {
  const auto found = products_.find(product);
  return found == products_.end() ? 0 : milli_units_at(found->second.row, now_us) / 1'000;
}

Popularity::Rows Popularity::take_unsaved() {
  Rows rows;
  for (auto& [product, entry] : products_)
    if (std::exchange(entry.unsaved, false)) rows.emplace_back(product, entry.row);
  return rows;
}

void Popularity::unsaved_again(const Rows& rows) {
  for (const auto& [product, row] : rows) products_[product].unsaved = true;
}

Popularity::Counts Popularity::take_news(std::int64_t now_us) {
  Counts news;
  for (auto& [product, entry] : products_) {
    const std::int64_t units = milli_units_at(entry.row, now_us) / 1'000;
    if (std::abs(units - entry.told) * 10 < std::max<std::int64_t>(entry.told, 1)) continue;
    entry.told = units;
    news.emplace_back(product, units);
  }
  return news;
}

}  // namespace pps::catalogue
