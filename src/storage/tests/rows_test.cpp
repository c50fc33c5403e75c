#include "storage/rows.hpp"

#include <gtest/gtest.h>

#include "storage/keys.hpp"

namespace pps::storage {
namespace {

enum class Colour : std::uint8_t { red, green };
enum class Sign : int { minus = -1, zero = 0 };

struct Part {
  std::string name;
  std::int64_t weight = 0;
  static constexpr auto columns() { return std::tuple(column<1>(&Part::name), column<2>(&Part::weight)); }
  bool operator==(const Part&) const = default;
};

struct Thing {
  static constexpr RowKind kKind = 7;
  bool on = false;
  std::int64_t count = 5;  // a default other than zero
  std::uint16_t small = 0;
  std::string text;
  Colour colour = Colour::red;
  Sign sign = Sign::zero;
  Uuid uuid;
  PurchaseId purchase;
  Sku sku;
  Money price;
  Timestamp at;
  std::optional<std::string> maybe;
  std::vector<Part> parts;
  std::map<std::string, std::vector<std::int64_t>> table;
  std::optional<Part> spare;
  Unknown unknown;
  static constexpr auto columns() {
    return std::tuple(column<1>(&Thing::on), column<2>(&Thing::count), column<3>(&Thing::small), column<4>(&Thing::text),
                      column<5>(&Thing::colour), column<6>(&Thing::sign), column<7>(&Thing::uuid),
                      column<8>(&Thing::purchase), column<9>(&Thing::sku), column<10>(&Thing::price),
                      column<11>(&Thing::at), column<12>(&Thing::maybe), column<13>(&Thing::parts),
                      column<14>(&Thing::table), column<300>(&Thing::spare));
  }
  bool operator==(const Thing&) const = default;
};

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<std::uint8_t>(c));
  return out;
}

Thing full() {
  Thing thing;
  thing.on = true;
  thing.count = -3;
  thing.small = 65'535;
  thing.text = std::string("a\0b", 3);
  thing.colour = Colour::green;
  thing.sign = Sign::minus;
  thing.uuid = Uuid::v7(1, 2, 3);
  thing.purchase.value = Uuid::v7(4, 5, 6);
  thing.sku.value = "SKU-1";
  thing.price = {1999, *Currency::parse("EUR")};
  thing.at = from_unix_us(-1);
  thing.maybe = "";
  thing.parts = {{"x", 1}, {"", 0}};
  thing.table = {{"", {}}, {"k", {1, -1}}};
  thing.spare = Part{};
  return thing;
}

TEST(Rows, every_column_type_comes_back) {
  const auto back = decode_row<Thing>(encode_row(full()));
  ASSERT_TRUE(back) << back.error().code;
  EXPECT_EQ(*back, full());
}

TEST(Rows, defaults_are_not_written) {
  EXPECT_EQ(hex(encode_row(Thing{})), "01");
  EXPECT_EQ(decode_row<Thing>(encode_row(Thing{}))->count, 5);
  Thing zero;
  zero.count = 0;
  EXPECT_EQ(decode_row<Thing>(encode_row(zero))->count, 0);
}

// Golden bytes of format 1: they must never change, because data on disks has them.
TEST(Rows, format_1_is_these_bytes) {
  Thing thing;
  thing.on = true;
  thing.count = -3;
  thing.text = "hi";
  thing.price = {-200, *Currency::parse("EUR")};
  thing.parts = {{"x", 1}};
  thing.table = {{"k", {-1}}};
  thing.spare = Part{};
  EXPECT_EQ(hex(encode_row(thing)),
            "01"
            "01010101"              // 1: unsigned, 1
            "02020105"              // 2: signed, -3 zigzagged
            "0403026869"            // 4: bytes "hi"
            "0a0705455552" "8f03"   // 10: money EUR -200
            "0d050a" "04" "08" "01030178" "02020102"  // 13: list of columns
            "0e0608" "0305" "016b" "03020101"         // 14: map of bytes to list of signed
            "ac020400");            // 300: columns, none written
}

struct NewThing {
  std::string text;
  std::string added;
  std::uint64_t more = 0;
  static constexpr auto columns() {
    return std::tuple(column<2>(&NewThing::more), column<4>(&NewThing::text), column<9>(&NewThing::added));
  }
};
struct OldThing {
  std::string text;
  Unknown unknown;
  static constexpr auto columns() { return std::tuple(column<4>(&OldThing::text)); }
};

TEST(Rows, columns_of_a_newer_writer_survive_an_older_one) {
  auto old = decode_row<OldThing>(encode_row(NewThing{"t", "kept", 9}));
  ASSERT_TRUE(old);
  EXPECT_EQ(old->unknown.size(), 2u);
  old->text = "changed";
  const auto back = decode_row<NewThing>(encode_row(*old));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->text, "changed");
  EXPECT_EQ(back->added, "kept");
  EXPECT_EQ(back->more, 9u);
}

TEST(Rows, a_newer_format_and_broken_bytes_are_refused) {
  std::string newer = encode_row(full());
  newer[0] = 2;
  EXPECT_EQ(decode_row<Thing>(newer).error().code, "storage.newer_format");
  EXPECT_EQ(decode_row<Thing>("").error().code, "storage.corrupt");
  struct Case {
    const char* why;
    std::string body;
  };
  const Case cases[] = {
      {"type of another column", std::string("\1\1\3\1x", 5)},
      {"truncated", std::string("\1\4\3\5hi", 6)},
      {"ids go back", std::string("\1\4\3\1a\1\1\1\1", 9)},
      {"id twice", std::string("\1\1\1\1\1\1\1\1\1", 9)},
      {"id 0", std::string("\1\0\1\1\1", 5)},
      {"no type", std::string("\1\4", 2)},
      {"value out of range", std::string("\1\3\1\3\xff\xff\x7f", 7)},
      {"varint not shortest", std::string("\1\3\1\2\x81\0", 6)},
      {"uuid of 3 bytes", std::string("\1\7\3\3abc", 7)},
      {"trailing bytes in a number", std::string("\1\3\1\2\1\1", 6)},
  };
  for (const auto& [why, body] : cases) {
    const auto row = decode_row<Thing>(body);
    ASSERT_FALSE(row) << why;
    EXPECT_EQ(row.error().code, "storage.corrupt") << why;
  }
  const std::string whole = encode_row(full());
  for (std::size_t cut = 1; cut < whole.size(); ++cut) (void)decode_row<Thing>(whole.substr(0, cut));  // must not crash
}

TEST(Keys, order_of_bytes_is_order_of_tuples) {
  const std::vector<std::string> texts = {"", std::string("\0", 1), std::string("\0\xff", 2), "\x01", "a", std::string("a\0", 2),
                                          std::string("a\0b", 3), "a\x01", "ab", "b", "\xff", "\xff\xff"};
  const std::vector<std::int64_t> numbers = {INT64_MIN, -1, 0, 1, 255, 256, INT64_MAX};
  const std::vector<std::uint64_t> naturals = {0, 1, 255, 256, UINT64_MAX >> 1, UINT64_MAX};
  std::string last;
  for (const auto& text : texts)
    for (const auto natural : naturals)
      for (const auto number : numbers) {
        const std::string key = KeyWriter().text(text).u64(natural).i64(number).take();
        EXPECT_LT(last, key);
        last = key;
        KeyReader reader(key);
        std::string t;
        std::uint64_t u = 0;
        std::int64_t i = 0;
        ASSERT_TRUE(reader.text(t) && reader.u64(u) && reader.i64(i) && reader.at_end());
        EXPECT_EQ(std::tuple(t, u, i), std::tuple(text, natural, number));
      }
}

TEST(Keys, broken_keys_are_refused) {
  std::string text;
  std::uint64_t number = 0;
  Uuid uuid;
  EXPECT_FALSE(KeyReader("abc").text(text));
  EXPECT_FALSE(KeyReader(std::string("a\0", 2)).text(text));
  EXPECT_FALSE(KeyReader(std::string("a\0\2", 3)).text(text));
  EXPECT_FALSE(KeyReader("1234567").u64(number));
  EXPECT_FALSE(KeyReader("123456789012345").uuid(uuid));
}

TEST(Keys, prefix_end_is_the_next_key_without_the_prefix) {
  EXPECT_EQ(prefix_end("ab"), "ac");
  EXPECT_EQ(prefix_end("a\xff\xff"), "b");
  EXPECT_EQ(prefix_end("\xff"), "");
  EXPECT_EQ(prefix_end(""), "");
}

}  // namespace
}  // namespace pps::storage
