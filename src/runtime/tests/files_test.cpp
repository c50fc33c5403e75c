#include "runtime/files.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace pps::runtime {
namespace {

TEST(Files, are_read_in_pieces) {
  const std::string path = testing::TempDir() + "pps-pieces-" + std::to_string(::getpid());
  ASSERT_TRUE(replace_file(path, "0123456789"));
  std::string all;
  for (std::int64_t offset = 0;;) {
    const auto piece = read_file_piece(path, offset, 4);
    ASSERT_TRUE(piece);
    EXPECT_EQ(piece->size, 10);
    all += piece->bytes;
    offset += static_cast<std::int64_t>(piece->bytes.size());
    EXPECT_EQ(piece->last, offset == 10);
    if (piece->last) break;
  }
  EXPECT_EQ(all, "0123456789");
  EXPECT_TRUE(read_file_piece(path, 10, 4)->bytes.empty());
  EXPECT_TRUE(read_file_piece(path, 10, 4)->last);
  ::unlink(path.c_str());
  EXPECT_EQ(read_file_piece(path, 0, 4).error().code, "file.missing");
}

}  // namespace
}  // namespace pps::runtime
