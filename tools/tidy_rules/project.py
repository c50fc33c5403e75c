"""The project as a whole: decisions, changelog, licences, packages, links between documents."""

import json
import posixpath
import re

from .tree import Finding

GROUPS = {"build", "link", "test", "bench", "fuzz", "dev"}
DECISION = re.compile(r"docs/decisions/(\d{4})-[a-z0-9.-]+\.md$")
LINK = re.compile(r"!?\[[^\]\n]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^(```|~~~)")


def check_decisions(tree):
    numbers = {}
    for path in sorted(tree.paths):
        if not path.startswith("docs/decisions/"):
            continue
        match = DECISION.match(path)
        if not match:
            yield Finding(path, 1, "decision", "a decision is docs/decisions/NNNN-name-of-it.md")
            continue
        number = match.group(1)
        if number in numbers:
            yield Finding(path, 1, "decision", f"{number} is taken by {numbers[number]}; take the next free number")
        numbers[number] = path
        first = tree.get(path).lines[0] if tree.get(path) and tree.get(path).lines else ""
        if not re.match(rf"# {number}[:.] \S", first):
            yield Finding(path, 1, "decision", f"its first line is to be '# {number}: its title'")


def check_service_readmes(tree):
    for path in sorted(tree.paths):
        match = re.match(r"src/services/([^/]+)/(service|module)\.cpp$", path)
        if match and f"src/services/{match.group(1)}/README.md" not in tree.paths:
            yield Finding(path, 1, "readme", "a service has a README.md: what it is, its tables, events and limits")


def check_changelog(tree):
    file = tree.get("CHANGELOG.md")
    if not file or "## [Unreleased]" not in file.lines:
        yield Finding("CHANGELOG.md", 1, "changelog", "has no section '## [Unreleased]'")


def packages(tree):
    """(line, package, version, group) of tools/packages.txt; short lines as (line, None, ...)."""
    file = tree.get("tools/packages.txt")
    for number, line in enumerate(file.lines if file else [], 1):
        if line.strip() and not line.startswith("#"):
            fields = line.split(None, 3)
            yield (number, *fields[:3]) if len(fields) == 4 else (number, None, None, None)


def check_packages(tree):
    path, seen = "tools/packages.txt", set()
    for number, package, _, group in packages(tree):
        if package is None or group not in GROUPS:
            yield Finding(path, number, "package", "a line is: package version group reason, group one of " + ", ".join(sorted(GROUPS)))
        elif package in seen:
            yield Finding(path, number, "package", f"{package} is listed twice")
        seen.add(package)


def check_third_party(tree):
    file = tree.get("THIRD_PARTY.md")
    listed = set(re.findall(r"`([^`\s]+)`", file.text)) if file else set()
    for number, package, _, group in packages(tree):
        if group == "link" and package not in listed:
            yield Finding("tools/packages.txt", number, "third-party", f"THIRD_PARTY.md does not name `{package}` and its licence")
    page = tree.get("web/package.json")
    for package in json.loads(page.text).get("dependencies", {}) if page else ():
        if package not in listed:
            yield Finding(page.path, 1, "third-party", f"THIRD_PARTY.md does not name `{package}` and its licence")


def check_links(tree):
    for file in tree.files:
        if file.extension != ".md":
            continue
        fenced = False
        for number, line in enumerate(file.lines, 1):
            if FENCE.match(line.lstrip()):
                fenced = not fenced
            if fenced:
                continue
            for target in LINK.findall(re.sub(r"`[^`]*`", "", line)):
                if re.match(r"[a-z]+:", target) or target.startswith("#"):
                    continue
                path = posixpath.normpath(posixpath.join(posixpath.dirname(file.path), target.split("#")[0]))
                if path != "." and path not in tree.paths and not tree.has_folder(path):
                    yield file.finding(number, "link", f"{target} is not there")


CONFIGURATION = "docs/guides/configuration.md"
KEY_READ = re.compile(r'get_(?:string|int|bool|duration|list)\(\s*"([a-z_]+(?:\.[a-z0-9_]+)*)"|'
                      r'(?:read_timeout|number)\((?:\s*config,)?\s*"([a-z_]+(?:\.[a-z0-9_]+)+)"')
KEY_TOLD = re.compile(r"`([a-z_]+(?:\.[a-z0-9_]+)+|data|services)`")


def check_configuration(tree):
    """Every key that the product reads is in the guide, and every key of the guide's table is read."""
    guide = tree.get(CONFIGURATION)
    told = {}
    for number, line in enumerate(guide.lines if guide else [], 1):
        if line.startswith("|"):
            told.update((key, number) for key in KEY_TOLD.findall(line.split("|")[1]))
    read = {}
    for file in tree.cpp:
        if file.parts[:2] in (["src", "app"], ["src", "services"]) and not file.is_test:
            read.update((key or other, file) for key, other in KEY_READ.findall(file.text))
    for key, file in sorted(read.items(), key=lambda item: item[0]):
        if key not in told:
            yield Finding(file.path, 1, "configuration", f"{CONFIGURATION} does not tell of `{key}`")
    for key, number in sorted(told.items()):
        if key not in read:
            yield Finding(CONFIGURATION, number, "configuration", f"nothing reads `{key}`")


RULES = [check_configuration, check_decisions, check_service_readmes, check_changelog, check_packages, check_third_party, check_links]
