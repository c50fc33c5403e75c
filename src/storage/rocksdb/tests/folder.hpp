#pragma once

#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "runtime/loop.hpp"
#include "runtime/sync.hpp"
#include "storage/rocksdb/rocksdb.hpp"

namespace pps::storage::rocksdb {

/// A folder that goes with the test.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "pps-storage-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  std::string path(const std::string& name = "db") const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// The real loop on a thread of its own.
class RunningLoop {
 public:
  RunningLoop() : thread_([this] { loop_.run(); }) {}
  ~RunningLoop() {
    loop_.stop();
    thread_.join();
  }
  runtime::Runtime& runtime() { return loop_.runtime(); }

  /// Starts the task that `call` makes, on the loop, and waits for its result.
  template <class Call>
  auto run(Call call) {
    return start(call).get();
  }
  /// Runs `fn` on the loop, and waits: what loop-confined objects need.
  template <class Fn>
  auto on_loop(Fn fn) {
    auto task = std::make_shared<std::packaged_task<decltype(fn())()>>(std::move(fn));
    auto result = task->get_future();
    boost::asio::post(runtime().executor, [task] { (*task)(); });
    return result.get();
  }

 private:
  template <class Call, class T = typename decltype(std::declval<Call>()())::value_type>
  std::future<T> start(Call& call) {
    auto promise = std::make_shared<std::promise<T>>();
    auto wrap = [](std::shared_ptr<std::promise<T>> out, boost::asio::awaitable<T> task) -> boost::asio::awaitable<void> {
      T result = co_await std::move(task);
      out->set_value(std::move(result));
    };
    on_loop([&] { runtime::spawn(runtime().executor, wrap(promise, call())); });
    return promise->get_future();
  }

  runtime::Loop loop_;
  std::thread thread_;
};

}  // namespace pps::storage::rocksdb
