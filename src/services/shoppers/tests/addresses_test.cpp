#include <gmock/gmock.h>

#include "house.hpp"

namespace pps::shoppers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::code;

struct Addresses : testing::House {
  static Address at(std::string line1) {
    Address address{.name = "Ada Lovelace", .line1 = std::move(line1), .city = "London", .postal_code = "SW1Y 4JH", .country = "GB"};
    return address;
  }
  Result<AddressReply> add(std::string line1, bool is_default = false) {
    AddAddress request{ada, at(std::move(line1)), is_default};
    return world.run(service->add_address({}, std::move(request)));
  }
  Result<AddressReply> change(Uuid id, std::int64_t version, std::string line1, bool is_default) {
    ChangeAddress request{ada, id, version < 0 ? "" : etag_of(version), at(std::move(line1)), is_default};
    return world.run(service->change_address({}, std::move(request)));
  }
  Result<AddressBook> remove(Uuid id, std::int64_t version) {
    RemoveAddress request{ada, id, version < 0 ? "" : etag_of(version)};
    return world.run(service->remove_address({}, std::move(request)));
  }
  AddressBook book(CustomerId of) { return *world.run(service->addresses({}, {of})); }
  /// "12 Square*" for the default.
  std::vector<std::string> shown() {
    std::vector<std::string> out;
    for (const SavedAddress& one : book(ada).items) out.push_back(one.address.line1 + (one.is_default ? "*" : ""));
    return out;
  }
};

TEST_F(Addresses, keep_one_default_whatever_is_done) {
  EXPECT_EQ(book(ada).version, 0);
  const AddressReply a = *add("a");
  const AddressReply b = *add("b");
  EXPECT_THAT(shown(), ElementsAre("a*", "b"));
  const AddressReply c = *add("c", true);
  EXPECT_THAT(shown(), ElementsAre("a", "b", "c*"));
  const AddressReply changed = *change(b.saved.id, c.version, "b2", true);
  EXPECT_THAT(shown(), ElementsAre("a", "b2*", "c"));
  EXPECT_EQ(code(change(b.saved.id, changed.version, "b3", false)), "address.default_needed");
  const AddressBook two = *remove(b.saved.id, changed.version);
  EXPECT_THAT(shown(), ElementsAre("a*", "c"));
  const AddressBook one = *remove(a.saved.id, two.version);
  EXPECT_THAT(shown(), ElementsAre("c*"));
  EXPECT_TRUE(remove(c.saved.id, one.version).has_value());
  EXPECT_THAT(shown(), ElementsAre());
  EXPECT_EQ(book(ada).version, one.version + 1) << "an emptied book must not have an ETag that it had before";
}

TEST_F(Addresses, change_only_what_was_read) {
  const AddressReply a = *add("a");
  EXPECT_EQ(code(change(a.saved.id, -1, "x", true)), "etag.required");
  EXPECT_EQ(code(remove(a.saved.id, -1)), "etag.required");
  (void)add("b");
  EXPECT_EQ(code(change(a.saved.id, a.version, "x", true)), "etag.mismatch");
  EXPECT_EQ(code(remove(a.saved.id, a.version)), "etag.mismatch");
  EXPECT_EQ(code(change(Uuid::v7(9, 0, 9), 2, "x", true)), "address.not_found");
  EXPECT_EQ(code(remove(Uuid::v7(9, 0, 9), 2)), "address.not_found");
  EXPECT_THAT(shown(), ElementsAre("a*", "b"));
}

TEST_F(Addresses, add_the_same_once_and_no_more_than_twenty) {
  const AddressReply first = *add("line 0");
  const AddressReply again = *add("line 0");
  EXPECT_TRUE(first.added);
  EXPECT_FALSE(again.added);
  EXPECT_EQ(first.saved.id, again.saved.id);
  EXPECT_EQ(first.version, again.version);
  for (int n = 1; n < 20; ++n) EXPECT_EQ(code(add("line " + std::to_string(n))), "ok");
  EXPECT_EQ(code(add("line 20")), "addresses.full");
  EXPECT_EQ(code(add("line 7", true)), "ok") << "what is there already takes no room";
  EXPECT_EQ(shown().at(7), "line 7*");
  EXPECT_EQ(shown().at(0), "line 0");
}

TEST_F(Addresses, outlive_a_crash_belong_to_one_account_and_are_sealed) {
  (void)add("12 Secret Square");
  start();
  EXPECT_THAT(shown(), ElementsAre("12 Secret Square*"));
  EXPECT_TRUE(book(grace).items.empty());
  storage::ScanQuery query{.family = &kShoppers, .kind = AddressBookRow::kKind};
  std::string bodies;
  for (std::uint16_t shard = 0; shard < 4; ++shard) {
    query.partition = storage::ShardAddress{&kShoppers, "shoppers", shard}.partition();
    const auto page = world.run(table->scan(query));
    ASSERT_TRUE(page);
    for (const auto& row : page->rows) bodies += row.body;
  }
  EXPECT_FALSE(bodies.empty());
  EXPECT_THAT(bodies, Not(HasSubstr("Secret")));
}

}  // namespace
}  // namespace pps::shoppers
