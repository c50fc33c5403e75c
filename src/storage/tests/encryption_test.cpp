#include "storage/encryption.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "runtime/simulated.hpp"
#include "storage/aead.hpp"
#include "storage/memory/memory.hpp"
#include "storage/records.hpp"

namespace pps::storage {
namespace {

constexpr Family kKeys{"keys", FamilyUse::conditional};
constexpr Family kUsers{"users", FamilyUse::conditional};

struct Secret {
  static constexpr RowKind kKind = 1;
  std::string name;
  std::string email;
  BlindText email_index;
  std::vector<std::string> codes;
  std::optional<std::int64_t> pin;
  Unknown unknown;
  static constexpr auto columns() {
    return std::tuple(column<1>(&Secret::name), column<2>(&Secret::email, encrypted),
                      column<3>(&Secret::email_index, blind_index), column<4>(&Secret::codes, encrypted),
                      column<5>(&Secret::pin, encrypted));
  }
  bool operator==(const Secret&) const = default;
};

std::string unhex(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 2)
    out.push_back(static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  return out;
}

// McGrew & Viega, "The Galois/Counter Mode of Operation", test case 16 (AES-256, with associated data).
TEST(Aead, opens_the_published_vector) {
  SecretKey key;
  const std::string raw = unhex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  std::copy(raw.begin(), raw.end(), key.bytes.begin());
  const std::string sealed = unhex(
      "cafebabefacedbaddecaf888"
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
      "76fc6ece0f4e1768cddf8853bb2d551b");
  const auto plain = aead::open(key, unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"), sealed);
  ASSERT_TRUE(plain);
  EXPECT_EQ(*plain, unhex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16a"
                          "edf5aa0de657ba637b39"));
}

class EncryptionTest : public testing::Test {
 protected:
  std::shared_ptr<Keyring> open() {
    auto ring = world_.run(Keyring::open(world_.runtime(), *table_, kKeys, kek_));
    EXPECT_TRUE(ring) << ring.error().code;
    return *ring;
  }
  static Secret secret() {
    Secret row;
    row.name = "Ann";
    row.email = "ann@example.org";
    row.email_index.plain = row.email;
    row.codes = {"1", "2"};
    row.pin = 0;
    return row;
  }
  runtime::SimulatedWorld world_{3};
  std::shared_ptr<Table> table_ = memory::open_table(world_.runtime(), std::make_shared<memory::Disk>());
  SecretKey kek_ = SecretKey::random(world_);
};

TEST_F(EncryptionTest, marked_columns_come_back_and_do_not_show) {
  const Codec codec(open());
  const std::string body = codec.encode(secret(), {"users", "u1"});
  EXPECT_EQ(body.find("ann@"), std::string::npos);
  EXPECT_NE(body.find("Ann"), std::string::npos);
  const auto back = codec.decode<Secret>(body, {"users", "u1"});
  ASSERT_TRUE(back);
  Secret expected = secret();
  expected.email_index = {"", codec.blind_index("users", 3, "ann@example.org")};
  EXPECT_EQ(*back, expected);
  EXPECT_EQ(codec.decode<Secret>(codec.encode(*back, {"users", "u1"}), {"users", "u1"}), expected) << "written again";
  EXPECT_NE(codec.encode(secret(), {"users", "u1"}), body) << "a nonce each time";
}

TEST_F(EncryptionTest, a_sealed_column_opens_in_its_place_only) {
  const Codec codec(open());
  const std::string body = codec.encode(secret(), {"users", "u1"});
  for (const auto& place : {RowPlace{"users", "u2"}, RowPlace{"others", "u1"}})
    EXPECT_EQ(codec.decode<Secret>(body, place).error().code, "encryption.damaged");
  for (std::size_t i = body.find("Ann") + 10; i < body.size(); ++i) {
    std::string altered = body;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    const auto row = codec.decode<Secret>(altered, {"users", "u1"});
    EXPECT_TRUE(!row || *row != *codec.decode<Secret>(body, {"users", "u1"})) << i;
  }
}

TEST_F(EncryptionTest, keys_survive_reopening_and_rotation) {
  auto ring = open();
  const std::string old = Codec(ring).encode(secret(), {"users", "u1"});
  ASSERT_TRUE(world_.run(Keyring::rotate(ring, *table_, kKeys, kek_)));
  EXPECT_EQ(ring->current_key(), 2u);
  const std::string fresh = Codec(ring).encode(secret(), {"users", "u1"});
  const Codec later(open());
  EXPECT_TRUE(later.decode<Secret>(old, {"users", "u1"}));
  EXPECT_TRUE(later.decode<Secret>(fresh, {"users", "u1"}));
  EXPECT_EQ(later.blind_index("users", 3, "x"), Codec(ring).blind_index("users", 3, "x"));
  EXPECT_NE(later.blind_index("users", 3, "x"), later.blind_index("users", 4, "x"));
}

TEST_F(EncryptionTest, another_key_file_is_refused) {
  open();
  const SecretKey other = SecretKey::random(world_);
  const auto ring = world_.run(Keyring::open(world_.runtime(), *table_, kKeys, other));
  ASSERT_FALSE(ring);
  EXPECT_EQ(ring.error().code, "encryption.wrong_key");
}

TEST_F(EncryptionTest, records_use_the_codec) {
  const Records<Secret> users(*table_, kUsers, "auth", 4, std::make_shared<Codec>(open()));
  ASSERT_TRUE(world_.run(users.insert("u1", secret())));
  const auto found = *world_.run(users.find("u1"));
  EXPECT_EQ(found->value.email, "ann@example.org");
  EXPECT_DEATH((Records<Secret>(*table_, kUsers, "auth", 4)), "invariant");
}

TEST_F(EncryptionTest, a_key_file_is_made_once_and_read_by_its_owner_alone) {
  namespace fs = std::filesystem;
  std::string folder = (fs::temp_directory_path() / "pps-key-XXXXXX").string();
  ASSERT_TRUE(mkdtemp(folder.data()));
  const std::string path = folder + "/key";
  EXPECT_EQ(read_key_file(path).error().code, "encryption.key_file_missing");
  ASSERT_TRUE(create_key_file(path, world_));
  EXPECT_EQ(create_key_file(path, world_).error().code, "encryption.key_file_exists");
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  const auto key = read_key_file(path);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->bytes, read_key_file(path)->bytes);
  chmod(path.c_str(), 0640);
  EXPECT_EQ(read_key_file(path).error().code, "encryption.key_file_permissions");
  EXPECT_EQ(read_key_file(folder).error().code, "encryption.key_file_permissions") << "a folder is no key";
  chmod(path.c_str(), 0600);
  for (const char* wrong : {"", "abc", "zz"}) {
    std::ofstream(path, std::ios::trunc) << wrong;
    EXPECT_EQ(read_key_file(path).error().code, "encryption.key_file_content");
  }
  std::ofstream(path, std::ios::trunc) << std::string(64, 'a') << "b\n";
  EXPECT_EQ(read_key_file(path).error().code, "encryption.key_file_content");
  fs::remove_all(folder);
}

}  // namespace
}  // namespace pps::storage
