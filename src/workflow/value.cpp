#include "workflow/feel.hpp"

namespace pps::workflow {
namespace {

constexpr int kMaxDepth = 64;

enum class Tag : char { null = 0, no = 1, yes = 2, number = 3, text = 4, list = 5, context = 6 };

void put_varint(std::uint64_t value, std::string& out) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

void put_text(std::string_view text, std::string& out) {
  put_varint(text.size(), out);
  out.append(text);
}

void put_context(const Values& values, std::string& out) {
  put_varint(values.size(), out);
  for (const auto& [name, value] : values) {
    put_text(name, out);
    encode_value(value, out);
  }
}

/// Zigzag: small negative numbers stay short.
std::uint64_t zigzag(std::int64_t v) {
  return (static_cast<std::uint64_t>(v) << 1) ^ static_cast<std::uint64_t>(v >> 63);
}
std::int64_t unzigzag(std::uint64_t v) {
  return static_cast<std::int64_t>(v >> 1) ^ -static_cast<std::int64_t>(v & 1);
}

class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : rest_(bytes) {}

  bool context(Values& out, int depth) {
    std::uint64_t count = 0;
    if (!varint(count) || count > rest_.size()) return false;
    for (std::uint64_t i = 0; i < count; ++i) {
      std::string name;
      Value value;
      if (!text(name) || !this->value(value, depth)) return false;
      out.emplace_hint(out.end(), std::move(name), std::move(value));
    }
    return true;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  bool varint(std::uint64_t& out) {
    out = 0;
    for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<std::uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      out |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }

  bool text(std::string& out) {
    std::uint64_t size = 0;
    if (!varint(size) || size > rest_.size()) return false;
    out.assign(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return true;
  }

  bool number(Value& out) {
    std::uint64_t scale = 0, coefficient = 0;
    if (!varint(scale) || scale > Number::kMaxScale || !varint(coefficient)) return false;
    out = Number::make(unzigzag(coefficient), static_cast<int>(scale));
    return true;
  }

  bool list(Value& out, int depth) {
    std::uint64_t count = 0;
    if (!varint(count) || count > rest_.size()) return false;
    List items;
    items.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
      if (!value(items.emplace_back(), depth)) return false;
    }
    out = std::move(items);
    return true;
  }

  bool value(Value& out, int depth) {
    if (rest_.empty() || depth >= kMaxDepth) return false;
    const Tag tag{rest_.front()};
    rest_.remove_prefix(1);
    switch (tag) {
      case Tag::null:
        out = Value{};
        return true;
      case Tag::no:
        out = false;
        return true;
      case Tag::yes:
        out = true;
        return true;
      case Tag::number:
        return number(out);
      case Tag::text: {
        std::string read;
        if (!text(read)) return false;
        out = std::move(read);
        return true;
      }
      case Tag::list:
        return list(out, depth + 1);
      case Tag::context: {
        Values read;
        if (!context(read, depth + 1)) return false;
        out = std::move(read);
        return true;
      }
    }
    return false;
  }

  std::string_view rest_;
};

void write_text(std::string_view text, std::string& out) {
  out.push_back('"');
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        out.push_back(c);
    }
  }
  out.push_back('"');
}

bool is_name(std::string_view text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
  return !text.empty() && kLetters.find(text[0]) != std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return kLetters.find(c) != std::string_view::npos || (c >= '0' && c <= '9');
         });
}

void write(const Value& value, std::string& out);

struct Writer {
  std::string& out;
  void operator()(std::monostate) const { out += "null"; }
  void operator()(bool v) const { out += v ? "true" : "false"; }
  void operator()(const Number& v) const { out += v.to_string(); }
  void operator()(const std::string& v) const { write_text(v, out); }
  void operator()(const List& items) const {
    out.push_back('[');
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i) out += ", ";
      write(items[i], out);
    }
    out.push_back(']');
  }
  void operator()(const Values& values) const {
    out.push_back('{');
    bool first = true;
    for (const auto& [name, value] : values) {
      if (!std::exchange(first, false)) out += ", ";
      if (is_name(name)) {
        out += name;
      } else {
        write_text(name, out);
      }
      out += ": ";
      write(value, out);
    }
    out.push_back('}');
  }
};

void write(const Value& value, std::string& out) { std::visit(Writer{out}, value.data); }

}  // namespace

void assign(Values& into, const std::vector<std::string>& path, Value value) {
  Values* at = &into;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    Value& inner = (*at)[path[i]];
    if (!inner.context()) inner = Values{};
    at = &std::get<Values>(inner.data);
  }
  (*at)[path.back()] = std::move(value);
}

std::string to_feel(const Value& value) {
  std::string out;
  write(value, out);
  return out;
}

void encode_value(const Value& value, std::string& out) {
  const auto tag = [&](Tag t) { out.push_back(static_cast<char>(t)); };
  if (const bool* boolean = value.boolean()) {
    tag(*boolean ? Tag::yes : Tag::no);
  } else if (const Number* number = value.number()) {
    tag(Tag::number);
    put_varint(static_cast<std::uint64_t>(number->scale()), out);
    put_varint(zigzag(number->coefficient()), out);
  } else if (const std::string* text = value.text()) {
    tag(Tag::text);
    put_text(*text, out);
  } else if (const List* list = value.list()) {
    tag(Tag::list);
    put_varint(list->size(), out);
    for (const Value& item : *list) encode_value(item, out);
  } else if (const Values* context = value.context()) {
    tag(Tag::context);
    put_context(*context, out);
  } else {
    tag(Tag::null);
  }
}

std::string encode_values(const Values& values) {
  std::string out;
  if (!values.empty()) put_context(values, out);
  return out;
}

Result<Values> decode_values(std::string_view bytes) {
  Values values;
  if (bytes.empty()) return values;
  Decoder decoder(bytes);
  if (!decoder.context(values, 0) || !decoder.at_end())
    return fail(ErrorKind::internal, "storage.corrupt", "process variables cannot be read");
  return values;
}

std::optional<Duration> parse_duration(std::string_view text) {
  if (!text.starts_with('P')) return std::nullopt;
  text.remove_prefix(1);
  constexpr std::int64_t kSecond = 1'000'000;
  constexpr std::int64_t kLongest = 3650LL * 86'400 * kSecond;
  std::string_view units = "D";  // What may still come, in this order.
  bool in_time = false, any = false;
  std::int64_t total = 0;
  while (!text.empty()) {
    if (text.front() == 'T' && !in_time) {
      in_time = true;
      units = "HMS";
      text.remove_prefix(1);
      if (text.empty()) return std::nullopt;
      continue;
    }
    const std::size_t length = std::min(text.find_first_not_of("0123456789."), text.size());
    const auto amount = Number::parse(text.substr(0, length));
    if (!amount || length == text.size()) return std::nullopt;
    const char unit = text[length];
    const std::size_t at = units.find(unit);
    if (at == std::string_view::npos || (unit != 'S' && !amount->integer())) return std::nullopt;
    units.remove_prefix(at + 1);
    const std::int64_t factor = unit == 'D'   ? 86'400 * kSecond
                                : unit == 'H' ? 3600 * kSecond
                                : unit == 'M' ? 60 * kSecond
                                              : kSecond;
    const auto product = Number::multiply(*amount, Number(factor));
    const auto micros = product ? product->integer() : std::nullopt;
    if (!micros || *micros > kLongest - total) return std::nullopt;
    total += *micros;
    any = true;
    text.remove_prefix(length + 1);
  }
  return any ? std::optional(Duration(total)) : std::nullopt;
}

}  // namespace pps::workflow
