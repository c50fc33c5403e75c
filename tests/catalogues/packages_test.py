"""Debian's packages as products: a kill -9 in the middle, brought again, each is there once.

usage: packages_test.py PROGRAMS [--packages N]     without N: all that apt knows
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from demo import Demo, plain_environment, wait_for  # noqa: E402

NONSENSE = "\nthis is no package\n\n"


def packages(most):
    """The file as apt writes it, in its order, cut after so many, with one stanza in the middle that is none."""
    stanzas = subprocess.run(["apt-cache", "dumpavail"], capture_output=True, check=True, text=True).stdout.split("\n\n")
    stanzas = [one for one in stanzas if one.startswith("Package: ")][:most]
    if len(stanzas) < (most or 10_000):
        raise AssertionError(f"apt knows {len(stanzas)} packages only; run apt-get update")
    half = len(stanzas) // 2
    return stanzas, "\n\n".join(stanzas[:half]) + "\n" + NONSENSE + "\n\n".join(stanzas[half:]) + "\n"


def counts_in(text):
    line = re.search(r"^rows=.*$", text, re.M)
    assert line, text
    return {name: int(value) for name, value in (one.split("=") for one in line.group().split())}


def bring(demo, file):
    """The counts, the refusals, and how long it took."""
    began = time.monotonic()
    done = subprocess.run([str(demo.programs / "pps"), "import", "dumpavail", str(file), "--data", demo.data], capture_output=True, text=True,
                          check=False, env=plain_environment())
    assert done.returncode == 1, (done.returncode, done.stderr)  # a row was refused
    return counts_in(done.stdout), [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")], time.monotonic() - began


def total(demo):
    return demo.call("GET", "/api/products?limit=1").json["total"]


def kill_in_the_middle(demo, file, stanzas):
    """Kills the server once a third of the products is there; the command says that it broke off."""
    there = next(one for one in stanzas[len(stanzas) // 3:] if re.match(r"Package: [a-z0-9-]+\n", one)).split("\n")[0].removeprefix("Package: ")
    command = subprocess.Popen([str(demo.programs / "pps"), "import", "dumpavail", str(file), "--data", demo.data], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, env=plain_environment())
    wait_for(lambda: demo.answers(f"/api/products/by-slug/{there}"), 60, f"the package {there}", pause=0.002)
    demo.kill_pps()
    text, _ = command.communicate(timeout=60)
    assert command.returncode != 0, text
    demo.serve_again()


def check_once(demo, stanzas):
    names = [one.split("\n")[0].removeprefix("Package: ") for one in stanzas]
    demo.import_users([{"email": "merchant@example.com", "password": "bring them all in", "name": "M", "roles": ["catalogue"]}])
    export = demo.call("GET", "/api/admin/products/export", token=demo.token("merchant@example.com"), timeout=300).body.decode()
    products = [json.loads(line) for line in export.splitlines()]
    assert sorted(one["name"] for one in products) == sorted(names), "each package is a product, once"
    for what in ([one["slug"] for one in products], [one["variants"][0]["sku"] for one in products]):
        assert len(set(what)) == len(names), "no slug and no SKU stands twice"
    wait_for(lambda: total(demo) == len(names), 120, "the index to know them all")
    with_role = sum(bool(re.search(r"\brole::(?!TO" "DO)", one)) for one in stanzas)
    facets = demo.call("GET", "/api/products?limit=1&facets=attr.role,category").json["facets"]
    assert sum(one["count"] for one in facets["attr.role"]) == with_role, (facets["attr.role"], with_role)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("--packages", type=int)
    options = parser.parse_args()
    stanzas, text = packages(options.packages)
    with tempfile.TemporaryDirectory() as folder, Demo(options.programs) as demo:
        file = pathlib.Path(folder) / "available"
        file.write_text(text)
        kill_in_the_middle(demo, file, stanzas)
        again, refusals, seconds = bring(demo, file)
        assert again["created"] + again["updated"] + again["unchanged"] == len(stanzas), again
        assert 0 < again["unchanged"] < len(stanzas), again
        assert again["refused"] == len(refusals) == 1 and refusals[0]["code"] == "package.syntax", refusals
        assert text.split("\n")[refusals[0]["row"] - 1] == NONSENSE.strip(), refusals
        check_once(demo, stanzas)
        nothing, _, _ = bring(demo, file)
        assert nothing["unchanged"] == len(stanzas), nothing
        memory = next(line for line in pathlib.Path(f"/proc/{demo.served.pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
        print(f"{len(stanzas)} packages; after a kill -9 {again['created']} were left to bring, in {seconds:.1f} s; {' '.join(memory.split())}")


if __name__ == "__main__":
    main()
