#!/usr/bin/env python3
"""How long a shard takes to come back: purchases went through it by the services' own commits, some are still open, PPS is
killed with SIGKILL and started again; measured from exec to the first 202.

usage: bench/recovery.py [BUILD_FOLDER] [--purchases N] [--open N] [--buyers N]

All purchases go through one shard (storage.shards=1), over HTTP, with paysim and fulfilment as in bench/purchases.py. The
open ones wait for their customer (3-D Secure). The reference of the same run: the same programs killed and started again
before the first purchase. A million takes about twenty minutes: --purchases 1000000.
"""

import argparse
import pathlib
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from purchases import PRODUCT, ROOT, SETTINGS, Demo, call, new_key, run_buyers  # noqa: E402

BODY = {"lines": [{"sku": "bench-lic", "quantity": 1}], "expected_total": {"amount": 1000, "currency": "EUR"}}


def buy(demo, token, method):
    return demo.call("POST", "/api/purchases", {**BODY, "payment_method": method}, {"Idempotency-Key": new_key()}, token)


def first_202(demo, token):
    """Seconds from exec to the first accepted purchase after kill -9."""
    demo.kill_pps()
    began = time.perf_counter()
    demo.serve_again()
    while True:
        try:
            if buy(demo, token, "pm_card_visa").status == 202:
                return time.perf_counter() - began
        except OSError:
            pass
        time.sleep(0.002)


def fill(demo, build, buyers, purchases):
    """Completed purchases, in rounds that are shorter than the life of a token."""
    done = 0
    while done < purchases:
        tokens = demo.command("user", "token", "--all").split()[-buyers:]
        done += run_buyers(build, demo, tokens, "bench-lic", min(60, max(1, (purchases - done) / 1500)))["completed"]
        print(f"    {done} purchases have gone through", file=sys.stderr)
    return done


def open_ones(demo, tokens, count):
    for token in (tokens * (count // len(tokens) + 1))[:count]:
        last = buy(demo, token, "pm_card_authenticationRequired").json["id"]
    while call(demo.url, "GET", f"/api/purchases/{last}", token=token).json["status"] != "awaiting_payment":
        time.sleep(0.05)


def folder_mb(folder):
    return sum(file.stat().st_size for file in pathlib.Path(folder).rglob("*") if file.is_file()) / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", default=ROOT / "build" / "release")
    parser.add_argument("--purchases", type=int, default=10_000)
    parser.add_argument("--open", type=int, default=1000)
    parser.add_argument("--buyers", type=int, default=256)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/dev/shm") as mail, Demo(
            options.build, SETTINGS + ["storage.shards=1", f"notifications.maildir={mail}"], catalogue="none") as demo:
        operator = demo.token("operator@example.com")
        assert demo.call("POST", "/api/admin/products", PRODUCT, token=operator).status == 201
        demo.import_users([{"email": f"buyer{i}@example.com", "password": f"a bench password {i}", "name": "Buyer"} for i in range(options.buyers)])
        tokens = demo.command("user", "token", "--all").split()[-options.buyers:]
        before = [first_202(demo, tokens[0]) for _ in range(3)]
        began = time.perf_counter()
        done = fill(demo, options.build, options.buyers, options.purchases)
        seconds = time.perf_counter() - began
        tokens = demo.command("user", "token", "--all").split()[-options.buyers:]
        open_ones(demo, tokens, options.open)
        after = [first_202(demo, tokens[0]) for _ in range(3)]
        print(f"  {done} purchases went through one shard in {seconds:.0f} s ({folder_mb(demo.data):.0f} MB on disk), {options.open} of them open")
        print("  kill -9, exec to the first 202: " + ", ".join(f"{one * 1000:.0f} ms" for one in after)
              + "; before the first purchase: " + ", ".join(f"{one * 1000:.0f} ms" for one in before))
    return 0


if __name__ == "__main__":
    sys.exit(main())
