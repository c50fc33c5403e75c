#pragma once

#include <string>
#include <string_view>

#include "services/catalogue/model.hpp"

namespace pps::catalogue {

/// Reads a ProductInput of api/openapi.yaml. `malformed` "request.malformed"; `invalid` "fields.invalid" with every
/// wrong field, a SKU or currency that stands twice included.
Result<ProductInput> read_product_input(std::string_view json);

/// The same product as JSON in one form (fixed order of fields, maps by name, defaults left out): what was read from
/// it is written byte by byte as it was.
std::string write_product_input(const ProductInput& product);

constexpr std::size_t kMostImages = 20;
struct ArrangedImage {
  std::string name, alt;
};
/// Reads ImagesInput of api/openapi.yaml: each name once.
Result<std::vector<ArrangedImage>> read_images_input(std::string_view json);

}  // namespace pps::catalogue
