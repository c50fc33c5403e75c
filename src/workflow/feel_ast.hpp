#pragma once

#include "workflow/feel.hpp"

/// The tree behind Expression. Private to feel_parser.cpp and feel_evaluate.cpp.
namespace pps::workflow {

struct Expression::Node {
  enum class Kind : std::uint8_t {
    literal,
    name,      // text
    member,    // left.text
    list,      // items
    context,   // names: items
    negate,    // -left
    negation,  // not(left)
    add,
    subtract,
    multiply,
    divide,
    equal,
    unequal,
    less,
    less_equal,
    greater,
    greater_equal,
    in_list,   // left in right
    in_range,  // left in items[0]..items[1]
    both,
    either,
    choice,  // if items[0] then items[1] else items[2]
  };
  Kind kind = Kind::literal;
  Value literal;
  std::string text;
  std::shared_ptr<const Node> left, right;
  std::vector<std::shared_ptr<const Node>> items;
  std::vector<std::string> names;
  int depth = 1;  // Of the tree from here: what evaluating it takes of the stack.
  bool from_open = false, to_open = false;  // Of a range: the end itself does not belong to it.
};

}  // namespace pps::workflow
