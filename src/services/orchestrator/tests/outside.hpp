#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "bus/bus.hpp"
#include "runtime/simulated.hpp"
#include "runtime/sync.hpp"
#include "services/orchestrator/definitions.hpp"
#include "services/orchestrator/service.hpp"
#include "storage/memory/memory.hpp"

/// Small models of those whom the orchestrator commands. What they know outlives a killed process; what they answer can
/// be made to go wrong by script or by chance.
namespace pps::orchestrator::testing {

enum class Fault { none, unavailable, unknown_before, unknown_after, twice, slow };

struct Hold {
  std::string state;  ///< held committed consumed undone refused
  std::string sku;
  std::int64_t quantity = 0;
};
struct PaymentModel {
  std::string status;  ///< "" authorized requires_action captured voided declined
  std::int64_t amount = 0, captured = 0, refunded = 0;
  int captures = 0;
  std::map<std::string, std::int64_t> refunds;  ///< By effect id.
};

struct Outside {
  std::shared_ptr<storage::memory::Disk> disk = std::make_shared<storage::memory::Disk>();
  std::map<std::string, std::int64_t> stock;  ///< Available; absent: not tracked.
  std::map<std::string, Hold> holds;          ///< By reserve's effect id.
  std::map<std::string, std::string> prepared;  ///< By prepare's effect id: done undone.
  std::map<std::string, std::string> released;  ///< By release's effect id.
  std::map<PurchaseId, PaymentModel> payments;
  std::map<std::string, std::int64_t> prices{{"book", 1000}, {"pen", 250}, {"key", 2900}, {"sticker", 49}, {"ship", 50'000'000}};

  std::map<std::string, std::deque<Fault>> script;    ///< By call: what befalls the next ones.
  std::map<std::string, std::string> refusals;        ///< By call or "call/sku": the code it is refused with.
  bool ask_for_confirmation = false;                  ///< Authorize answers "the customer must act".
  int chaos_per_cent = 0;                             ///< Of calls that something befalls.
  std::set<std::string> traces;                       ///< Of the calls that reserve and authorize.
  std::vector<std::string> calls;                     ///< What was asked, in order ("reserve", "capture", …).
  std::vector<storage::Event> published;

  Fault next_fault(const std::string& call, runtime::Random& random);
  std::int64_t calls_of(const std::string& call) const;
};

class ModelBus final : public bus::Bus {
 public:
  explicit ModelBus(Outside& outside) : outside_(outside) {}
  Task<void> append(std::vector<Entry> entries) override;
  void subscribe(std::string topic, std::string, bus::Consumer consumer) override { consumers[topic] = std::move(consumer); }
  Task<std::uint64_t> lag(std::string, std::string) override { co_return 0; }
  std::map<std::string, bus::Consumer> consumers;

 private:
  Outside& outside_;
};

std::shared_ptr<provisioner::ProvisionerApi> make_provisioner(runtime::Runtime& runtime, Outside& outside);
std::shared_ptr<payment::PaymentApi> make_payment(runtime::Runtime& runtime, Outside& outside);
std::shared_ptr<catalogue::QuoteApi> make_catalogue(runtime::Runtime& runtime, Outside& outside);

/// One process of the orchestrator on the world outside.
struct Process {
  Process(runtime::SimulatedWorld& world, Outside& outside, std::string name);
  ~Process();
  Process(const Process&) = delete;
  Task<void> open();
  /// kill -9 (what was written stays) or power loss (what was not synced is gone).
  void kill(bool power_loss);
  Task<void> tell_payment(PurchaseId purchase, std::string type, std::string code);

  Outside& outside;
  runtime::SimulatedProcess& process;
  runtime::Runtime& runtime;
  std::shared_ptr<storage::Table> table;
  std::shared_ptr<ModelBus> bus;
  std::shared_ptr<Definitions> definitions;
  std::shared_ptr<OrchestratorService> service;
  std::function<void(Definitions&)> sabotage;  ///< Run after the built-in process is deployed.
};

CustomerId customer(int number);
AcceptRequest order(int customer_number, std::string key, std::vector<std::pair<std::string, std::int64_t>> lines,
                    const Outside& outside);

/// What must hold for a purchase that has ended: nothing charged twice or for nothing, nothing left behind. Empty, or
/// what is wrong.
std::string broken_promise(const Outside& outside, const Purchase& purchase);
/// Sums: no stock is held or lost that no purchase accounts for.
std::string broken_stock(const Outside& outside, const std::map<std::string, std::int64_t>& at_first);

}  // namespace pps::orchestrator::testing
