#include "case_file.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace pps::workflow {

std::string read_text(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot read " + path);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<Block> read_cases(const std::string& path) {
  std::istringstream in(read_text(path));
  std::vector<Block> blocks;
  std::vector<std::string> comments;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.empty() || line.front() == '#') {
      comments.push_back(line);
    } else if (line.front() == ' ') {
      if (blocks.empty()) throw std::runtime_error(path + ": begins with an indented line");
      blocks.back().body.push_back(line.substr(line.find_first_not_of(' ')));
    } else {
      blocks.push_back({number, line, {}, std::exchange(comments, {})});
    }
  }
  return blocks;
}

void write_cases(const std::string& path, const std::vector<Block>& blocks) {
  std::ofstream out(path);
  for (const Block& block : blocks) {
    for (const std::string& comment : block.comments) out << comment << '\n';
    out << block.head << '\n';
    for (const std::string& line : block.body) out << "  " << line << '\n';
  }
}

std::vector<std::string> case_files(const std::string& ending) {
  std::vector<std::string> paths;
  for (const auto& entry :
       std::filesystem::directory_iterator(PPS_SOURCE_DIR "/src/workflow/tests/cases")) {
    if (entry.path().string().ends_with(ending)) paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

bool is_updating() { return std::getenv("PPS_UPDATE_CASES") != nullptr; }

}  // namespace pps::workflow
