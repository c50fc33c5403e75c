#!/usr/bin/env python3
"""The whole system under buyers: durable purchases a second, one buyer's latency, cold start, memory.

usage: bench/purchases.py [BUILD_FOLDER] [--seconds N] [--buyers N] [--catalogue FOLDER]

PPS, paysim, fulfilment and the buyers (bench_buyers) share this machine. A buyer posts a purchase, follows its events until it is
completed, and buys again; so every purchase counted was accepted, charged, delivered and synced to disk. Buyers and
their tokens are made offline. The limit of purchases a second and account is off (gateway.purchases_per_second=0),
since a few buyers stand for many here, and mails are dropped into a folder in memory instead of one on the disk, as
handing them on is a mail server's work (--maildir=disk leaves them there); everything else is as shipped.
"""

import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from demo import Demo, call, free_ports, new_key, wait_for  # noqa: E402

METRICS_PORT, = free_ports(1)
SETTINGS = ["gateway.purchases_per_second=0", "log.level=warn", f"internal.port={METRICS_PORT}"]
PRODUCT = {"slug": "bench", "name": "Bench", "kind": "licence", "status": "active",
           "variants": [{"sku": "bench-lic", "name": "Licence", "prices": {"EUR": 1000}, "stock_tracked": False},
                        {"sku": "bench-box", "name": "Boxed copy", "kind": "physical", "prices": {"EUR": 1000}}]}
ADDRESS = {"name": "Ada Lovelace", "line1": "12 St James's Square", "city": "London", "postal_code": "SW1Y 4JH", "country": "GB"}


def run_buyers(build, demo, tokens, sku, seconds):
    """As many buyers as tokens for so long; those on their way when the time is over finish and count no more."""
    body = {"lines": [{"sku": sku, "quantity": 1}], "payment_method": "pm_card_visa", "expected_total": {"amount": 1000, "currency": "EUR"}}
    if sku.endswith("-box"):
        body["shipping_address"] = ADDRESS
    with tempfile.NamedTemporaryFile("w") as file:
        json.dump(body, file)
        file.flush()
        done = subprocess.run([pathlib.Path(build) / "bench_buyers", str(urllib.parse.urlsplit(demo.url).port), str(seconds), file.name],
                              input="\n".join(tokens) + "\n", stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def quantile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))] / 1000 if values else float("nan")


def usage(pids):
    """Seconds of CPU and bytes handed to the disk of each program so far."""
    out = {}
    for name, pid in pids.items():
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        written = next(int(line.split()[1]) for line in pathlib.Path(f"/proc/{pid}/io").read_text().splitlines() if line.startswith("write_bytes"))
        out[name] = ((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), written)
    return out


def spent():
    """What PPS has spent since it started: commits, synced writes of them together, keys, bytes, and HTTP exchanges with others."""
    text = call(f"http://127.0.0.1:{METRICS_PORT}", "GET", "/metrics").body.decode()
    values = [line.rsplit(" ", 1) for line in text.splitlines() if line and line[0] != "#"]
    return {what: sum(float(value) for name, value in values if name.split("{")[0] == metric) for what, metric in (
        ("commits", "pps_storage_commits_total"), ("syncs", "pps_storage_groups_total"), ("keys", "pps_storage_keys_total"),
        ("bytes", "pps_storage_bytes_total"), ("exchanges", "pps_http_client_requests_total"))}


def ceiling(build):
    """Keys a second that the committer writes on this disk when nothing is decided, now."""
    done = subprocess.run([pathlib.Path(build) / "bench_storage", "ceiling", "2"], stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout)


def memory(pid):
    """Resident megabytes now and at most, of which anonymous."""
    status = {line.split(":")[0]: line.split() for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()}
    return tuple(int(status[name][1]) / 1024 for name in ("VmRSS", "VmHWM", "RssAnon"))


def report_load(build, demo, tokens, sku, seconds, what):
    pids = dict(demo.pids)
    if demo.served:
        pids["pps"] = demo.served.pid
    before, spent_before = usage(pids), spent()
    result = run_buyers(build, demo, tokens, sku, seconds)
    after, spent_after = usage(pids), spent()
    count, accept, complete = result["completed"], result["accept_us"], result["complete_us"]
    each = {what: (spent_after[what] - spent_before[what]) / count for what in spent_after}
    print(f"  {what}, {len(tokens):3} buyers: {count / result['seconds']:6.0f} purchases/s durable and completed ({count} in {result['seconds']:.1f} s); accept "
          f"p50 {quantile(accept, .5):.1f} ms p99 {quantile(accept, .99):.1f} ms; accept to completed "
          f"p50 {quantile(complete, .5):.1f} ms p99 {quantile(complete, .99):.1f} ms")
    cpu = ", ".join(f"{name} {(after[name][0] - before[name][0]) / count * 1e6:.0f}" for name in pids)
    disk = ", ".join(f"{name} {(after[name][1] - before[name][1]) / count / 1024:.1f}" for name in demo.pids)
    print(f"      a purchase: {each['keys']:.1f} keys and {each['bytes'] / 1024:.1f} KiB in {each['commits']:.1f} commits, {each['syncs']:.1f} synced writes, "
          f"{each['exchanges']:.1f} exchanges with provider and fulfilment; CPU us: {cpu}, buyers {result['cpu_us'] / count:.0f}; KiB to disk: {disk}")
    return count / result["seconds"], each["keys"]


def report_cold_start(demo, products):
    """SIGTERM, then exec to /readyz, three times on the same data; then what an idle process holds."""
    times = []
    for _ in range(3):
        os.kill(demo.served.pid if demo.served else demo.pids["pps"], signal.SIGTERM)
        if demo.served:
            demo.served.wait()
        wait_for(lambda: not demo.answers("/livez"), 30, "PPS to end")
        times.append(demo.serve_again())
    print(f"  cold start with {products} products, exec to /readyz 200: " + ", ".join(f"{one * 1000:.0f} ms" for one in times))
    time.sleep(10)
    now, most, own = memory(demo.served.pid)
    print(f"  memory with {products} products, 10 s idle after start: {now:.0f} MB resident, {own:.0f} MB of it its own; {most:.0f} MB at most")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", default=ROOT / "build" / "release")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--buyers", type=int, default=64)
    parser.add_argument("--maildir", choices=["memory", "disk"], default="memory")
    parser.add_argument("--catalogue", default=str(ROOT / "build" / "catalogue"), help="what tools/fetch-appstream left, if it is there")
    options = parser.parse_args()
    catalogue = options.catalogue if os.path.exists(os.path.join(options.catalogue, "components.yml.gz")) else "none"
    with tempfile.TemporaryDirectory(dir="/dev/shm") as mail, Demo(
            options.build, SETTINGS + ([f"notifications.maildir={mail}"] if options.maildir == "memory" else []), catalogue=catalogue) as demo:
        operator = demo.token("operator@example.com")
        products = demo.call("GET", "/api/products?limit=1").json["total"]
        now, most, own = memory(demo.pids["pps"])
        print(f"  memory after the import of {products} products: {now:.0f} MB resident, {own:.0f} MB of it its own; {most:.0f} MB at most")
        report_cold_start(demo, products)
        operator = demo.token("operator@example.com")
        assert demo.call("POST", "/api/admin/products", PRODUCT, token=operator).status == 201
        stock = demo.call("POST", "/api/admin/inventory/bench-box/receive", {"quantity": 10_000_000}, {"Idempotency-Key": new_key()}, operator)
        assert stock.status == 200, stock
        demo.import_users([{"email": f"buyer{i}@example.com", "password": f"a bench password {i}", "name": "Buyer"} for i in range(options.buyers)])
        tokens = demo.command("user", "token", "--all").split()[-options.buyers:]  # by time of sign-up
        run_buyers(options.build, demo, tokens[:8], "bench-lic", 1)
        report_load(options.build, demo, tokens[:1], "bench-lic", 3, "licence")
        for sku, what in (("bench-lic", "licence"), ("bench-box", "boxed copy of one SKU")):
            rate, keys = report_load(options.build, demo, tokens, sku, options.seconds, what)
            most = ceiling(options.build)
            print(f"      the committer by itself: {most:.0f} keys/s now, so {most / keys:.0f} purchases/s; reached {rate / (most / keys):.0%} of it")
        now, most, own = memory(demo.served.pid)
        print(f"  memory after the load: {now:.0f} MB resident, {own:.0f} MB of it its own; {most:.0f} MB at most")
    return 0


if __name__ == "__main__":
    sys.exit(main())
