#include "workflow/feel_ast.hpp"

namespace pps::workflow {
namespace {

using Node = Expression::Node;
using Kind = Node::Kind;

Value evaluate(const Node& node, const Values& variables);

Value from(std::optional<Number> number) { return number ? Value(*number) : Value(); }
Value from(std::optional<bool> boolean) { return boolean ? Value(*boolean) : Value(); }

std::optional<bool> truth(const Value& value) {
  const bool* boolean = value.boolean();
  return boolean ? std::optional(*boolean) : std::nullopt;
}

/// Values of different types cannot be compared, except with null (DMN 1.4, table 42).
std::optional<bool> equals(const Value& a, const Value& b) {
  if (!a.is_null() && !b.is_null() && a.data.index() != b.data.index()) return std::nullopt;
  return a == b;
}

std::optional<std::strong_ordering> compare(const Value& a, const Value& b) {
  if (a.number() && b.number()) return *a.number() <=> *b.number();
  if (a.text() && b.text()) return a.text()->compare(*b.text()) <=> 0;
  return std::nullopt;
}

Value arithmetic(Kind kind, const Value& a, const Value& b) {
  if (kind == Kind::add && a.text() && b.text()) return *a.text() + *b.text();
  if (!a.number() || !b.number()) return {};
  switch (kind) {
    case Kind::add:
      return from(Number::add(*a.number(), *b.number()));
    case Kind::subtract:
      return from(Number::subtract(*a.number(), *b.number()));
    case Kind::multiply:
      return from(Number::multiply(*a.number(), *b.number()));
    default:
      return from(Number::divide(*a.number(), *b.number()));
  }
}

Value comparison(Kind kind, const Value& a, const Value& b) {
  if (kind == Kind::equal) return from(equals(a, b));
  if (kind == Kind::unequal) {
    const auto same = equals(a, b);
    return same ? Value(!*same) : Value();
  }
  const auto order = compare(a, b);
  if (!order) return {};
  switch (kind) {
    case Kind::less:
      return *order < 0;
    case Kind::less_equal:
      return *order <= 0;
    case Kind::greater:
      return *order > 0;
    default:
      return *order >= 0;
  }
}

Value in_list(const Value& value, const Value& list) {
  if (!list.list()) return from(equals(value, list));
  return std::any_of(list.list()->begin(), list.list()->end(),
                     [&](const Value& item) { return equals(value, item) == true; });
}

Value in_range(const Node& node, const Values& variables) {
  const Value value = evaluate(*node.left, variables);
  const auto low = compare(value, evaluate(*node.items[0], variables));
  const auto high = compare(value, evaluate(*node.items[1], variables));
  if (!low || !high) return {};
  return (node.from_open ? *low > 0 : *low >= 0) && (node.to_open ? *high < 0 : *high <= 0);
}

/// Three-valued: what is no boolean counts as null, and one decisive side is enough.
Value connective(const Node& node, const Values& variables) {
  const bool decisive = node.kind == Kind::either;
  const auto left = truth(evaluate(*node.left, variables));
  if (left == decisive) return decisive;
  const auto right = truth(evaluate(*node.right, variables));
  if (right == decisive) return decisive;
  return left && right ? Value(!decisive) : Value();
}

Value member(const Node& node, const Values& variables) {
  const Value whole = evaluate(*node.left, variables);
  const Values* context = whole.context();
  if (!context) return {};
  const auto found = context->find(node.text);
  return found == context->end() ? Value() : found->second;
}

Value evaluate(const Node& node, const Values& variables) {
  switch (node.kind) {
    case Kind::literal:
      return node.literal;
    case Kind::name: {
      const auto found = variables.find(node.text);
      return found == variables.end() ? Value() : found->second;
    }
    case Kind::member:
      return member(node, variables);
    case Kind::list: {
      List items;
      for (const auto& item : node.items) items.push_back(evaluate(*item, variables));
      return items;
    }
    case Kind::context: {
      Values values;
      for (std::size_t i = 0; i < node.items.size(); ++i)
        values[node.names[i]] = evaluate(*node.items[i], variables);
      return values;
    }
    case Kind::negate: {
      return arithmetic(Kind::subtract, Number(0), evaluate(*node.left, variables));
    }
    case Kind::negation: {
      const auto value = truth(evaluate(*node.left, variables));
      return value ? Value(!*value) : Value();
    }
    case Kind::add:
    case Kind::subtract:
    case Kind::multiply:
    case Kind::divide:
      return arithmetic(node.kind, evaluate(*node.left, variables),
                        evaluate(*node.right, variables));
    case Kind::equal:
    case Kind::unequal:
    case Kind::less:
    case Kind::less_equal:
    case Kind::greater:
    case Kind::greater_equal:
      return comparison(node.kind, evaluate(*node.left, variables),
                        evaluate(*node.right, variables));
    case Kind::in_list:
      return in_list(evaluate(*node.left, variables), evaluate(*node.right, variables));
    case Kind::in_range:
      return in_range(node, variables);
    case Kind::both:
    case Kind::either:
      return connective(node, variables);
    case Kind::choice:
      return evaluate(
          truth(evaluate(*node.items[0], variables)) == true ? *node.items[1] : *node.items[2],
          variables);
  }
  return {};
}

}  // namespace

Value Expression::evaluate(const Values& variables) const {
  return root_ ? workflow::evaluate(*root_, variables) : Value();
}

}  // namespace pps::workflow
