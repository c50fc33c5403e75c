#include "search/xapian/index_folder.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>

namespace pps::search {
namespace {

namespace fs = std::filesystem;

char other(char place) { return place == 'a' ? 'b' : 'a'; }
std::string at(const std::string& path, char place) { return path + "/" + place; }
std::string marker(const std::string& path) { return path + "/current"; }

/// The place that the file names; `a` where there is none, as in a new folder.
char read_marker(const std::string& path) {
  std::ifstream in(marker(path));
  char place = 'a';
  in.get(place);
  return place == 'b' ? 'b' : 'a';
}

void remove_all(const std::string& path) {
  std::error_code ignored;  // what is left costs room and is removed at the next start
  fs::remove_all(path, ignored);
}

/// An index that stood here before there were places is of an older format: its files go, and it is built again.
void remove_files(const std::string& path) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(path, ignored))
    if (entry.is_regular_file(ignored) && entry.path().filename() != "current") fs::remove(entry.path(), ignored);
}

}  // namespace

Result<std::shared_ptr<XapianDatabase>> IndexFolder::open_current() {
  if (path_.empty()) return XapianDatabase::open("");
  current_ = read_marker(path_);
  remove_files(path_);
  remove_all(at(path_, other(current_)));
  return XapianDatabase::open(at(path_, current_));
}

Result<std::shared_ptr<XapianDatabase>> IndexFolder::open_next() {
  if (path_.empty()) return XapianDatabase::open("");
  remove_all(at(path_, other(current_)));
  return XapianDatabase::open(at(path_, other(current_)));
}

Result<void> IndexFolder::place_next() {
  if (path_.empty()) return {};
  // An index is built again when it is behind, so that a marker that a power loss takes back costs time only.
  const std::string fresh = marker(path_) + ".new";
  std::error_code error;
  if (std::ofstream out(fresh); !(out << other(current_)).flush())
    return fail(ErrorKind::unavailable, "search.folder", "cannot write " + fresh);
  fs::rename(fresh, marker(path_), error);
  if (error) return fail(ErrorKind::unavailable, "search.folder", "cannot write " + marker(path_) + ": " + error.message());
  const char old = std::exchange(current_, other(current_));
  remove_all(at(path_, old));  // queries that still run on it hold its files open
  return {};
}

}  // namespace pps::search
