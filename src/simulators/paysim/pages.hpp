#pragma once

#include "net/http.hpp"
#include "simulators/paysim/book.hpp"

namespace pps::paysim {

/// The pages for cardholders, plain HTML without scripts: `/c/pay/{session}` takes a card,
/// `/c/3ds/{intent}` plays the bank that asks who pays. An id in a path is the right to see that
/// page; nothing else is asked for.
net::Response show_page(Book& book, const net::Request& request);

}  // namespace pps::paysim
