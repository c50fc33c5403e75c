#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/uuid.hpp"

namespace pps {

/// A UUID that cannot be mixed up with another kind's: `Id<struct PurchaseTag>`.
template <class Tag>
struct Id {
  Uuid value{};
  static std::optional<Id> parse(std::string_view text) {
    const auto uuid = Uuid::parse(text);
    return uuid ? std::optional(Id{*uuid}) : std::nullopt;
  }
  std::string to_string() const { return value.to_string(); }
  std::uint16_t shard() const { return value.shard(); }
  auto operator<=>(const Id&) const = default;
};

using PurchaseId = Id<struct PurchaseTag>;
using CustomerId = Id<struct CustomerTag>;  ///< The user's id in the auth server; a token's `sub`.
using ProductId = Id<struct ProductTag>;
using InstanceId = Id<struct InstanceTag>;  ///< A product instance that a customer owns.
using PaymentId = Id<struct PaymentTag>;

/// A text of its own type: `Sku`, `EffectId`.
template <class Tag>
struct Name {
  std::string value;
  auto operator<=>(const Name&) const = default;
};

/// Stock keeping unit: 1–64 characters of [A-Za-z0-9._+-], compared byte by byte.
using Sku = Name<struct SkuTag>;
bool is_valid_sku(std::string_view text);

/// `<purchase>/<effect>/<line>`: names one effect on one line of one purchase for ever; the attempt is kept apart.
using EffectId = Name<struct EffectTag>;
/// @param line 0-based line of the purchase; -1 for an effect on the whole purchase (written `-`).
EffectId effect_id(PurchaseId purchase, std::string_view effect, int line);
/// The parts of an effect id; nothing if the text is not of that shape.
struct EffectParts {
  PurchaseId purchase;
  std::string effect;
  int line = -1;
};
std::optional<EffectParts> parse_effect_id(std::string_view text);

/// Which of `shards` shards owns a key that is not a UUID (a SKU, an e-mail): FNV-1a 64, stable for ever because data
/// depends on it. @param shards 1 … 4096.
std::uint16_t shard_of(std::string_view key, std::uint16_t shards);

}  // namespace pps

template <class Tag>
struct std::hash<pps::Id<Tag>> {
  std::size_t operator()(const pps::Id<Tag>& id) const noexcept { return std::hash<pps::Uuid>{}(id.value); }
};
template <class Tag>
struct std::hash<pps::Name<Tag>> {
  std::size_t operator()(const pps::Name<Tag>& name) const noexcept {
    return std::hash<std::string>{}(name.value);
  }
};
