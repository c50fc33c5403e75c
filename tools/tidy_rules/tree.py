"""The files that are checked, and C++ text without its comments and strings."""

import dataclasses
import functools
import os
import pathlib
import re
import subprocess

SKIPPED_FOLDERS = {".git", "build", "data", "node_modules", "dist", "__pycache__", ".cache"}


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    rule: str
    message: str
    warning: bool = False

    def __str__(self):
        return f"{self.path}:{self.line}: {'warning: ' if self.warning else ''}{self.rule}: {self.message}"


class File:
    """One text file: its path from the root with forward slashes, its text and its lines."""

    def __init__(self, path, content):
        self.path = path
        self.text = content
        self.lines = content.split("\n")
        if self.lines and self.lines[-1] == "":
            self.lines.pop()
        self.name = path.rsplit("/", 1)[-1]
        self.parts = path.split("/")
        self.extension = os.path.splitext(self.name)[1]

    @property
    def is_cpp(self):
        return self.extension in (".cpp", ".hpp")

    @property
    def is_test(self):
        """Test code beside the source it tests, or in the whole-system tests and benches."""
        return "tests" in self.parts[:-1] or self.parts[0] == "bench"

    def finding(self, line, rule, message, warning=False):
        return Finding(self.path, line, rule, message, warning)

    @functools.cached_property
    def code(self):
        """C++ text with comments and literals blanked, so that every line keeps its number."""
        return blank_comments_and_literals(self.text)

    @functools.cached_property
    def code_lines(self):
        return self.code.split("\n")


class Tree:
    def __init__(self, files):
        """@param files: mapping of path to text. Paths of files that are not text map to None."""
        self.paths = set(files)
        self.files = [File(path, content) for path, content in sorted(files.items()) if content is not None]

    @property
    def cpp(self):
        return [file for file in self.files if file.is_cpp]

    def get(self, path):
        return next((file for file in self.files if file.path == path), None)

    def has_folder(self, path):
        return any(known.startswith(path.rstrip("/") + "/") for known in self.paths)

    @classmethod
    def of_checkout(cls, root):
        return cls({path: read_text(root / path) for path in listed(root) if (root / path).is_file()})


def listed(root):
    """What git tracks or would track; without git (a source archive) everything but the folders of generated files."""
    try:
        out = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                             check=True, capture_output=True).stdout
        return [path for path in out.decode().split("\0") if path]
    except (OSError, subprocess.CalledProcessError):
        found = []
        for folder, folders, names in os.walk(root):
            folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
            found += [(pathlib.Path(folder) / name).relative_to(root).as_posix() for name in names]
        return found


def read_text(path):
    data = path.read_bytes()
    if b"\0" in data[:8192]:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


_TOKEN = re.compile(
    r"""//[^\n]*"""
    r"""|/\*.*?\*/"""
    r"""|\b(?:u8|[uUL])?R"(?P<delimiter>[^\s()\\]{0,16})\(.*?\)(?P=delimiter)\""""
    r"""|"(?:\\.|[^"\\\n])*\""""
    r"""|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'""",
    re.DOTALL | re.VERBOSE,
)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"[^"\n]*"', re.MULTILINE)


def blank_comments_and_literals(source):
    """Blanks with spaces; quoted include paths stay."""
    kept = {match.start(): match.end() for match in _INCLUDE.finditer(source)}
    spans = sorted(kept.items())

    def blank(match):
        for start, end in spans:
            if start <= match.start() < end:
                return match.group(0)
        return re.sub(r"[^\n]", " ", match.group(0))

    return _TOKEN.sub(blank, source)
