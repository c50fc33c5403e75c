#include "workflow/bpmn_reader.hpp"

#include <charconv>
#include <pugixml.hpp>

#include "workflow/bpmn_structure.hpp"

namespace pps::workflow {
namespace {

using pugi::xml_node;

constexpr std::string_view kModel = "http://www.omg.org/spec/BPMN/20100524/MODEL";
constexpr std::string_view kZeebe = "http://camunda.org/schema/zeebe/1.0";

std::string_view local_name(xml_node node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::string_view namespace_of(xml_node node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.find(':');
  const std::string attribute =
      colon == std::string_view::npos ? "xmlns" : "xmlns:" + std::string(name.substr(0, colon));
  for (xml_node at = node; at; at = at.parent()) {
    if (const auto found = at.attribute(attribute.c_str())) return found.value();
  }
  return {};
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// What may stand in a process without meaning anything to an engine.
bool is_picture(std::string_view name) {
  return is_one_of(name, {"documentation", "extensionElements", "laneSet", "textAnnotation",
                          "group", "incoming", "outgoing", "dataObject", "dataObjectReference",
                          "dataStoreReference", "ioSpecification", "category"});
}

std::optional<ElementKind> kind_of(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(ElementKind::sub_process); ++i) {
    if (name == name_of(static_cast<ElementKind>(i))) return static_cast<ElementKind>(i);
  }
  return std::nullopt;
}

std::uint64_t fnv1a(std::string_view bytes) {
  std::uint64_t hash = 14695981039346656037ull;
  for (const char c : bytes) hash = (hash ^ static_cast<std::uint8_t>(c)) * 1099511628211ull;
  return hash;
}

class Reader {
 public:
  Reader(Definition& definition, std::vector<FieldError>& errors)
      : definition_(definition), errors_(errors) {}

  void read(xml_node definitions) {
    xml_node process;
    for (const xml_node node : definitions.children()) {
      const std::string_view name = local_name(node);
      if (name == "message") messages_[node.attribute("id").value()] = node;
      if (name == "error")
        error_codes_[node.attribute("id").value()] = node.attribute("errorCode").value();
      if (name != "process") continue;
      if (process)
        refuse(node.attribute("id").value(), "bpmn.unsupported", "a file holds one process");
      process = node;
    }
    if (!process) return refuse("", "bpmn.missing", "there is no process");
    definition_.id = process.attribute("id").value();
    definition_.name = process.attribute("name").value();
    if (!process.attribute("isExecutable").as_bool())
      refuse(definition_.id, "bpmn.missing", "isExecutable is not true");
    read_scope(process, kNone);
    if (definition_.elements.size() > kMaxElements) return;
    for (const auto& [node, scope] : flows_) read_flow(node);
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      resolve(static_cast<ElementIndex>(i), nodes_[i]);
    for (const xml_node node : associations_) read_association(node);
  }

 private:
  void refuse(std::string_view id, std::string code, std::string detail) {
    errors_.push_back({"/" + std::string(id), std::move(code), std::move(detail)});
  }
  void unsupported(std::string_view id, std::string_view what) {
    refuse(id, "bpmn.unsupported", std::string(what) + " is not supported");
  }

  void read_scope(xml_node scope, ElementIndex parent) {
    for (const xml_node node : scope.children()) {
      const std::string_view name = local_name(node);
      if (is_picture(name) || node.type() != pugi::node_element) continue;
      if (name == "sequenceFlow") {
        flows_.emplace_back(node, parent);
      } else if (name == "association") {
        associations_.push_back(node);
      } else if (const auto kind = kind_of(name)) {
        read_element(node, *kind, parent);
      } else {
        unsupported(node.attribute("id").value(), name);
        refused_.insert(node.attribute("id").value());
      }
    }
  }

  void read_element(xml_node node, ElementKind kind, ElementIndex parent) {
    if (definition_.elements.size() >= kMaxElements) {
      if (definition_.elements.size() == kMaxElements)
        refuse(definition_.id, "bpmn.unsupported",
               "a process has at most " + std::to_string(kMaxElements) + " elements");
      return;
    }
    const auto at = static_cast<ElementIndex>(definition_.elements.size());
    Element element{
        .id = node.attribute("id").value(), .name = node.attribute("name").value(), .kind = kind};
    element.parent = parent;
    element.is_for_compensation = node.attribute("isForCompensation").as_bool();
    element.interrupting = node.attribute("cancelActivity").as_bool(true);
    if (element.id.empty()) refuse(name_of(kind), "bpmn.missing", "an element without an id");
    if (!index_.emplace(element.id, at).second)
      refuse(element.id, "bpmn.structure", "the id is used twice");
    if (kind == ElementKind::start_event)
      (parent == kNone ? definition_.start : definition_.elements[parent].start) = at;
    definition_.elements.push_back(std::move(element));
    nodes_.push_back(node);
    if (kind != ElementKind::sub_process) return;
    if (node.attribute("triggeredByEvent").as_bool())
      unsupported(definition_.elements[at].id, "an event sub-process");
    read_scope(node, at);
  }

  std::optional<ElementIndex> lookup(const std::string& from, const char* id,
                                     const std::string& what) {
    const auto found = index_.find(id);
    if (found != index_.end()) return found->second;
    if (!refused_.contains(id))
      refuse(from, "bpmn.missing", what + " '" + id + "' is not an element of the process");
    return std::nullopt;
  }

  void read_flow(xml_node node) {
    Flow flow{.id = node.attribute("id").value()};
    const auto from = lookup(flow.id, node.attribute("sourceRef").value(), "sourceRef");
    const auto to = lookup(flow.id, node.attribute("targetRef").value(), "targetRef");
    if (!from || !to) return;
    flow.from = *from;
    flow.to = *to;
    for (const xml_node child : node.children()) {
      if (local_name(child) == "conditionExpression")
        flow.condition = attribute(flow.id, child.text().get(), true);
    }
    const auto at = static_cast<FlowIndex>(definition_.flows.size());
    definition_.elements[*from].outgoing.push_back(at);
    definition_.elements[*to].incoming.push_back(at);
    if (flow.id == nodes_[*from].attribute("default").value())
      definition_.elements[*from].default_flow = at;
    definition_.flows.push_back(std::move(flow));
  }

  void read_association(xml_node node) {
    const auto from = index_.find(node.attribute("sourceRef").value());
    const auto to = index_.find(node.attribute("targetRef").value());
    if (from == index_.end() || to == index_.end()) return;  // To a text annotation: a picture.
    const Element& event = definition_.elements[from->second];
    if (event.kind != ElementKind::boundary_event || event.event != EventKind::compensation) return;
    if (event.attached_to == kNone) return;
    if (!definition_.elements[to->second].is_for_compensation)
      refuse(definition_.elements[to->second].id, "bpmn.structure",
             "is a compensation handler without isForCompensation");
    definition_.elements[event.attached_to].compensation_handler = to->second;
  }

  void resolve(ElementIndex at, xml_node node) {
    Element& element = definition_.elements[at];
    const std::size_t faults = errors_.size();
    for (const xml_node child : node.children()) {
      const std::string_view name = local_name(child);
      if (name.ends_with("EventDefinition")) read_event(element, child, name);
      if (name.ends_with("LoopCharacteristics")) unsupported(element.id, name);
    }
    if (element.kind == ElementKind::boundary_event) resolve_boundary(at, node);
    if (node.attribute("instantiate").as_bool()) unsupported(element.id, "instantiate");
    if (element.kind == ElementKind::receive_task) {
      element.event = EventKind::message;
      read_message(element, node.attribute("messageRef").value());
    }
    if (errors_.size() == faults) check_event(element);
    if (element.kind == ElementKind::service_task || element.kind == ElementKind::user_task)
      element.task.emplace();
    if (element.kind == ElementKind::user_task) element.task->type = kUserTaskType;
    for (const xml_node child : node.children()) {
      if (local_name(child) == "extensionElements") read_extensions(element, child);
    }
    if (!element.task) return;
    if (element.task->type.empty())
      refuse(element.id, "bpmn.missing", "has no zeebe:taskDefinition with a type");
    read_headers(element);
  }

  void resolve_boundary(ElementIndex at, xml_node node) {
    Element& event = definition_.elements[at];
    const auto host = lookup(event.id, node.attribute("attachedToRef").value(), "attachedToRef");
    if (!host) return;
    event.attached_to = *host;
    if (event.event != EventKind::compensation)
      definition_.elements[*host].boundaries.push_back(at);
  }

  void read_event(Element& element, xml_node node, std::string_view name) {
    if (element.event != EventKind::none)
      return unsupported(element.id, "a second event definition");
    if (name == "messageEventDefinition") {
      element.event = EventKind::message;
      read_message(element, node.attribute("messageRef").value());
    } else if (name == "timerEventDefinition") {
      element.event = EventKind::timer;
      read_timer(element, node);
    } else if (name == "errorEventDefinition") {
      element.event = EventKind::error;
      read_error(element, node.attribute("errorRef").value());
    } else if (name == "compensateEventDefinition") {
      element.event = EventKind::compensation;
      const char* activity = node.attribute("activityRef").value();
      if (!*activity) return;
      if (const auto found = lookup(element.id, activity, "activityRef"))
        element.compensates = *found;
    } else {
      unsupported(element.id, name);
    }
  }

  void read_message(Element& element, const char* reference) {
    element.message.emplace();
    const auto found = messages_.find(reference);
    if (found == messages_.end())
      return refuse(element.id, "bpmn.missing", "has no message (messageRef)");
    element.message->name = found->second.attribute("name").value();
    if (element.message->name.empty() || element.message->name.starts_with('='))
      refuse(element.id, "bpmn.unsupported", "a message's name is a plain text");
    for (const xml_node extensions : found->second.children()) {
      for (const xml_node child : extensions.children()) {
        if (local_name(child) != "subscription" || namespace_of(child) != kZeebe) continue;
        const char* key = child.attribute("correlationKey").value();
        if (auto expression = attribute(element.id, key, true))
          element.message->correlation = *expression;
      }
    }
  }

  void read_timer(Element& element, xml_node node) {
    for (const xml_node child : node.children()) {
      const std::string_view name = local_name(child);
      if (name != "timeDuration" && name != "timeDate") {
        unsupported(element.id, name);
        continue;
      }
      auto expression = attribute(element.id, child.text().get(), false);
      if (!expression) continue;
      element.timer = TimerSpec{name == "timeDate", *expression};
      const std::string_view text = child.text().get();
      if (text.starts_with('=')) continue;
      const bool readable = element.timer->is_date ? parse_rfc3339(text).has_value()
                                                   : parse_duration(text).has_value();
      if (!readable)
        refuse(element.id, "bpmn.structure", "'" + std::string(text) + "' is no ISO 8601 time");
    }
    if (!element.timer) refuse(element.id, "bpmn.missing", "has no timeDuration or timeDate");
  }

  void read_error(Element& element, const char* reference) {
    if (!*reference) {
      if (element.kind == ElementKind::end_event)
        refuse(element.id, "bpmn.missing", "has no error (errorRef)");
      return;
    }
    const auto found = error_codes_.find(reference);
    if (found == error_codes_.end() || found->second.empty())
      return refuse(element.id, "bpmn.missing",
                    "errorRef '" + std::string(reference) + "' has no errorCode");
    element.error_code = found->second;
  }

  void check_event(const Element& element) {
    const auto allows = [&](std::initializer_list<EventKind> kinds) {
      return std::find(kinds.begin(), kinds.end(), element.event) != kinds.end();
    };
    bool allowed = true;
    using enum EventKind;
    switch (element.kind) {
      case ElementKind::start_event:
        allowed = allows({none});
        break;
      case ElementKind::end_event:
        allowed = allows({none, error, compensation});
        break;
      case ElementKind::catch_event:
        allowed = allows({message, timer});
        break;
      case ElementKind::throw_event:
        allowed = allows({none, compensation});
        break;
      case ElementKind::boundary_event:
        allowed = allows({message, timer, error, compensation});
        break;
      default:
        break;
    }
    if (!allowed)
      unsupported(element.id, "this event definition on a " + std::string(name_of(element.kind)));
  }

  void read_extensions(Element& element, xml_node extensions) {
    for (const xml_node node : extensions.children()) {
      if (node.type() != pugi::node_element || namespace_of(node) != kZeebe) continue;
      const std::string_view name = local_name(node);
      if (is_one_of(name, {"formDefinition", "assignmentDefinition", "properties", "taskSchedule"}))
        continue;
      if (!element.task) {
        unsupported(element.id,
                    "zeebe:" + std::string(name) + " on a " + std::string(name_of(element.kind)));
      } else if (name == "taskDefinition") {
        read_task_definition(element, node);
      } else if (name == "ioMapping") {
        for (const xml_node child : node.children()) read_mapping(element, child);
      } else if (name == "taskHeaders") {
        for (const xml_node child : node.children())
          element.task->headers[child.attribute("key").value()] = child.attribute("value").value();
      } else {
        unsupported(element.id, "zeebe:" + std::string(name));
      }
    }
  }

  void read_task_definition(Element& element, xml_node node) {
    element.task->type = node.attribute("type").value();
    if (element.task->type.starts_with('='))
      unsupported(element.id, "a task type that is an expression");
    const std::string_view retries = node.attribute("retries").as_string("3");
    const char* end = retries.data() + retries.size();
    const auto parsed = std::from_chars(retries.data(), end, element.task->retries);
    if (parsed.ec != std::errc{} || parsed.ptr != end || element.task->retries < 1 ||
        element.task->retries > 1000)
      refuse(element.id, "bpmn.unsupported", "retries must be a number from 1 to 1000");
  }

  void read_mapping(Element& element, xml_node node) {
    const std::string_view name = local_name(node);
    auto source = attribute(element.id, node.attribute("source").value(), true);
    if (!source) return;
    Mapping mapping{.source = std::move(*source)};
    std::string_view rest = node.attribute("target").value();
    while (!rest.empty()) {
      const std::size_t dot = std::min(rest.find('.'), rest.size());
      mapping.target.emplace_back(rest.substr(0, dot));
      rest.remove_prefix(std::min(dot + 1, rest.size()));
      if (mapping.target.back().empty())
        return refuse(element.id, "bpmn.structure", "a mapping's target has an empty name");
    }
    if (mapping.target.empty())
      return refuse(element.id, "bpmn.missing", "a mapping has no target");
    (name == "input" ? element.task->inputs : element.task->outputs).push_back(std::move(mapping));
  }

  void read_headers(Element& element) {
    TaskSpec& task = *element.task;
    const auto duration = [&](const char* key, Duration& out) {
      const auto found = task.headers.find(key);
      if (found == task.headers.end()) return;
      const auto value = parse_duration(found->second);
      if (!value || value->count() == 0)
        return refuse(element.id, "bpmn.structure",
                      "header " + std::string(key) + " must be a duration like PT0.5S");
      out = *value;
    };
    duration("backoff", task.backoff);
    duration("backoff_max", task.backoff_max);
    duration("deadline", task.deadline);
    if (const auto found = task.headers.find("effect"); found != task.headers.end())
      task.effect = found->second;
    const auto commit = task.headers.find("commit");
    if (commit == task.headers.end()) return;
    task.commit_before = commit->second == "before";
    if (!task.commit_before)
      refuse(element.id, "bpmn.structure", "header commit is \"before\" or absent");
  }

  /// @param expression whether it must be one (`=…`).
  std::optional<Expression> attribute(const std::string& id, std::string_view text,
                                      bool expression) {
    if (expression && !text.starts_with('=')) {
      refuse(id, "feel.syntax",
             "'" + std::string(text) + "' is no expression: it must begin with '='");
      return std::nullopt;
    }
    auto parsed = Expression::parse_attribute(text);
    if (parsed) return std::move(*parsed);
    refuse(id, parsed.error().code, parsed.error().detail);
    return std::nullopt;
  }

  Definition& definition_;
  std::vector<FieldError>& errors_;
  std::map<std::string, ElementIndex, std::less<>> index_;
  std::map<std::string, xml_node, std::less<>> messages_;
  std::map<std::string, std::string, std::less<>> error_codes_;
  std::set<std::string, std::less<>> refused_;  ///< Elements of a kind that is not done.
  std::vector<xml_node> nodes_;                 ///< Of the elements, in their order.
  std::vector<std::pair<xml_node, ElementIndex>> flows_;
  std::vector<xml_node> associations_;
};

std::optional<Error> syntax_error(std::string detail) {
  return Error{ErrorKind::invalid, "bpmn.syntax", std::move(detail)};
}

/// Bounds what the recursive reader will meet.
struct Shape : pugi::xml_tree_walker {
  int deepest = 0;
  bool has_dtd = false;
  bool for_each(xml_node& node) override {
    deepest = std::max(deepest, depth());
    has_dtd |= node.type() == pugi::node_doctype;
    return deepest <= kMaxBpmnDepth;
  }
};

std::optional<Error> parse(std::string_view xml, pugi::xml_document& document) {
  if (xml.size() > kMaxBpmnBytes) return syntax_error("a process file is at most 1 MiB");
  const auto parsed =
      document.load_buffer(xml.data(), xml.size(), pugi::parse_default | pugi::parse_doctype);
  if (!parsed)
    return syntax_error(std::string(parsed.description()) + " at byte " +
                        std::to_string(parsed.offset));
  Shape shape;
  document.traverse(shape);
  if (shape.has_dtd) return syntax_error("a document type definition is refused");
  if (shape.deepest > kMaxBpmnDepth)
    return syntax_error("nested deeper than " + std::to_string(kMaxBpmnDepth));
  const xml_node root = document.document_element();
  if (local_name(root) != "definitions" || namespace_of(root) != kModel)
    return syntax_error("the root is not BPMN 2.0 definitions");
  return std::nullopt;
}

}  // namespace

Result<std::shared_ptr<const Definition>> read_bpmn(std::string_view xml, std::uint32_t version) {
  pugi::xml_document document;
  if (auto error = parse(xml, document)) return fail(std::move(*error));
  auto definition = std::make_shared<Definition>();
  definition->version = version;
  definition->hash = fnv1a(xml);
  definition->xml = xml;
  Error error{ErrorKind::invalid, "bpmn.refused", "The process cannot be run; see errors.", {}};
  Reader(*definition, error.fields).read(document.document_element());
  // Only of a graph that is whole: what could not be read would be reported twice.
  if (error.fields.empty()) error.fields = check_structure(*definition);
  if (!error.fields.empty()) return fail(std::move(error));
  return std::shared_ptr<const Definition>(std::move(definition));
}

}  // namespace pps::workflow
