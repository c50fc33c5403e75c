#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

/// Small files whole, large ones in pieces. Blocks: at start-up, or on a pool.
namespace pps::runtime {

/// Errors: `not_found` "file.missing"; `too_large` "file.too_large"; `unavailable` "file.read".
Result<std::string> read_file(const std::string& path, std::size_t most_bytes);

struct FilePiece {
  std::string bytes;
  std::int64_t size = 0;  ///< Of the whole file.
  bool last = false;      ///< It ends with these bytes.
};
/// At most `most_bytes` from `offset` on. Errors: `not_found` "file.missing"; `unavailable` "file.read".
Result<FilePiece> read_file_piece(const std::string& path, std::int64_t offset, std::int64_t most_bytes);

/// Writes a temporary file, syncs it, and moves it to `path`: that is the old file or the whole new one, never half of it.
/// Mode 0600. Error `unavailable` "file.write".
/// @param temporary in the same file system; empty: beside `path`.
Result<void> replace_file(const std::string& path, const std::string& contents, std::string temporary = {});

/// Makes the folder and its parents, mode 0700 for those it makes. Error `unavailable` "file.write".
Result<void> make_folder(const std::string& path);

bool file_exists(const std::string& path);
/// The folder of the running program.
std::string program_folder();

}  // namespace pps::runtime
