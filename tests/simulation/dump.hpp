#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "shop.hpp"

/// What is there after a run, as records for tests/checker (its README has their shapes).
namespace pps::simulation::dump {

boost::json::object purchase(const orchestrator::Purchase& purchase);

/// @pre nothing goes wrong any more. Errors: those of the services; none is expected.
Task<boost::json::array> everything(Shop& shop);

/// Every purchase there is, whoever accepted it. Error: the orchestrator's.
Task<std::vector<orchestrator::Purchase>> all_purchases(Shop& shop);

}  // namespace pps::simulation::dump
