#pragma once

#include <boost/asio/awaitable.hpp>

#include "base/result.hpp"

namespace pps {

/// A coroutine's result: runs when awaited, on the executor of whoever awaits it. Never throws: errors are values.
template <class T>
using Task = boost::asio::awaitable<Result<T>>;

}  // namespace pps
