#pragma once

#include <string>
#include <vector>

namespace pps::workflow {

/// One line at the margin and the indented ones below it. `#` begins a comment line, which is kept.
struct Block {
  int line = 0;
  std::string head;
  std::vector<std::string> body;
  std::vector<std::string> comments;  ///< Above it, blank lines included.
};

std::string read_text(const std::string& path);
std::vector<Block> read_cases(const std::string& path);
/// Writes the blocks back, with what they said replaced by what was seen (PPS_UPDATE_CASES=1).
void write_cases(const std::string& path, const std::vector<Block>& blocks);
/// Files of src/workflow/tests/cases with this ending, sorted.
std::vector<std::string> case_files(const std::string& ending);
bool is_updating();

}  // namespace pps::workflow
