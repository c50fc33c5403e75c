#pragma once

#include "workflow/model.hpp"

namespace pps::workflow {

inline constexpr std::size_t kMaxBpmnBytes = 1 << 20;
inline constexpr int kMaxBpmnDepth = 64;
inline constexpr std::size_t kMaxElements = 2000;

/// Reads one executable process from BPMN 2.0 XML with `zeebe:` extensions, as Camunda Modeler
/// writes it. Diagram shapes, lanes and annotations are passed over.
///
/// Error `invalid` "bpmn.refused" with one field error per fault: pointer `/<element id>`, code
/// "bpmn.unsupported" (kind or attribute that the engine does not do), "bpmn.structure",
/// "bpmn.missing", "feel.…". "bpmn.syntax" when it is not XML, has a DTD, is over kMaxBpmnBytes or
/// nested deeper than kMaxBpmnDepth.
Result<std::shared_ptr<const Definition>> read_bpmn(std::string_view xml, std::uint32_t version);

}  // namespace pps::workflow
