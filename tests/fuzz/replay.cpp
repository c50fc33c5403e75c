// In place of libFuzzer's main: gives each file of a folder to the fuzzer once, and a few edges besides.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void give(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 2;
  }
  std::size_t kept = 0;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    std::ifstream file(entry.path(), std::ios::binary);
    give({std::istreambuf_iterator<char>(file), {}});
    ++kept;
  }
  for (int byte = 0; byte < 256; ++byte) give(std::string(1, static_cast<char>(byte)));
  give({});
  give(std::string(4096, '\0'));
  give(std::string(4096, '\xff'));
  std::printf("%zu kept inputs\n", kept);
  return kept == 0 ? 1 : 0;
}
