#!/usr/bin/env python3
"""How well the search finds what a shopper wants: the mean reciprocal rank (MRR) of each class of judged.tsv over the real
catalogue, asked over HTTP. Fails if a class is below what floors.tsv keeps.

usage: relevance.py [--worst] BUILD_FOLDER [CATALOGUE_FOLDER]      --worst: also every query whose first right product is not first

A query counts 1/rank of the first right product within its first 20, 0 if none is there (Voorhees 1999, TREC-8 question
answering). Judge first, then tune: judged.tsv may be added to, but is not bent to what the ranking does.
"""

import argparse
import collections
import pathlib
import sys
import urllib.parse

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from demo import Demo  # noqa: E402

SKIPPED = 77  # what ctest is told where the catalogue could not be fetched


def rows(name, columns):
    for number, line in enumerate((FOLDER / name).read_text().splitlines(), 1):
        if line and not line.startswith("#"):
            values = line.split("\t")
            if len(values) != columns:
                raise SystemExit(f"{name}:{number}: {columns} columns are parted by tabs, here are {len(values)}")
            yield values


def rank(demo, query, narrow, right):
    """Of the first right product, from 1; None if it is not among the first 20. And what stood first."""
    parameters = [("q", query), ("limit", "20")]
    if narrow != "-":
        parameters.append(tuple(narrow.split("=", 1)))
    answer = demo.call("GET", "/api/products?" + urllib.parse.urlencode(parameters))
    if answer.status != 200:
        raise SystemExit(f"{query}: {answer}")
    slugs = [item["slug"] for item in answer.json["items"]]
    at = next((place for place, slug in enumerate(slugs, 1) if slug in right), None)
    return at, slugs[:3]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worst", action="store_true")
    parser.add_argument("build")
    parser.add_argument("catalogue", nargs="?", default=ROOT / "build" / "catalogue")
    options = parser.parse_args()
    if not (pathlib.Path(options.catalogue) / "components.yml.gz").exists():
        print(f"{options.catalogue} has no catalogue: tools/fetch-appstream")
        return SKIPPED
    floors = {name: float(floor) for name, floor in rows("floors.tsv", 2)}
    found = collections.defaultdict(list)
    with Demo(options.build, ["log.level=warn"], catalogue=options.catalogue) as demo:
        for name, query, narrow, right in rows("judged.tsv", 4):
            at, first = rank(demo, query, narrow, right.split(","))
            found[name].append(1 / at if at else 0)
            if options.worst and at != 1:
                print(f"  {name}: {query!r} {'' if narrow == '-' else narrow} at {at}; first are {', '.join(first) or 'none'}")
    failed = set(floors) ^ set(found)
    for name, ranks in sorted(found.items()):
        mean = sum(ranks) / len(ranks)
        floor = floors.get(name, 1)
        print(f"{name:10} MRR {mean:.3f} of {len(ranks)} queries, kept {floor:.2f}")
        if mean < floor or len(ranks) < 30:
            failed.add(name)
    if failed:
        print(f"below what is kept, or fewer than 30 queries: {', '.join(sorted(failed))}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
