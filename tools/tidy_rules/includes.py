"""Include directions: app → services → {workflow, storage, search, cache, bus, security, net} → runtime → base."""

import re

QUOTED = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
ANGLED = re.compile(r"^\s*#\s*include\s+<([^>]+)>")

# What a folder of src/ may include besides itself. A service's files are ruled one by one, below.
FOLDERS = {
    "base": set(),
    "runtime": {"base"},
    "net": {"runtime", "base"},
    "storage": {"runtime", "base"},
    "cache": {"runtime", "base"},
    "search": {"runtime", "base"},
    "security": {"runtime", "base"},
    "bus": {"storage", "runtime", "base"},
    "workflow": {"storage", "bus", "runtime", "base"},
    "simulators": {"net", "runtime", "base"},
}
MIDDLE = {"workflow", "storage", "search", "cache", "bus", "security", "net"}
PORTS = MIDDLE - {"net"} | {"runtime", "base"}

# Adapters of a port: src/<port>/<engine>/. Only the engine itself and whoever chooses engines may include them.
ENGINES = {
    "storage": {"rocksdb", "memory", "cassandra"},
    "search": {"xapian", "opensearch"},
    "cache": {"local", "redis"},
    "bus": {"embedded", "kafka"},
    "workflow": {"camunda"},
}

# A service's files by role (the name up to the first "_" or "."): the folders they may include, and which of
# their own service's roles. A role that is not named here is a part of the service's rules.
ROLES = {
    "api": ({"runtime", "base"}, {"api"}),
    "http": ({"net", "runtime", "base"}, {"api", "http", "json"}),
    "client": ({"net", "runtime", "base"}, {"api", "client", "json"}),
    "json": ({"net", "runtime", "base"}, {"api", "json"}),
    "repository": ({"storage", "bus", "security", "runtime", "base"}, {"api", "repository", "part"}),
    "service": (PORTS, {"api", "service", "repository", "part"}),
    "part": (MIDDLE | {"runtime", "base"}, {"api", "repository", "part"}),
}

# Headers that cost seconds to compile, or that belong to one adapter: they stay out of headers that others read.
HEAVY = re.compile(
    r"^(boost/(beast|json\.hpp|json/src|describe\.hpp|url\.hpp|asio\.hpp|asio/ssl\.hpp)|rocksdb/|xapian|pugixml|toml\+\+|"
    r"openssl/|spdlog/|prometheus/|yaml-cpp/|archive|CLI/|curl/|argon2|brotli/|zlib|unicode/|nlohmann/|iostream$|regex$)")


def role(name):
    stem = re.split(r"[_.]", name, maxsplit=1)[0]
    return stem if stem in ROLES or stem == "module" else "part"


def is_engine(path):
    parts = path.split("/")
    return len(parts) >= 3 and parts[1] in ENGINES.get(parts[0], ())


def refusal(includer, included):
    """Why `includer` may not include `included` (both from src/, "net/http.hpp"), or None."""
    source, target = includer.split("/"), included.split("/")
    top, into = source[0], target[0]
    if top == "app":
        return None
    if is_engine(included) and source[:2] != target[:2] and not (top == "services" and role(source[-1]) == "module"):
        return "an engine is chosen in module.* or app alone; include the port instead"
    if top == "services":
        return service_refusal(source, target)
    if top not in FOLDERS:
        return f"src/{top} is not a folder of the architecture; tools/tidy_rules/includes.py lists them"
    if into != top and into not in FOLDERS[top]:
        allowed = ", ".join(sorted(FOLDERS[top])) or "nothing else"
        return f"{top} may include {allowed}, not {into}"
    return None


def service_refusal(source, target):
    into = target[0]
    if len(source) == 2:  # what all Apis share, directly in services/
        shared = into == "services" and len(target) == 2
        return None if into in ("runtime", "base") or shared else "what all Apis share may include base and runtime"
    own = source[1]
    if into == "services" and len(target) == 2:
        return None
    kind = role(source[-1])
    if into in ("app", "simulators"):
        return f"a service may not include {into}"
    if into == "services" and target[1] != own:
        return None if target[2:] == ["api.hpp"] else f"of another service only services/{target[1]}/api.hpp may be included"
    if kind == "module":
        return None
    folders, roles = ROLES[kind]
    if into == "services":
        target_role = role(target[-1])
        return None if target_role in roles else f"{kind} may not include its service's {target_role}"
    return None if into in folders else f"{kind} of a service may include {', '.join(sorted(folders))}, not {into}"


def included_by(file, pattern=QUOTED):
    for number, line in enumerate(file.code_lines, 1):
        match = pattern.match(line)
        if match:
            yield number, match.group(1)


def check_directions(tree):
    for file in tree.cpp:
        if file.parts[0] != "src" or file.is_test:
            continue
        for number, included in included_by(file):
            if f"src/{included}" not in tree.paths:
                yield file.finding(number, "include", f'"{included}" is not a file below src/; name it from there')
                continue
            if "/tests/" in f"/{included}":
                yield file.finding(number, "include", "test code may not be included by the product")
                continue
            reason = refusal(file.path.removeprefix("src/"), included)
            if reason:
                yield file.finding(number, "include", reason)


def check_heavy(tree):
    for file in tree.cpp:
        if file.extension != ".hpp" or file.is_test or file.parts[0] != "src":
            continue
        for number, included in included_by(file, ANGLED):
            if HEAVY.match(included):
                yield file.finding(number, "heavy-header", f"<{included}> is read by .cpp files alone: declare, or hide it")


RULES = [check_directions, check_heavy]
