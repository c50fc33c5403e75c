#include "diagram.hpp"

#include <algorithm>
#include <map>

namespace pps::workflow {
namespace {

struct Target {
  std::string id, condition;
  bool is_default = false;
};
struct Line {
  std::string kind, id;
  std::map<std::string, std::string> words;
  std::vector<Target> targets;
  bool has(const std::string& word) const { return words.contains(word); }
  std::string get(const std::string& word) const { return has(word) ? words.at(word) : ""; }
};

std::string trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \t") - begin + 1));
}

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

std::vector<std::string> split(std::string_view text, char by) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto at = std::min(text.find(by), text.size());
    if (auto part = trim(text.substr(0, at)); !part.empty()) parts.push_back(part);
    text.remove_prefix(std::min(at + 1, text.size()));
  }
  return parts;
}

Line parse_line(const std::string& text) {
  Line line;
  const auto arrow = text.find(" -> ");
  const auto words = split(std::string_view(text).substr(0, arrow), ' ');
  line.kind = words.at(0);
  line.id = words.at(1);
  for (std::size_t i = 2; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    line.words[words[i].substr(0, equals)] =
        equals == std::string::npos ? "" : words[i].substr(equals + 1);
  }
  if (arrow == std::string::npos) return line;
  for (const std::string& part : split(std::string_view(text).substr(arrow + 4), ';')) {
    Target target;
    const auto condition = part.find(" if ");
    target.id = part.substr(0, part.find(' '));
    target.is_default = part.ends_with(" default");
    if (condition != std::string::npos) target.condition = part.substr(condition + 4);
    line.targets.push_back(std::move(target));
  }
  return line;
}

std::string tag_of(const std::string& kind) {
  static const std::map<std::string, std::string> kTags = {
      {"start", "startEvent"},       {"end", "endEvent"},
      {"service", "serviceTask"},    {"user", "userTask"},
      {"receive", "receiveTask"},    {"catch", "intermediateCatchEvent"},
      {"boundary", "boundaryEvent"}, {"throw", "intermediateThrowEvent"},
      {"xor", "exclusiveGateway"},   {"and", "parallelGateway"},
      {"sub", "subProcess"}};
  const auto found = kTags.find(kind);
  return found == kTags.end() ? kind : found->second;
}

class Writer {
 public:
  explicit Writer(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) lines_.push_back(parse_line(text));
  }

  std::string write(std::string_view process) {
    const std::string body = scope("");
    return R"(<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">
)" + top_ + "<bpmn:process id=\"" +
           std::string(process) + "\" isExecutable=\"true\">\n" + body +
           "</bpmn:process>\n</bpmn:definitions>\n";
  }

 private:
  std::string scope(const std::string& parent) {
    std::string out;
    for (const Line& line : lines_) {
      if (line.get("in") == parent) out += element(line);
    }
    return out;
  }

  std::string element(const Line& line) {
    const std::string tag = tag_of(line.kind);
    std::string attributes = " id=\"" + line.id + "\"";
    if (line.has("on")) attributes += " attachedToRef=\"" + line.get("on") + "\"";
    if (line.has("undo")) attributes += " isForCompensation=\"true\"";
    if (line.has("non_interrupting")) attributes += " cancelActivity=\"false\"";
    std::string inside = extensions(line), flows;
    for (const Target& target : line.targets) flows += flow(line, target, attributes);
    if (line.kind == "receive")
      attributes += " messageRef=\"" + message(line) + "\"";
    else
      inside += events(line);
    if (line.kind == "sub") inside += scope(line.id);
    return "<bpmn:" + tag + attributes + ">" + inside + "</bpmn:" + tag + ">\n" + flows;
  }

  std::string flow(const Line& line, const Target& target, std::string& attributes) {
    const std::string ends = " sourceRef=\"" + line.id + "\" targetRef=\"" + target.id + "\"";
    const std::string id = line.id + "_to_" + target.id;
    if (line.has("compensation") && line.kind == "boundary")
      return "<bpmn:association id=\"" + id + "\"" + ends + "/>\n";
    if (target.is_default) attributes += " default=\"" + id + "\"";
    std::string out = "<bpmn:sequenceFlow id=\"" + id + "\"" + ends + ">";
    if (!target.condition.empty())
      out +=
          "<bpmn:conditionExpression>" + escape(target.condition) + "</bpmn:conditionExpression>";
    return out + "</bpmn:sequenceFlow>\n";
  }

  std::string events(const Line& line) {
    std::string out;
    if (line.has("message"))
      out += "<bpmn:messageEventDefinition messageRef=\"" + message(line) + "\"/>";
    for (const auto& [word, tag] :
         {std::pair("timer", "timeDuration"), {"date", "timeDate"}, {"cycle", "timeCycle"}}) {
      if (!line.has(word)) continue;
      out += "<bpmn:timerEventDefinition><bpmn:" + std::string(tag) + ">" + escape(line.get(word)) +
             "</bpmn:" + tag + "></bpmn:timerEventDefinition>";
    }
    if (line.has("error")) {
      const std::string code = line.get("error");
      top_ += code.empty() ? ""
                           : "<bpmn:error id=\"error_" + line.id + "\" errorCode=\"" +
                                 escape(code) + "\"/>\n";
      out += "<bpmn:errorEventDefinition" +
             (code.empty() ? "" : " errorRef=\"error_" + line.id + "\"") + "/>";
    }
    if (line.has("signal")) out += "<bpmn:signalEventDefinition/>";
    if (line.has("compensation") || line.has("compensates")) {
      out += "<bpmn:compensateEventDefinition";
      if (line.has("compensates")) out += " activityRef=\"" + line.get("compensates") + "\"";
      out += "/>";
    }
    return out;
  }

  std::string message(const Line& line) {
    const std::string id = "message_" + line.id;
    top_ += "<bpmn:message id=\"" + id + "\" name=\"" + escape(line.get("message")) + "\">";
    if (line.has("key"))
      top_ += "<bpmn:extensionElements><zeebe:subscription correlationKey=\"" +
              escape(line.get("key")) + "\"/></bpmn:extensionElements>";
    top_ += "</bpmn:message>\n";
    return id;
  }

  static std::string extensions(const Line& line) {
    std::string out, headers, mappings;
    if (line.has("type")) {
      out += "<zeebe:taskDefinition type=\"" + escape(line.get("type")) + "\"";
      if (line.has("retries")) out += " retries=\"" + line.get("retries") + "\"";
      out += "/>";
    }
    for (const char* key : {"effect", "commit", "backoff", "backoff_max", "deadline"}) {
      if (line.has(key))
        headers += "<zeebe:header key=\"" + std::string(key) + "\" value=\"" +
                   escape(line.get(key)) + "\"/>";
    }
    for (const auto& [word, value] : line.words) {
      for (const std::string side : {"input", "output"}) {
        if (word.starts_with(side + "."))
          mappings += "<zeebe:" + side + " source=\"" + escape(value) + "\" target=\"" +
                      word.substr(side.size() + 1) + "\"/>";
      }
    }
    if (!headers.empty()) out += "<zeebe:taskHeaders>" + headers + "</zeebe:taskHeaders>";
    if (!mappings.empty()) out += "<zeebe:ioMapping>" + mappings + "</zeebe:ioMapping>";
    return out.empty() ? "" : "<bpmn:extensionElements>" + out + "</bpmn:extensionElements>";
  }

  std::vector<Line> lines_;
  std::string top_;  // Messages and errors: they stand beside the process.
};

}  // namespace

std::string bpmn_of(std::string_view process, const std::vector<std::string>& lines) {
  return Writer(lines).write(process);
}

}  // namespace pps::workflow
