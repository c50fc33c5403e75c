#!/usr/bin/env python3
"""The whole system under buyers: durable purchases a second, one buyer's latency, cold start, memory.

usage: bench/purchases.py [BUILD_FOLDER] [--seconds N] [--buyers N] [--catalogue FOLDER]

PPS, paysim, fulfilment and the buyers share this machine. A buyer posts a purchase, follows its events until it is
completed, and buys again; so every purchase counted was accepted, charged, delivered and synced to disk. Buyers and
their tokens are made offline. The limit of purchases a second and account is off (gateway.purchases_per_second=0),
since a few buyers stand for many here, and mails are dropped into a folder in memory instead of one on the disk, as
handing them on is a mail server's work (--maildir=disk leaves them there); everything else is as shipped.
"""

import argparse
import json
import os
import pathlib
import selectors
import signal
import socket
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


class Buyer:
    """Buys over a connection that it keeps, follows over one of its own (a stream ends with its connection), buys again."""

    def __init__(self, address, token, sku, waiting):
        self.address, self.waiting = address, waiting
        self.socket, self.stream = self.connect(), None
        self.token, self.buffer = token, b""
        body = {"lines": [{"sku": sku, "quantity": 1}], "payment_method": "pm_card_visa", "expected_total": {"amount": 1000, "currency": "EUR"}}
        if sku.endswith("-box"):
            body["shipping_address"] = ADDRESS
        self.body = json.dumps(body)

    def connect(self):
        made = socket.create_connection(self.address)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.setblocking(False)
        self.waiting.register(made, selectors.EVENT_READ, self)
        return made

    def close(self, connection):
        self.waiting.unregister(connection)
        connection.close()

    def buy(self):
        self.buffer, self.began = b"", time.perf_counter()
        self.socket.send((f"POST /api/purchases HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.token}\r\nIdempotency-Key: {new_key()}\r\n"
                          f"Content-Type: application/json\r\nContent-Length: {len(self.body)}\r\n\r\n{self.body}").encode())

    def follow(self, purchase):
        self.buffer, self.stream = b"", self.connect()
        self.stream.send((f"GET /api/purchases/{purchase}/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.token}\r\n\r\n").encode())

    def read(self, result):
        """Takes what has arrived; True once a purchase is completed."""
        data = (self.stream or self.socket).recv(65536)
        self.buffer += data
        if not self.stream:
            if not data:
                raise RuntimeError("the server closed a buyer's connection")
            head = self.buffer.find(b"\r\n\r\n")
            if head < 0:
                return False
            length = int(self.buffer[:head].lower().split(b"content-length:")[1].split(b"\r\n")[0])
            if len(self.buffer) < head + 4 + length:
                return False
            if not self.buffer.startswith(b"HTTP/1.1 202"):
                raise RuntimeError(f"a purchase was refused: {self.buffer[:400]!r}")
            result.accepted.append(time.perf_counter() - self.began)
            self.follow(json.loads(self.buffer[head + 4:])["id"])
            return False
        if b"event: end" not in self.buffer:
            if not data:
                raise RuntimeError(f"a stream broke off: {self.buffer[-600:]!r}")
            return False
        if b'"completed"' not in self.buffer.rpartition(b'"purchase_status"')[2] and b'"status":"completed"' not in self.buffer:
            raise RuntimeError(f"a purchase did not complete: {self.buffer[-600:]!r}")
        result.completed.append(time.perf_counter() - self.began)
        self.close(self.stream)
        self.stream = None
        return True


class Result:
    def __init__(self):
        self.accepted, self.completed, self.seconds = [], [], 0.0


def run_buyers(demo, tokens, sku, seconds):
    """As many buyers as tokens for so long; those on their way when the time is over finish and count no more."""
    address = ("127.0.0.1", urllib.parse.urlsplit(demo.url).port)
    waiting, result = selectors.DefaultSelector(), Result()
    buyers = [Buyer(address, token, sku, waiting) for token in tokens]
    began = time.perf_counter()
    for buyer in buyers:
        buyer.buy()
    busy = len(buyers)
    while busy:
        ready = waiting.select(60)
        if not ready:
            raise RuntimeError(f"{busy} purchases did not end within 60 s")
        for key, _ in ready:
            if key.data.read(result):
                if time.perf_counter() - began < seconds:
                    key.data.buy()
                    continue
                key.data.close(key.data.socket)
                busy -= 1
    result.seconds = time.perf_counter() - began
    return result


def quantile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))] * 1000 if values else float("nan")


def usage(pids):
    """Seconds of CPU and bytes handed to the disk of each program so far."""
    out = {}
    for name, pid in pids.items():
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        written = next(int(line.split()[1]) for line in pathlib.Path(f"/proc/{pid}/io").read_text().splitlines() if line.startswith("write_bytes"))
        out[name] = ((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), written)
    return out


def storage_counts():
    """Commits, and synced writes of them together, since PPS started."""
    text = call(f"http://127.0.0.1:{METRICS_PORT}", "GET", "/metrics").body.decode()
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if line and line[0] != "#")
    return [float(values[name]) for name in ("pps_storage_commits_total", "pps_storage_groups_total")]


def memory(pid):
    """Resident megabytes now and at most, of which anonymous."""
    status = {line.split(":")[0]: line.split() for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()}
    return tuple(int(status[name][1]) / 1024 for name in ("VmRSS", "VmHWM", "RssAnon"))


def report_load(demo, tokens, sku, seconds, what):
    pids = {**demo.pids, "buyers": os.getpid()}
    if demo.served:
        pids["pps"] = demo.served.pid
    before, stored = usage(pids), storage_counts()
    result = run_buyers(demo, tokens, sku, seconds)
    after, stored_after = usage(pids), storage_counts()
    count = len(result.completed)
    commits, synced = [(now - then) / count for now, then in zip(stored_after, stored)]
    print(f"  {what}, {len(tokens):3} buyers: {count / result.seconds:6.0f} purchases/s durable and completed ({count} in {result.seconds:.1f} s); accept "
          f"p50 {quantile(result.accepted, .5):.1f} ms p99 {quantile(result.accepted, .99):.1f} ms; accept to completed "
          f"p50 {quantile(result.completed, .5):.1f} ms p99 {quantile(result.completed, .99):.1f} ms")
    cpu = ", ".join(f"{name} {(after[name][0] - before[name][0]) / count * 1e6:.0f}" for name in pids)
    disk = ", ".join(f"{name} {(after[name][1] - before[name][1]) / count / 1024:.1f}" for name in demo.pids)
    print(f"      a purchase: {commits:.1f} commits, {synced:.1f} synced writes by PPS; CPU us: {cpu}; KiB to disk: {disk}")


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
        run_buyers(demo, tokens[:8], "bench-lic", 1)
        report_load(demo, tokens[:1], "bench-lic", 3, "licence")
        for sku, what in (("bench-lic", "licence"), ("bench-box", "boxed copy of one SKU")):
            report_load(demo, tokens, sku, options.seconds, what)
        now, most, own = memory(demo.served.pid)
        print(f"  memory after the load: {now:.0f} MB resident, {own:.0f} MB of it its own; {most:.0f} MB at most")
    return 0


if __name__ == "__main__":
    sys.exit(main())
