#include "workflow/feel_ast.hpp"

namespace pps::workflow {
namespace {

using Node = Expression::Node;
using Kind = Node::Kind;
using NodePtr = std::shared_ptr<const Node>;

constexpr std::size_t kMaxText = 4096;
constexpr int kMaxNesting = 32;
constexpr int kMaxDepth = 256;  // A chain `a + b + c` grows to the left without being nested.

constexpr std::array kKeywords = {"and",    "or",       "if",      "then",      "else",    "in",
                                  "true",   "false",    "null",    "for",       "some",    "every",
                                  "return", "function", "between", "satisfies", "instance"};

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Recursive descent over DMN 1.4's grammar, chapter 10.3.1. The first error stops it.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<NodePtr> whole() {
    NodePtr node = expression();
    skip_space();
    if (!error_ && at_ < text_.size()) syntax("end of the expression");
    if (error_) return std::unexpected(std::move(*error_));
    return node;
  }

 private:
  struct Nested {
    explicit Nested(Parser& p) : parser(p) {
      if (++parser.depth_ > kMaxNesting && !parser.error_)
        parser.error_ = Error{ErrorKind::invalid, "feel.too_large", "nested deeper than 32"};
    }
    ~Nested() { --parser.depth_; }
    Parser& parser;
  };

  NodePtr expression() {
    const Nested nested(*this);
    if (error_) return nullptr;
    if (!keyword("if")) return disjunction();
    Node node{.kind = Kind::choice};
    node.items.push_back(expression());
    if (!keyword("then")) return syntax("'then'");
    node.items.push_back(expression());
    if (!keyword("else")) return syntax("'else'");
    node.items.push_back(expression());
    return made(std::move(node));
  }

  NodePtr disjunction() {
    NodePtr left = conjunction();
    while (!error_ && keyword("or")) left = binary(Kind::either, left, conjunction());
    return left;
  }

  NodePtr conjunction() {
    NodePtr left = comparison();
    while (!error_ && keyword("and")) left = binary(Kind::both, left, comparison());
    return left;
  }

  NodePtr comparison() {
    NodePtr left = sum();
    if (error_) return nullptr;
    if (keyword("in")) return membership(std::move(left));
    if (keyword("between")) return unsupported("between");
    if (keyword("instance")) return unsupported("instance of");
    static constexpr std::pair<std::string_view, Kind> kOperators[] = {
        {"<=", Kind::less_equal}, {">=", Kind::greater_equal}, {"!=", Kind::unequal},
        {"=", Kind::equal},       {"<", Kind::less},           {">", Kind::greater}};
    for (const auto& [sign, kind] : kOperators) {
      if (symbol(sign)) return binary(kind, left, sum());
    }
    return left;
  }

  /// After `in`: a range, a list in parentheses, or a value that is a list.
  NodePtr membership(NodePtr left) {
    skip_space();
    const char bracket = at_ < text_.size() ? text_[at_] : '\0';
    if (bracket != '[' && bracket != '(') return binary(Kind::in_list, left, sum());
    ++at_;
    Node node{.kind = Kind::in_range, .left = left, .from_open = bracket == '('};
    if (bracket == '[' && symbol("]"))
      return binary(Kind::in_list, left, made(Node{.kind = Kind::list}));
    node.items.push_back(expression());
    if (symbol("..")) {
      node.items.push_back(expression());
      node.to_open = symbol(")") || symbol("[");
      if (!node.to_open && !symbol("]")) return syntax("']' or ')'");
      return made(std::move(node));
    }
    while (symbol(",")) node.items.push_back(expression());
    if (!symbol(bracket == '[' ? "]" : ")")) return syntax(bracket == '[' ? "']'" : "')'");
    return binary(Kind::in_list, left,
                  made(Node{.kind = Kind::list, .items = std::move(node.items)}));
  }

  NodePtr sum() {
    NodePtr left = product();
    while (!error_) {
      if (symbol("+")) {
        left = binary(Kind::add, left, product());
      } else if (symbol("-")) {
        left = binary(Kind::subtract, left, product());
      } else {
        break;
      }
    }
    return left;
  }

  NodePtr product() {
    NodePtr left = unary();
    while (!error_) {
      if (symbol("**")) return unsupported("**");
      if (symbol("*")) {
        left = binary(Kind::multiply, left, unary());
      } else if (symbol("/")) {
        left = binary(Kind::divide, left, unary());
      } else {
        break;
      }
    }
    return left;
  }

  NodePtr unary() {
    const Nested nested(*this);
    if (error_) return nullptr;
    if (symbol("-")) return made(Node{.kind = Kind::negate, .left = unary()});
    NodePtr node = primary();
    while (!error_) {
      if (at_ < text_.size() && text_[at_] == '[') return unsupported("a filter or index in [ ]");
      if (text_.substr(at_).starts_with("..") || !symbol(".")) break;
      const std::string name = read_name();
      if (name.empty()) return syntax("a name behind '.'");
      node = made(Node{.kind = Kind::member, .text = name, .left = node});
    }
    return node;
  }

  NodePtr primary() {
    skip_space();
    if (at_ >= text_.size()) return syntax("a value");
    const char c = text_[at_];
    if (is_digit(c)) return number();
    if (c == '"') return string();
    if (c == '@') return unsupported("@ literals");
    if (c == '?') return unsupported("?");
    if (c == '(') return parenthesis();
    if (c == '[') return list();
    if (c == '{') return context();
    if (is_name_start(c)) return name();
    return syntax("a value");
  }

  NodePtr parenthesis() {
    ++at_;
    NodePtr inner = expression();
    if (symbol("..")) return unsupported("a range outside of 'in'");
    if (!symbol(")")) return syntax("')'");
    return inner;
  }

  NodePtr number() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    if (at_ + 1 < text_.size() && text_[at_] == '.' && is_digit(text_[at_ + 1])) {
      ++at_;
      while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    }
    const auto value = Number::parse(text_.substr(begin, at_ - begin));
    if (!value) return unsupported("a number of more than 18 digits, or 12 behind the point");
    return made(Node{.literal = *value});
  }

  NodePtr string() {
    std::string value;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] != '\\') {
        value.push_back(text_[at_]);
        continue;
      }
      if (++at_ >= text_.size()) break;
      switch (text_[at_]) {
        case 'n':
          value.push_back('\n');
          break;
        case 't':
          value.push_back('\t');
          break;
        case 'r':
          value.push_back('\r');
          break;
        case '"':
        case '\\':
          value.push_back(text_[at_]);
          break;
        default:
          return unsupported("this escape in a string");
      }
    }
    if (at_ >= text_.size()) return syntax("'\"' at the end of the string");
    ++at_;
    return made(Node{.literal = std::move(value)});
  }

  NodePtr list() {
    ++at_;
    Node node{.kind = Kind::list};
    if (symbol("]")) return made(std::move(node));
    do node.items.push_back(expression());
    while (!error_ && symbol(","));
    if (symbol("..")) return unsupported("a range outside of 'in'");
    if (!symbol("]")) return syntax("']'");
    return made(std::move(node));
  }

  NodePtr context() {
    ++at_;
    Node node{.kind = Kind::context};
    if (symbol("}")) return made(std::move(node));
    do {
      node.names.push_back(key());
      if (!symbol(":")) return syntax("':'");
      node.items.push_back(expression());
    } while (!error_ && symbol(","));
    if (!symbol("}")) return syntax("'}'");
    return made(std::move(node));
  }

  std::string key() {
    skip_space();
    if (at_ < text_.size() && text_[at_] == '"') {
      const NodePtr text = string();
      return text ? *text->literal.text() : "";
    }
    std::string name = read_name();
    if (name.empty()) syntax("a key");
    return name;
  }

  NodePtr name() {
    const std::string word = read_name();
    if (word == "true" || word == "false") return made(Node{.literal = word == "true"});
    if (word == "null") return made(Node{});
    if (std::find(kKeywords.begin(), kKeywords.end(), word) != kKeywords.end())
      return unsupported("'" + word + "' here");
    if (!symbol("(")) return made(Node{.kind = Kind::name, .text = word});
    if (word != "not") return unsupported("the function " + word);
    NodePtr inner = expression();
    if (!symbol(")")) return syntax("')'");
    return made(Node{.kind = Kind::negation, .left = inner});
  }

  std::string read_name() {
    skip_space();
    const std::size_t begin = at_;
    if (at_ < text_.size() && is_name_start(text_[at_])) {
      while (at_ < text_.size() && (is_name_start(text_[at_]) || is_digit(text_[at_]))) ++at_;
    }
    return std::string(text_.substr(begin, at_ - begin));
  }

  bool keyword(std::string_view word) {
    skip_space();
    if (error_ || !text_.substr(at_).starts_with(word)) return false;
    const std::size_t end = at_ + word.size();
    if (end < text_.size() && (is_name_start(text_[end]) || is_digit(text_[end]))) return false;
    at_ = end;
    return true;
  }

  bool symbol(std::string_view sign) {
    skip_space();
    if (error_ || !text_.substr(at_).starts_with(sign)) return false;
    at_ += sign.size();
    return true;
  }

  void skip_space() {
    while (at_ < text_.size() &&
           std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }

  NodePtr binary(Kind kind, NodePtr left, NodePtr right) {
    return made(Node{.kind = kind, .left = std::move(left), .right = std::move(right)});
  }
  NodePtr made(Node node) {
    if (error_) return nullptr;
    const auto below = [&](const NodePtr& child) {
      node.depth = std::max(node.depth, child->depth + 1);
    };
    if (node.left) below(node.left);
    if (node.right) below(node.right);
    for (const NodePtr& item : node.items) below(item);
    if (node.depth > kMaxDepth)
      return refuse("feel.too_large", "a chain of more than 256 operators");
    return std::make_shared<const Node>(std::move(node));
  }

  NodePtr syntax(const std::string& wanted) { return refuse("feel.syntax", "expected " + wanted); }
  NodePtr unsupported(const std::string& what) {
    return refuse("feel.unsupported", what + " is not supported");
  }
  NodePtr refuse(std::string code, const std::string& what) {
    if (!error_)
      error_ = Error{
          ErrorKind::invalid, std::move(code),
          what + " at character " + std::to_string(at_ + 1) + " of '" + std::string(text_) + "'"};
    return nullptr;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::optional<Error> error_;
};

}  // namespace

Result<Expression> Expression::parse(std::string_view text) {
  if (text.size() > kMaxText)
    return fail(ErrorKind::invalid, "feel.too_large", "an expression is at most 4096 bytes");
  auto root = Parser(text).whole();
  if (!root) return fail(std::move(root).error());
  Expression expression;
  expression.root_ = std::move(*root);
  expression.text_ = text;
  return expression;
}

Result<Expression> Expression::parse_attribute(std::string_view text) {
  if (text.starts_with('=')) return parse(text.substr(1));
  Expression expression;
  expression.root_ = std::make_shared<const Node>(Node{.literal = text});
  expression.text_ = text;
  return expression;
}

}  // namespace pps::workflow
