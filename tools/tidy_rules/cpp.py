"""C++: where time, random, threads, files, sockets and output come from; names; headers."""

import re

LONG_FUNCTION = 80

# (rule, pattern, folders of src/ that may, what to use instead)
SOURCES = [
    ("time", r"\b(system_clock|steady_clock|high_resolution_clock|utc_clock)::now\b|\bgettimeofday\s*\(|\bclock_gettime\s*\("
             r"|(?<![\w.>:])(?:std::|::)?time\s*\(\s*(?:NULL|nullptr|0|&\w+)\s*\)|\bsteady_timer\b|\bsystem_timer\b|\bdeadline_timer\b",
     {"runtime"}, "runtime::Clock and runtime::Timers"),
    ("random", r"\brandom_device\b|\bRAND_(priv_)?bytes\b|(?<![\w.>])(?:std::|::)?s?rand\s*\("
               r"|\bgetrandom\s*\(|\barc4random|\brandom_generator\b",
     {"runtime"}, "runtime::Random"),
    ("thread", r"\bstd::(jthread|thread|async)\b(?!::id|::hardware_concurrency)|\bpthread_create\b|\bthis_thread::sleep_(for|until)\b"
               r"|(?<![\w.>])(?:::)?(u|nano)?sleep\s*\(|\bthread_pool\b",
     {"runtime"}, "runtime's loops, timers and pools"),
    ("environment", r"\b(secure_)?getenv\b|\benviron\b", {"runtime"}, "runtime's configuration"),
    ("socket", r"\basio::(ip|local)::|<sys/socket\.h>|<netinet/|<boost/asio/(ip|local)/|(?<![\w.>:])::(socket|connect|bind|listen)\s*\(",
     {"net"}, "net's server and client"),
    ("file", r"<fstream>|<filesystem>|\bstd::[io]?fstream\b|\bstd::filesystem::|(?<![\w.>])(?:std::|::)?fopen\s*\(|(?<![\w.>:])::open\s*\(",
     {"runtime", "net", "storage", "search", "bus", "security", "app", "simulators"}, "a port, or read it in module.*"),
    ("output", r"\bstd::(cout|cerr|clog)\b|(?<![\w.>])(?:std::|::)?(printf|puts|fprintf|putchar)\s*\(|\bfmt::print(ln)?\s*\(",
     {"runtime", "app"}, "runtime's log"),
]
SOURCES = [(rule, re.compile(pattern), folders, instead) for rule, pattern, folders, instead in SOURCES]

TYPE = re.compile(
    r"\b(?:class|struct|union|enum(?:\s+(?:class|struct))?)\s+(?:\[\[[^\]]*\]\]\s*)?(?:alignas\([^)]*\)\s*)?"
    r"(\w+)\s*(?:final\s*)?(?::(?!:)[^;{}()]*)?\{")
PASCAL = re.compile(r"[A-Z][A-Za-z0-9]*$")


def check_sources(tree):
    """The product, and the simulation, which must replay from its seed."""
    for file in tree.cpp:
        simulation = file.path.startswith("tests/simulation/")
        if not simulation and (file.parts[0] != "src" or file.is_test):
            continue
        folder = file.parts[1]
        module = file.name.startswith("module.") or file.name == "main.cpp"
        for rule, pattern, folders, instead in SOURCES:
            if (folder in folders and not simulation) or (module and rule in ("file", "output")):
                continue
            if simulation and rule in ("file", "output"):
                continue
            for number, line in enumerate(file.code_lines, 1):
                match = pattern.search(line)
                if match:
                    yield file.finding(number, rule, f"'{match.group(0).strip()}' here: use {instead}")


def check_headers(tree):
    for file in tree.cpp:
        if file.extension != ".hpp" or file.parts[0] == "cmake":
            continue
        first = next(((n, line) for n, line in enumerate(file.code_lines, 1) if line.strip()), (1, ""))
        if first[1].strip() != "#pragma once":
            yield file.finding(first[0], "pragma-once", "a header begins with #pragma once")
        for number, line in enumerate(file.code_lines, 1):
            if re.match(r"\s*using\s+namespace\b", line):
                yield file.finding(number, "using-namespace", "a header opens no namespace for those who include it")


def check_type_names(tree):
    for file in tree.cpp:
        for match in TYPE.finditer(file.code):
            name = match.group(1)
            if not PASCAL.match(name):
                number = file.code.count("\n", 0, match.start()) + 1
                yield file.finding(number, "type-name", f"type '{name}' is to be PascalCase")


def check_function_length(tree):
    """A warning: formatted code has a function's head and its closing brace at column 0."""
    for file in tree.cpp:
        start = None
        for number, line in enumerate(file.code_lines, 1):
            if re.match(r"\w", line) and "(" in line and not line.startswith(("namespace", "#")):
                start = number
            elif re.match(r"(class|struct|enum|namespace|union)\b", line):
                start = None
            elif line.rstrip() == "}" and start is not None:
                if number - start > LONG_FUNCTION:
                    yield file.finding(start, "long-function", f"{number - start} lines do not fit a screen", warning=True)
                start = None


RULES = [check_sources, check_headers, check_type_names, check_function_length]
