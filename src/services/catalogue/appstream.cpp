#include "services/catalogue/appstream.hpp"

#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <map>

namespace pps::catalogue {
namespace {

/// libyaml's events, one ahead. After an error every event reads as the end and `failed` tells why.
class Yaml {
 public:
  explicit Yaml(std::string_view text) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    advance();
  }
  ~Yaml() {
    if (have_) yaml_event_delete(&event_);
    yaml_parser_delete(&parser_);
  }
  Yaml(const Yaml&) = delete;

  const std::optional<Error>& failed() const { return failed_; }
  bool at(yaml_event_type_t type) const { return have_ && event_.type == type; }
  bool at_end() const { return !have_ || event_.type == YAML_STREAM_END_EVENT; }

  void advance() {
    if (failed_) return;  // libyaml would answer empty events for ever
    if (have_) yaml_event_delete(&event_);
    have_ = yaml_parser_parse(&parser_, &event_) == 1;
    if (!have_ && !failed_)
      failed_ = Error{ErrorKind::invalid, "appstream.syntax",
                      fmt::format("line {}, column {}: {}", parser_.problem_mark.line + 1,
                                  parser_.problem_mark.column + 1, parser_.problem ? parser_.problem : "not YAML")};
  }
  /// The scalar here, or empty text after skipping what is not one.
  std::string scalar() {
    if (!at(YAML_SCALAR_EVENT)) {
      skip();
      return {};
    }
    std::string text(reinterpret_cast<const char*>(event_.data.scalar.value), event_.data.scalar.length);
    advance();
    return text;
  }
  /// Passes one whole value.
  void skip() {
    int depth = 0;
    do {
      if (at_end()) return;
      if (at(YAML_MAPPING_START_EVENT) || at(YAML_SEQUENCE_START_EVENT)) ++depth;
      if (at(YAML_MAPPING_END_EVENT) || at(YAML_SEQUENCE_END_EVENT)) --depth;
      advance();
    } while (depth > 0);
  }
  /// Calls `member(key)` for each; it must read or skip the value.
  template <class Member>
  void mapping(Member member) {
    if (!at(YAML_MAPPING_START_EVENT)) return skip();
    advance();
    while (!at(YAML_MAPPING_END_EVENT) && !at_end()) {
      const std::string key = scalar();
      member(key);
    }
    advance();
  }
  template <class Item>
  void sequence(Item item) {
    if (!at(YAML_SEQUENCE_START_EVENT)) return skip();
    advance();
    while (!at(YAML_SEQUENCE_END_EVENT) && !at_end()) item();
    advance();
  }

 private:
  yaml_parser_t parser_;
  yaml_event_t event_;
  bool have_ = false;
  std::optional<Error> failed_;
};

std::string english(Yaml& yaml) {
  std::string text;
  yaml.mapping([&](const std::string& locale) {
    if (locale == "C")
      text = yaml.scalar();
    else
      yaml.skip();
  });
  return text;
}

std::vector<std::string> texts(Yaml& yaml) {
  std::vector<std::string> out;
  yaml.sequence([&] { out.push_back(yaml.scalar()); });
  return out;
}

void read_icons(Yaml& yaml, std::vector<AppstreamIcon>& icons) {
  yaml.mapping([&](const std::string& kind) {
    if (kind != "cached") return yaml.skip();
    yaml.sequence([&] {
      AppstreamIcon icon;
      yaml.mapping([&](const std::string& key) {
        std::string value = yaml.scalar();
        if (key == "name") icon.name = std::move(value);
        if (key == "width") icon.width = std::strtoll(value.c_str(), nullptr, 10);
        if (key == "height") icon.height = std::strtoll(value.c_str(), nullptr, 10);
      });
      icons.push_back(std::move(icon));
    });
  });
}

bool is_other_language(const std::string& locale) {
  return std::find(kOtherLanguages.begin(), kOtherLanguages.end(), locale) != kOtherLanguages.end();
}

/// A text by locale, into the entry's own and into its other languages.
void localized(Yaml& yaml, AppstreamEntry& entry, std::string AppstreamEntry::* own, std::string AppstreamTexts::* other) {
  yaml.mapping([&](const std::string& locale) {
    if (locale == "C")
      entry.*own = yaml.scalar();
    else if (is_other_language(locale))
      entry.other[locale].*other = yaml.scalar();
    else
      yaml.skip();
  });
}

using Field = void (*)(Yaml&, AppstreamEntry&);

const std::map<std::string, Field>& fields() {
  static const std::map<std::string, Field> table = {
      {"Type", [](Yaml& yaml, AppstreamEntry& entry) { entry.type = yaml.scalar(); }},
      {"ID", [](Yaml& yaml, AppstreamEntry& entry) { entry.id = yaml.scalar(); }},
      {"Package", [](Yaml& yaml, AppstreamEntry& entry) { entry.package = yaml.scalar(); }},
      {"Name",
       [](Yaml& yaml, AppstreamEntry& entry) { localized(yaml, entry, &AppstreamEntry::name, &AppstreamTexts::name); }},
      {"Summary",
       [](Yaml& yaml, AppstreamEntry& entry) { localized(yaml, entry, &AppstreamEntry::summary, &AppstreamTexts::summary); }},
      {"Description",
       [](Yaml& yaml, AppstreamEntry& entry) { localized(yaml, entry, &AppstreamEntry::description_html, &AppstreamTexts::description_html); }},
      {"DeveloperName", [](Yaml& yaml, AppstreamEntry& entry) { entry.developer = english(yaml); }},
      {"ProjectGroup", [](Yaml& yaml, AppstreamEntry& entry) { entry.project = yaml.scalar(); }},
      {"ProjectLicense", [](Yaml& yaml, AppstreamEntry& entry) { entry.license = yaml.scalar(); }},
      {"Categories", [](Yaml& yaml, AppstreamEntry& entry) { entry.categories = texts(yaml); }},
      {"Keywords",
       [](Yaml& yaml, AppstreamEntry& entry) {
         yaml.mapping([&](const std::string& locale) {
           if (locale == "C")
             entry.keywords = texts(yaml);
           else if (is_other_language(locale))
             entry.other[locale].keywords = texts(yaml);
           else
             yaml.skip();
         });
       }},
      {"Url",
       [](Yaml& yaml, AppstreamEntry& entry) {
         yaml.mapping([&](const std::string& kind) {
           if (kind == "homepage")
             entry.homepage = yaml.scalar();
           else
             yaml.skip();
         });
       }},
      {"Icon", [](Yaml& yaml, AppstreamEntry& entry) { read_icons(yaml, entry.icons); }},
  };
  return table;
}

}  // namespace

Result<std::vector<AppstreamEntry>> read_appstream(std::string_view text) {
  Yaml yaml(text);
  std::vector<AppstreamEntry> entries;
  bool head = true;
  std::string format;
  while (!yaml.at_end()) {
    if (!yaml.at(YAML_MAPPING_START_EVENT)) {
      yaml.advance();  // the beginning and end of a document
      continue;
    }
    AppstreamEntry entry;
    yaml.mapping([&](const std::string& key) {
      if (head && key == "File") {
        format = yaml.scalar();
      } else if (const auto field = fields().find(key); field != fields().end()) {
        field->second(yaml, entry);
      } else {
        yaml.skip();
      }
    });
    if (head && format != "DEP-11")
      return fail(ErrorKind::invalid, "appstream.format", "the first document must say `File: DEP-11`");
    if (!head && !entry.type.empty() && !entry.id.empty() && !entry.name.empty()) entries.push_back(std::move(entry));
    head = false;
  }
  if (yaml.failed()) return fail(*yaml.failed());
  if (head) return fail(ErrorKind::invalid, "appstream.format", "there is no DEP-11 document");
  return entries;
}

namespace {

/// Text between tags, with white space joined and the five entities of XML resolved.
void append_text(std::string& out, std::string_view text) {
  static const std::pair<std::string_view, char> kEntities[] = {
      {"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    for (const auto& [name, value] : kEntities)
      if (c == '&' && text.substr(i).starts_with(name)) {
        c = value;
        i += name.size() - 1;
        break;
      }
    const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!space)
      out += c;
    else if (!out.empty() && out.back() != ' ' && out.back() != '\n')
      out += ' ';
  }
}

void end_line(std::string& out, std::string_view end) {
  while (!out.empty() && (out.back() == ' ' || out.back() == '\n')) out.pop_back();
  if (!out.empty()) out += end;
}

}  // namespace

std::string plain_text(std::string_view html) {
  std::string out;
  while (!html.empty()) {
    const std::size_t tag = std::min(html.find('<'), html.size());
    append_text(out, html.substr(0, tag));
    html.remove_prefix(tag);
    if (html.empty()) break;
    const std::size_t end = html.find('>');
    if (end == std::string_view::npos) break;  // a tag that does not end is not shown
    const std::string_view name = html.substr(1, end - 1);
    html.remove_prefix(end + 1);
    if (name == "p" || name == "/p" || name == "ul" || name == "/ul" || name == "ol" || name == "/ol")
      end_line(out, "\n\n");
    if (name == "li") {
      const bool first = out.ends_with("\n\n");
      end_line(out, first ? "\n\n" : "\n");
      out += "- ";
    }
  }
  end_line(out, "");
  return out;
}

}  // namespace pps::catalogue
