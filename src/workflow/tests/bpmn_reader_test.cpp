#include "workflow/bpmn_reader.hpp"

#include <gtest/gtest.h>

#include "case_file.hpp"
#include "diagram.hpp"
#include "runtime/simulated.hpp"
#include "workflow/effect_check.hpp"

namespace pps::workflow {
namespace {

const std::vector<std::string> kRow = {"start s -> a", "service a type=t.a -> done", "end done"};

std::string purchase() { return read_text(PPS_SOURCE_DIR "/processes/purchase.bpmn"); }

std::string code_of(const std::string& xml) {
  const auto read = read_bpmn(xml, 1);
  return read ? "ok" : read.error().code;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), with);
}

TEST(BpmnReader, reads_what_a_task_asks_of_its_worker) {
  const auto definition = *read_bpmn(purchase(), 7);
  EXPECT_EQ(definition->id, "purchase");
  EXPECT_EQ(definition->version, 7u);
  const Element& capture = definition->element(definition->find("capture"));
  EXPECT_EQ(capture.task->type, "purchase.capture");
  EXPECT_EQ(capture.task->effect, "capture");
  EXPECT_TRUE(capture.task->commit_before);
  EXPECT_EQ(capture.task->retries, 1000);
  EXPECT_EQ(capture.task->backoff, Duration(std::chrono::milliseconds(100)));
  EXPECT_EQ(capture.task->backoff_max, Duration(std::chrono::seconds(10)));
  const Element& reserve = definition->element(definition->find("reserve"));
  EXPECT_EQ(definition->element(reserve.compensation_handler).id, "unreserve");
  EXPECT_EQ(definition->element(reserve.parent).id, "secure");
  EXPECT_EQ(definition->find("nothing"), kNone);
}

TEST(BpmnReader, tells_definitions_apart_by_their_bytes) {
  EXPECT_EQ((*read_bpmn(purchase(), 1))->hash, (*read_bpmn(purchase(), 2))->hash);
  EXPECT_NE((*read_bpmn(purchase(), 1))->hash, (*read_bpmn(purchase() + "\n", 1))->hash);
}

TEST(BpmnReader, takes_any_prefix_for_the_namespaces) {
  std::string xml = bpmn_of("p", kRow);
  for (auto at = xml.find("bpmn:"); at != std::string::npos; at = xml.find("bpmn:"))
    xml.replace(at, 5, "b:");
  EXPECT_EQ(code_of(replaced(xml, "xmlns:bpmn=", "xmlns:b=")), "ok");
}

TEST(BpmnReader, refuses_what_is_no_bpmn) {
  const std::string xml = bpmn_of("p", kRow);
  EXPECT_EQ(code_of(xml), "ok");
  EXPECT_EQ(code_of(""), "bpmn.syntax");
  EXPECT_EQ(code_of("<a><b></a>"), "bpmn.syntax");
  EXPECT_EQ(code_of("<html/>"), "bpmn.syntax");
  EXPECT_EQ(code_of(xml.substr(0, xml.size() / 2)), "bpmn.syntax");
  EXPECT_EQ(code_of(replaced(xml, "20100524/MODEL", "20990101/MODEL")), "bpmn.syntax");
  EXPECT_EQ(code_of(xml + std::string(kMaxBpmnBytes, ' ')), "bpmn.syntax");
  EXPECT_EQ(code_of(replaced(xml, "isExecutable=\"true\"", "")), "bpmn.refused");
}

TEST(BpmnReader, refuses_a_document_type_and_its_entities) {
  const std::string bomb =
      R"(<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>)";
  std::string xml = bpmn_of("p", kRow);
  xml.insert(xml.find("?>") + 2, bomb);
  EXPECT_EQ(code_of(xml), "bpmn.syntax");
  xml.replace(xml.find(bomb), bomb.size(), "<!DOCTYPE d SYSTEM \"file:///etc/passwd\">");
  EXPECT_EQ(code_of(xml), "bpmn.syntax");
}

TEST(BpmnReader, bounds_depth_and_number_of_elements) {
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "<bpmn:documentation>";
  EXPECT_EQ(code_of(replaced(bpmn_of("p", kRow), "</bpmn:process>", deep + "</bpmn:process>")),
            "bpmn.syntax");
  std::string closed;
  for (int i = 0; i < 100; ++i) closed += "<bpmn:x>";
  for (int i = 0; i < 100; ++i) closed += "</bpmn:x>";
  EXPECT_EQ(code_of(replaced(bpmn_of("p", kRow), "</bpmn:process>", closed + "</bpmn:process>")),
            "bpmn.syntax");
  std::vector<std::string> many = {"start s -> t0"};
  for (int i = 0; i < 2100; ++i)
    many.push_back("service t" + std::to_string(i) + " type=t -> " +
                   (i == 2099 ? "done" : "t" + std::to_string(i + 1)));
  many.push_back("end done");
  EXPECT_EQ(code_of(bpmn_of("p", many)), "bpmn.refused");
}

TEST(BpmnReader, refuses_what_would_be_passed_over_in_silence) {
  const std::string xml = bpmn_of("p", {"start s -> a", "receive a message=paid -> b", "service b type=t -> done", "end done"});
  ASSERT_EQ(code_of(xml), "ok");
  const auto starts = read_bpmn(replaced(xml, "<bpmn:receiveTask ", "<bpmn:receiveTask instantiate=\"true\" "), 1);
  ASSERT_FALSE(starts);
  EXPECT_EQ(starts.error().fields[0].pointer, "/a");
  const auto listens = read_bpmn(replaced(xml, "<zeebe:taskDefinition ", "<zeebe:executionListeners /><zeebe:taskDefinition "), 1);
  ASSERT_FALSE(listens);
  EXPECT_EQ(listens.error().fields[0].pointer, "/b");
}

TEST(BpmnReader, names_the_element_and_collects_every_fault) {
  const auto read = read_bpmn(
      bpmn_of("p", {"start s -> a", "service a -> b", "service b -> done", "end done"}), 1);
  ASSERT_EQ(read.error().fields.size(), 2u);
  EXPECT_EQ(read.error().fields[0].pointer, "/a");
  EXPECT_EQ(read.error().fields[1].pointer, "/b");
  EXPECT_EQ(read.error().fields[1].code, "bpmn.missing");
}

/// Changed at random, the file is read or refused, and what is read can be walked: nothing is taken
/// on trust.
TEST(BpmnReader, survives_damaged_files) {
  runtime::SimulatedWorld random(3);
  const std::string good = purchase();
  int read = 0;
  for (int round = 0; round < 1500; ++round) {
    std::string bad = good;
    for (std::uint64_t edits = 1 + random.below(4); edits > 0; --edits) {
      const auto at = random.below(bad.size());
      const auto length = std::min<std::uint64_t>(random.below(60), bad.size() - at);
      switch (random.below(3)) {
        case 0:
          bad.erase(at, length);
          break;
        case 1:
          bad.insert(at, bad.substr(random.below(bad.size()), length));
          break;
        default:
          bad[at] = static_cast<char>(random.below(256));
          break;
      }
    }
    const auto definition = deploy(bad, 1);
    read += definition.has_value();
    if (!definition) {
      EXPECT_EQ(definition.error().kind, ErrorKind::invalid);
    }
  }
  EXPECT_GT(read, 0);
  EXPECT_LT(read, 1500);
}

}  // namespace
}  // namespace pps::workflow
