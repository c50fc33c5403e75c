// Row bodies, stored values and keys: any bytes are read or refused; what was read is written as it will be read again.
#include <cstdint>
#include <string>
#include <string_view>

#include "storage/keys.hpp"
#include "storage/layout.hpp"
#include "storage/rows.hpp"
#include "storage/shard.hpp"

using namespace pps;

namespace {

enum class Colour : std::uint8_t { red, green };

struct Part {
  std::string name;
  std::int64_t weight = 0;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&Part::name), storage::column<2>(&Part::weight));
  }
};

struct Thing {
  bool on = false;
  std::int64_t count = 5;
  std::uint16_t small = 0;
  std::string text;
  Colour colour = Colour::red;
  Uuid uuid;
  Money price;
  Timestamp at;
  std::optional<Part> spare;
  std::vector<Part> parts;
  std::map<std::string, std::vector<std::int64_t>> table;
  storage::Unknown unknown;
  static constexpr auto columns() {
    using storage::column;
    return std::tuple(column<1>(&Thing::on), column<2>(&Thing::count), column<3>(&Thing::small), column<4>(&Thing::text),
                      column<5>(&Thing::colour), column<7>(&Thing::uuid), column<10>(&Thing::price),
                      column<11>(&Thing::at), column<12>(&Thing::spare), column<13>(&Thing::parts),
                      column<14>(&Thing::table));
  }
};

template <class T>
void read(std::string_view body) {
  const auto row = storage::decode_row<T>(body);
  if (!row) {
    PPS_INVARIANT(row.error().code == "storage.corrupt" || row.error().code == "storage.newer_format");
    return;
  }
  const std::string written = storage::encode_row(*row);
  const auto again = storage::decode_row<T>(written);
  PPS_INVARIANT(again.has_value() && storage::encode_row(*again) == written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read<Thing>(bytes);
  read<storage::Event>(bytes);
  read<storage::ShardStatic>(bytes);

  if (const auto stored = storage::layout::unpack(bytes)) PPS_INVARIANT(storage::layout::pack(*stored) == bytes);

  std::string text;
  if (storage::KeyReader reader(bytes); reader.text(text))
    PPS_INVARIANT(bytes.starts_with(storage::KeyWriter().text(text).take()));
  return 0;
}
