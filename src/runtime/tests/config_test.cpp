#include "runtime/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace pps::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

struct ConfigTest : testing::Test {
  ConfigTest()
      : path(testing::TempDir() + "pps-config-" +
             testing::UnitTest::GetInstance()->current_test_info()->name() + ".toml") {}
  ~ConfigTest() override { std::filesystem::remove(path); }
  Result<Config> load(std::string_view toml, std::map<std::string, std::string> environment = {},
                      std::vector<std::string> flags = {}) {
    std::ofstream(path) << toml;
    return Config::load(path, environment, flags);
  }
  std::vector<std::string> errors(Config& config) {
    const auto done = config.finish();
    std::vector<std::string> out;
    if (done) return out;
    EXPECT_EQ(done.error().kind, ErrorKind::invalid);
    EXPECT_EQ(done.error().code, "config.invalid");
    for (const auto& field : done.error().fields) {
      std::string detail = field.detail;
      if (const auto at = detail.find(path); at != std::string::npos)
        detail.replace(at, path.size(), "FILE");
      out.push_back(field.code + " " + detail);
    }
    return out;
  }
  std::string path;
};

TEST_F(ConfigTest, flags_beat_the_environment_which_beats_the_file) {
  auto config =
      *load("[net]\nport = 1\naddress = \"a\"\nname = \"file\"\n",
            {{"PPS_NET_PORT", "2"}, {"PPS_NET_ADDRESS", "b"}, {"HOME", "/x"}}, {"net.port=3"});
  EXPECT_EQ(config.get_int("net.port", 0, 0, 9), 3);
  EXPECT_EQ(config.get_string("net.address", ""), "b");
  EXPECT_EQ(config.get_string("net.name", ""), "file");
  EXPECT_EQ(config.get_string("net.absent", "fallback"), "fallback");
  EXPECT_TRUE(config.has("net.port"));
  EXPECT_FALSE(config.has("net.absent"));
  EXPECT_TRUE(config.finish());
}

TEST_F(ConfigTest, reads_every_kind_from_each_place) {
  auto config = *load("flag = true\nwait = \"90d\"\nnames = [\"a\", \"b\"]\n[a.b]\nc_d = -5\n",
                      {{"PPS_E_FLAG", "false"}, {"PPS_E_WAIT", "250ms"}, {"PPS_E_LIST", "x,y"}},
                      {"f.wait=10m", "f.text=with = sign", "f.empty="});
  EXPECT_TRUE(config.get_bool("flag", false));
  EXPECT_EQ(config.get_duration("wait", 1s), 24h * 90);
  EXPECT_THAT(config.get_list("names", {}), ElementsAre("a", "b"));
  EXPECT_EQ(config.get_int("a.b.c_d", 0, -9, 9), -5);
  EXPECT_FALSE(config.get_bool("e.flag", true));
  EXPECT_EQ(config.get_duration("e.wait", 1s), 250ms);
  EXPECT_THAT(config.get_list("e.list", {}), ElementsAre("x", "y"));
  EXPECT_EQ(config.get_duration("f.wait", 1s), 10min);
  EXPECT_EQ(config.get_string("f.text", ""), "with = sign");
  EXPECT_THAT(config.get_list("f.empty", {"z"}), ElementsAre());
  EXPECT_THAT(errors(config), ElementsAre());
}

TEST_F(ConfigTest, names_every_wrong_key_with_its_place) {
  auto config = *load("[net]\nport = \"x\"\nratio = 1.5\nmixed = [1]\ntypo = 1\nwait = \"5 s\"\n",
                      {{"PPS_NET_LIMIT", "many"}, {"PPS_NO_SUCH", "1"}},
                      {"net.size=11", "odd.key=1", "net.url=ftp"});
  EXPECT_EQ(config.get_int("net.port", 8, 0, 9), 8);
  config.get_int("net.ratio", 1, 0, 9);
  config.get_list("net.mixed", {});
  EXPECT_EQ(config.get_duration("net.wait", 7s), 7s);
  EXPECT_EQ(config.get_int("net.limit", 5, 0, 9), 5);
  EXPECT_EQ(config.get_int("net.size", 5, 0, 10), 5);
  config.get_string("net.url", "");
  config.refuse("net.url", "must be an https URL");
  EXPECT_THAT(
      errors(config),
      ElementsAre(
          "config.type FILE:2: net.port must be a whole number",
          "config.type FILE:3: net.ratio must be a whole number",
          "config.type FILE:4: net.mixed must be a list of strings",
          "config.type FILE:6: net.wait must be a duration such as \"250ms\", \"5s\", \"10m\", "
          "\"1h\" or \"90d\"",
          "config.type PPS_NET_LIMIT in the environment: net.limit must be a whole number",
          "config.range --set net.size: net.size must be 0 to 10, not 11",
          "config.invalid --set net.url: net.url must be an https URL",
          "config.unknown FILE:5: net.typo is not a key that is known",
          "config.unknown PPS_NO_SUCH in the environment: PPS_NO_SUCH is not a key that is known",
          "config.unknown --set odd.key: odd.key is not a key that is known"));
}

TEST_F(ConfigTest, refuses_what_cannot_be_read) {
  const auto syntax = load("a = 1\nb = = 2\n");
  ASSERT_FALSE(syntax);
  EXPECT_EQ(syntax.error().code, "config.syntax");
  EXPECT_THAT(syntax.error().detail, testing::HasSubstr(path + ":2:"));
  EXPECT_EQ(load("a = 1\na = 2\n").error().code, "config.syntax");
  EXPECT_EQ(Config::load("/no/such/file.toml", {}, {}).error().code, "config.file");
  EXPECT_EQ(Config::load(std::nullopt, {}, {"novalue"}).error().code, "config.syntax");
  EXPECT_EQ(Config::load(std::nullopt, {}, {"=x"}).error().code, "config.syntax");
}

TEST(Durations, wrong_ones_are_refused) {
  for (const char* bad : {"5", "s", "-5s", "1.5s", "5S", "5 s", "", "99999999999999d", "1e3s"}) {
    auto config = *Config::load(std::nullopt, {}, {std::string("x=") + bad});
    EXPECT_EQ(config.get_duration("x", 3s), 3s) << bad;
    EXPECT_FALSE(config.finish()) << bad;
  }
}

}  // namespace
}  // namespace pps::config
