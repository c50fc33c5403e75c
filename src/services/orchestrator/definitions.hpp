#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "services/orchestrator/repository.hpp"
#include "storage/table.hpp"
#include "workflow/model.hpp"

namespace pps::orchestrator {

/// The deployed process definitions, all versions, in memory; their files are rows. Loop-confined.
class Definitions {
 public:
  explicit Definitions(storage::Table& table) : table_(table) {}

  /// Reads every deployed version. Errors: the table's; `internal` "process.unreadable" for a file that the engine no
  /// longer understands.
  Task<void> load();

  struct Deployed {
    std::shared_ptr<const workflow::Definition> definition;
    std::string actor;
    std::int64_t deployed_at_us = 0;
  };
  /// Checks and keeps a file as the next version; a file that is known already is the version it was. Error `invalid`
  /// "process.refused" with one field error per element (pointer `#<element id>`).
  Task<Deployed> deploy(std::string xml, std::string actor, Timestamp now);
  /// Makes a definition known without the check and without keeping it: how tests force a sabotaged diagram in.
  void adopt(Deployed deployed);

  std::shared_ptr<const workflow::Definition> find(const std::string& process_id, std::uint64_t hash) const;
  /// What new instances run; null if there is none.
  std::shared_ptr<const workflow::Definition> newest(const std::string& process_id) const;
  /// By process id, newest first within it.
  std::vector<Deployed> all() const;

 private:
  Task<void> keep(Deployed deployed);

  storage::Table& table_;
  std::map<std::string, std::map<std::uint32_t, Deployed>> by_version_;
};

}  // namespace pps::orchestrator
