#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "services/catalogue/imports.hpp"
#include "services/catalogue/model.hpp"

namespace pps::catalogue {

/// What is kept that bears on a row of an import.
struct StoredForRow {
  std::optional<Product> product;             ///< The one that has the row's slug.
  std::map<std::string, std::string> others;  ///< SKUs of the row that another product has, and that one's slug.
};

/// What an import would do if its rows were carried out in their order: the memory of a dry run. It grows by about 200
/// bytes a product.
class ImportPlan {
 public:
  /// What the row would do after those before it. `conflict` "sku.taken" with every SKU that another product has then.
  Result<RowOutcome> add(const ImportRow& row, const StoredForRow& stored);

 private:
  struct Planned {
    std::string fingerprint;  ///< SHA-256 of all that a row says.
    std::set<std::string> skus;
  };
  std::map<std::string, Planned> products_;   ///< As rows before would leave them, by slug.
  std::map<std::string, std::string> owners_;  ///< Slugs by SKU that rows before would take or (empty) give up.
};

}  // namespace pps::catalogue
