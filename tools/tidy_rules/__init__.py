"""The rules of tools/tidy. A rule is a function from a Tree to findings; all of them are listed here."""

import fnmatch

from . import cpp, includes, project, text
from .exceptions import EXCEPTIONS
from .tree import Finding

RULES = [*text.RULES, *includes.RULES, *cpp.RULES, *project.RULES]


def check(tree, rules=None, exceptions=EXCEPTIONS):
    """Findings of `rules` in `tree`, sorted, less the excepted ones; an exception nothing needs is a finding itself."""
    findings = [finding for rule in (rules or RULES) for finding in rule(tree)]
    used = set()
    kept = []
    for finding in findings:
        matches = [e for e in exceptions if e.rule == finding.rule and fnmatch.fnmatchcase(finding.path, e.path)]
        used.update(matches)
        if not matches:
            kept.append(finding)
    for unused in [e for e in exceptions if e not in used]:
        kept.append(Finding("tools/tidy_rules/exceptions.py", 1, "exception",
                            f"nothing needs the exception from '{unused.rule}' for {unused.path}; take it out"))
    return sorted(kept)
