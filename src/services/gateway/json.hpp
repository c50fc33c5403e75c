#pragma once

#include <boost/json/fwd.hpp>
#include <string>

#include "services/orchestrator/api.hpp"
#include "services/store/api.hpp"

/// The documents of api/openapi.yaml, written by hand because clients count on them. Lines are numbered from 1 there.
namespace pps::gateway::to_json {

boost::json::object money(Money money);
boost::json::object purchase(const orchestrator::Purchase& purchase);
boost::json::object summary(const orchestrator::Purchase& purchase);
boost::json::object timeline_entry(const orchestrator::TimelineEntry& entry);
boost::json::object process(const orchestrator::ProcessReply& reply);
boost::json::object basket(const orchestrator::PriceReply& reply);
boost::json::object owned(const store::Owned& owned);
boost::json::object admin_purchase(const orchestrator::AdminPurchase& purchase);
boost::json::object definition(const orchestrator::DefinitionView& definition, bool active);
boost::json::object instance(const orchestrator::InstanceView& instance);
boost::json::object incident(const orchestrator::IncidentView& incident);

std::string name_of(orchestrator::Status status);

}  // namespace pps::gateway::to_json
