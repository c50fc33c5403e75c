#!/usr/bin/env python3
"""Reads of the shop under load, each beside nginx serving the same bytes from a file: requests a second, in turns.

usage: bench/reads.py [BUILD_FOLDER] [--seconds N] [--rounds N] [--catalogue FOLDER]

The whole of PPS runs, with the demo's catalogue; wrk asks over 64 kept connections for one product, for a list of 20 with a
filter, and for a search with three facets.
"""

import argparse
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from demo import Demo, free_ports, wait_for  # noqa: E402

READS = {
    "product": "/api/products/by-slug/gimp",
    "list of 20, one category": "/api/products?category=graphics&limit=20",
    "search with 3 facets": "/api/products?q=photo+editor&facets=category,brand,attr.license",
}


def rate(url, seconds):
    out = subprocess.run(["wrk", "-t1", "-c64", f"-d{seconds}", url], stdout=subprocess.PIPE, text=True, check=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        raise RuntimeError(out)
    return float(re.search(r"Requests/sec:\s*([\d.]+)", out).group(1))


def listens(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", default=ROOT / "build" / "release")
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--catalogue", default=ROOT / "build" / "catalogue", help="what tools/fetch-appstream left")
    options = parser.parse_args()
    port, = free_ports(1)
    nginx_url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as www, Demo(options.build, ["log.level=warn"], catalogue=options.catalogue) as demo:
        sizes = {}
        for number, (what, path) in enumerate(READS.items()):
            answer = demo.call("GET", path)
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer}")
            pathlib.Path(www, f"{number}.json").write_bytes(answer.body)
            sizes[what] = len(answer.body)
        nginx = subprocess.Popen([ROOT / "bench" / "serve_nginx", www, str(port)])
        try:
            wait_for(lambda: listens(port), 10, "nginx")
            for number, (what, path) in enumerate(READS.items()):
                ours, theirs = [], []
                for _ in range(options.rounds):
                    ours.append(rate(demo.url + path, options.seconds))
                    theirs.append(rate(f"{nginx_url}/{number}.json", options.seconds))
                shares = statistics.median(a / b for a, b in zip(ours, theirs))
                print(f"  {what}, {sizes[what]} bytes: pps {statistics.median(ours):7.0f} req/s, nginx {statistics.median(theirs):7.0f} req/s; "
                      f"{shares:.2f} of nginx", flush=True)
        finally:
            nginx.terminate()
            nginx.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
