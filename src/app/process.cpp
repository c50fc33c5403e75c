#include "app/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "runtime/files.hpp"

namespace pps::app {

namespace {
volatile sig_atomic_t end_asked = 0;
void on_signal(int) { end_asked = 1; }

bool runs_program(int pid, const std::string& program) {
  std::string link(4096, '\0');
  const auto size =
      ::readlink(("/proc/" + std::to_string(pid) + "/exe").c_str(), link.data(), link.size());
  if (size <= 0) return false;
  link.resize(static_cast<std::size_t>(size));
  return link == program;
}

[[noreturn]] void become(const Child& child, pid_t parent) {
  // A supervisor that is killed takes its children with it: a demo leaves nothing behind.
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127);
  const int log = ::open((child.folder + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (log >= 0) {
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
  }
  ::signal(SIGTERM, SIG_DFL);
  ::signal(SIGINT, SIG_IGN);  // Ctrl-C reaches the supervisor, which ends them in order
  std::vector<char*> arguments;
  for (const auto& argument : child.arguments)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}
}  // namespace

Result<void> start(Child& child) {
  Result<void> made = runtime::make_folder(child.folder);
  if (!made) return made;
  const std::string pid_file = child.folder + "/pid";
  if (const auto kept = runtime::read_file(pid_file, 32); kept && std::atoi(kept->c_str()) > 1) {
    child.pid = std::atoi(kept->c_str());
    child.ours = false;
    if (runs_program(child.pid, child.arguments[0])) return {};
  }
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0)
    return fail(ErrorKind::unavailable, "process.start", child.name + ": " + std::strerror(errno));
  if (pid == 0) become(child, parent);
  child.pid = pid;
  child.ours = true;
  return runtime::replace_file(pid_file, std::to_string(pid) + "\n");
}

bool alive(Child& child) {
  if (child.ours) return ::waitpid(child.pid, nullptr, WNOHANG) == 0;
  return runs_program(child.pid, child.arguments[0]);
}

void end(Child& child, int seconds) {
  if (!child.ours || !alive(child)) return;
  ::kill(child.pid, SIGTERM);
  for (int i = 0; i < seconds * 20; ++i) {
    if (!alive(child)) return;
    pause_ms(50);
  }
  ::kill(child.pid, SIGKILL);
  ::waitpid(child.pid, nullptr, 0);
}

void watch_signals() {
  struct sigaction action {};
  action.sa_handler = &on_signal;
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
}
bool asked_to_end() { return end_asked != 0; }
void pause_ms(int milliseconds) { ::poll(nullptr, 0, milliseconds); }

}  // namespace pps::app
