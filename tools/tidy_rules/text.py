"""Every text file: whitespace, length, names, marks and names of machines."""

import re

from .tree import Finding

SOFT_LENGTH = 500
HARD_LENGTH = 600
SOURCE = {".cpp", ".hpp", ".ts", ".tsx", ".py", ".cmake", ".css", ".sh"}
SOURCE_NAMES = {"Makefile", "CMakeLists.txt"}

# Files that a tool writes, or that hold bytes a test compares: only what names a machine is looked for in them.
GENERATED = re.compile(r"(^|/)(package-lock\.json|LICENSE)$|/(golden|corpus)/|\.(svg|snap)$|/generated/")

MARK = re.compile(r"\b(TO[D]O|FIX[M]E|HAC[K])\b")
MACHINE_PATH = re.compile(r"/wor[k]/(main|wt|shared|steering|\.library)|/far[m]/|/(home|Users)/[a-z]\w*/|/roo[t]/")
REGISTRY_HOST = re.compile(
    r"(deb|security|ftp)\.debian[.]org|registry\.npmjs[.]org|\bpypi[.]org|files\.pythonhosted|crates[.]io/api|static\.crates[.]io"
    r"|index\.crates[.]io|repo1?\.maven|proxy\.golang|deb\.nodesource|\"resolved\":")

SNAKE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*(\.[a-z0-9]+)*$")
KEBAB = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*\.[a-z0-9]+$")
PLAIN = re.compile(r"[A-Za-z0-9._@-]+$")
WELL_KNOWN = re.compile(r"(README|CONTRIBUTING|CHANGELOG|THIRD_PARTY|SECURITY)\.md$|LICENSE$|Makefile$"
                        r"|CMakeLists\.txt$|CMakePresets\.json$")
SNAKE_FOLDERS = {"src", "tests", "bench", "tools", "cmake"}


def check_whitespace(tree):
    for file in tree.files:
        if GENERATED.search(file.path):
            continue
        for number, line in enumerate(file.lines, 1):
            if line.endswith("\r"):
                yield file.finding(number, "line-end", "carriage return")
            elif line != line.rstrip():
                yield file.finding(number, "trailing-space", "space at the end of the line")
            if "\t" in line and file.is_cpp:
                yield file.finding(number, "tab", "tab in C++")
        if file.text and not file.text.endswith("\n"):
            yield file.finding(len(file.lines), "line-end", "no newline at the end of the file")
        elif file.text.endswith("\n\n"):
            yield file.finding(len(file.lines), "line-end", "empty lines at the end of the file")


def check_length(tree):
    for file in tree.files:
        if file.extension not in SOURCE and file.name not in SOURCE_NAMES or GENERATED.search(file.path):
            continue
        length = len(file.lines)
        if length > HARD_LENGTH:
            yield file.finding(length, "file-length", f"{length} lines; {HARD_LENGTH} at most: give each idea its file")
        elif length > SOFT_LENGTH:
            yield file.finding(length, "file-length", f"{length} lines; {SOFT_LENGTH} are plenty", warning=True)


def check_marks(tree):
    for file in tree.files:
        if GENERATED.search(file.path):
            continue
        for number, line in enumerate(file.lines, 1):
            match = MARK.search(line)
            if match:
                yield file.finding(number, "mark", f"'{match.group(0)}': do it, or write a decision about it")


def check_machine(tree):
    for file in tree.files:
        for number, line in enumerate(file.lines, 1):
            for rule, pattern in (("machine-path", MACHINE_PATH), ("registry-host", REGISTRY_HOST)):
                match = pattern.search(line)
                if match:
                    yield file.finding(number, rule, f"'{match.group(0)}' belongs to a machine, not to the project")


def check_names(tree):
    for path in sorted(tree.paths):
        folders, name = path.split("/")[:-1], path.split("/")[-1]
        if name.startswith(".") or any(folder.startswith(".") for folder in folders) or WELL_KNOWN.match(name):
            continue
        if folders[:1] and folders[0] in SNAKE_FOLDERS and name.endswith((".cpp", ".hpp", ".py", ".cmake")) or path.startswith("src/"):
            pattern, habit = SNAKE, "snake_case"
            if name == "__init__.py":
                continue
        elif folders[:1] == ["docs"] and name.endswith(".md"):
            pattern, habit = KEBAB, "kebab-case"
        else:
            pattern, habit = PLAIN, "letters, digits, dots, dashes and underscores"
        if not pattern.match(name):
            yield Finding(path, 1, "file-name", f"'{name}' is to be {habit}")


RULES = [check_whitespace, check_length, check_marks, check_machine, check_names]
