#!/usr/bin/env python3
"""Judges a finished run of purchases: was the promise kept?

    tests/checker/checker.py [FILE ...]        (NDJSON; standard input without a file)

README.md in this folder describes the records and the findings. Prints one finding a line and exits 1 if there is any,
2 if the input cannot be read. It knows nothing of how a purchase is carried out: only what was promised, what the
customer was told, and what stock, money and goods did.
"""

import argparse
import collections
import dataclasses
import json
import sys

FINAL = {"completed", "cancelled", "failed"}
UNDONE = {"cancelled", "failed"}
# An intent in one of these can still take money, or keeps it from the customer.
OPEN_INTENT = {"requires_capture", "requires_action", "processing"}


class Unreadable(Exception):
    """The dump is not what README.md describes."""


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    code: str
    subject: str
    detail: str

    def __str__(self):
        return f"{self.code} {self.subject}: {self.detail}"


class Run:
    """The records of one dump, by what they are about."""

    KINDS = ("asked", "accepted", "seen", "cancel_accepted", "purchase", "stock", "movement", "hold", "intent", "refund", "fulfilment",
             "listening", "event")

    def __init__(self, records):
        self.by_kind = {kind: [] for kind in self.KINDS}
        for number, record in enumerate(records, 1):
            kind = record.get("record")
            if kind not in self.by_kind:
                raise Unreadable(f"record {number}: unknown kind {kind!r}")
            self.by_kind[kind].append(record)
        self.purchases = {one["id"]: one for one in self.by_kind["purchase"]}
        self.stock = {one["sku"]: one for one in self.by_kind["stock"]}
        self.tracked = {sku for sku, one in self.stock.items() if one["tracked"]}
        self.movements = collections.defaultdict(list)
        for one in self.by_kind["movement"]:
            self.movements[one["sku"]].append(one)
        for sku in self.movements:
            self.movements[sku].sort(key=lambda one: one["seq"])
        self.holds = holds_of(self.movements)
        self.intents = {one["id"]: one for one in self.by_kind["intent"]}
        self.intents_of = collections.defaultdict(list)
        for one in self.intents.values():
            self.intents_of[purchase_of(one)].append(one)
        self.refunds_of = collections.defaultdict(list)
        for one in self.by_kind["refund"]:
            self.refunds_of[one["payment_intent"]].append(one)
        self.fulfilments = collections.defaultdict(list)
        for one in self.by_kind["fulfilment"]:
            self.fulfilments[(one["order_reference"], one["line"])].append(one)

    def refunded(self, intent):
        return sum(one["amount"] for one in self.refunds_of[intent["id"]] if one["status"] in ("succeeded", "pending"))


def purchase_of(intent):
    return (intent.get("metadata") or {}).get("purchase", "")


def holds_of(movements):
    """Hold (effect id) -> the ledger's movements that name it, in order."""
    holds = collections.defaultdict(list)
    for sku, rows in movements.items():
        for row in rows:
            if row["verb"] in ("reserve", "commit", "consume", "unreserve", "expire"):
                holds[row["reference"]].append((sku, row))
    return holds


def reserve_id(purchase, index):
    return f"{purchase}/reserve/{index}"


# ---------------------------------------------------------------------------------------------------------- the ledger

# How each verb moves (on_hand, held, committed); consume and unreserve end a hold, and where it stood decides.
EFFECT_OF = {
    "receive": lambda q: (q, 0, 0),
    "adjust": lambda q: (q, 0, 0),
    "count": lambda q: (q, 0, 0),
    "reserve": lambda q: (0, q, 0),
    "commit": lambda q: (0, -q, q),
    "consume": lambda q: (-q, 0, -q),
    "expire": lambda q: (0, -q, 0),
}


def check_ledger(run):
    for sku, rows in run.movements.items():
        yield from check_sku(run, sku, rows)
    for hold, steps in run.holds.items():
        yield from check_hold(hold, steps)
    for sku, level in run.stock.items():
        if level["tracked"] and level["on_hand"] - level["held"] - level["committed"] < 0:
            yield Finding("stock.oversold", sku, f"available is negative: {short(level)}")


def short(level):
    return f"on_hand {level['on_hand']}, held {level['held']}, committed {level['committed']}"


def check_sku(run, sku, rows):
    on_hand = held = committed = 0
    where = {}  # hold -> "held" or "committed"
    for expected, row in enumerate(rows, 1):
        if row["seq"] != expected:
            yield Finding("ledger.gap", sku, f"movement {row['seq']} where {expected} was due")
            return
        verb, quantity = row["verb"], row["quantity"]
        if verb == "count":
            quantity = row["on_hand"] - on_hand
        if verb == "unreserve":
            change = (0, -quantity, 0) if where.get(row["reference"]) == "held" else (0, 0, -quantity)
        elif verb in EFFECT_OF:
            change = EFFECT_OF[verb](quantity)
        else:
            yield Finding("ledger.unknown_verb", sku, f"movement {row['seq']} is {verb!r}")
            return
        where[row["reference"]] = {"reserve": "held", "commit": "committed"}.get(verb)
        on_hand, held, committed = on_hand + change[0], held + change[1], committed + change[2]
        if (on_hand, held, committed) != (row["on_hand"], row["held"], row["committed"]):
            yield Finding("ledger.sums", sku, f"movement {row['seq']} ({verb} {quantity}) says {short(row)}; the sum is "
                                              f"on_hand {on_hand}, held {held}, committed {committed}")
            return
        if on_hand - held - committed < 0 or min(on_hand, held, committed) < 0:
            yield Finding("stock.oversold", sku, f"after movement {row['seq']} ({verb} {quantity}): {short(row)}")
    level = run.stock.get(sku)
    if level is not None and (level["on_hand"], level["held"], level["committed"]) != (on_hand, held, committed):
        yield Finding("ledger.sums", sku, f"the level is {short(level)}; its movements sum to on_hand {on_hand}, "
                                          f"held {held}, committed {committed}")


NEXT = {None: {"reserve"}, "reserve": {"commit", "unreserve", "expire"}, "commit": {"consume", "unreserve"}}


def check_hold(hold, steps):
    last, first_quantity = None, None
    for sku, row in steps:
        if row["verb"] not in NEXT.get(last, set()):
            yield Finding("hold.order", hold, f"{row['verb']} of {sku} after {last or 'nothing'}")
            return
        first_quantity = row["quantity"] if first_quantity is None else first_quantity
        if row["quantity"] != first_quantity:
            yield Finding("hold.quantity", hold, f"{row['verb']} of {row['quantity']}, reserved were {first_quantity}")
        last = row["verb"]


# ----------------------------------------------------------------------------------------------------------- purchases


def check_purchases(run):
    for one in run.by_kind["accepted"]:
        if one["id"] not in run.purchases:
            yield Finding("purchase.lost", one["id"], "it was accepted, and there is no such purchase")
    for purchase in run.purchases.values():
        yield from check_shares(purchase)
        yield from check_timeline(purchase)
        yield from check_held(run, purchase)
        if purchase["status"] not in FINAL:
            yield Finding("purchase.not_final", purchase["id"], f"it is still {purchase['status']}")
        elif purchase.get("attention"):
            yield Finding("purchase.attention", purchase["id"], "it has ended, and an operator must look at it")
        if purchase["status"] == "completed":
            yield from check_completed(run, purchase)
        elif purchase["status"] in FINAL:
            yield from check_undone(run, purchase)
    for one in run.by_kind["cancel_accepted"]:
        purchase = run.purchases.get(one["id"])
        if purchase and purchase["status"] == "completed":
            yield Finding("purchase.cancel_ignored", one["id"], "its cancellation was accepted and it completed")


def check_shares(purchase):
    total = sum(line["total"]["amount"] for line in purchase["lines"])
    if total != purchase["total"]["amount"]:
        yield Finding("purchase.shares", purchase["id"], f"its lines add up to {total}, not {purchase['total']['amount']}")
    for line in purchase["lines"]:
        if line["refunded"]["amount"] not in (0, line["total"]["amount"]):
            yield Finding("purchase.shares", purchase["id"], f"line {line['line']} was refunded {line['refunded']['amount']} "
                                                             f"of {line['total']['amount']}")
    lines = [one["line"] for one in purchase.get("refunds", [])]
    for line in sorted(set(lines)):
        if lines.count(line) > 1:
            yield Finding("money.refunded_twice", purchase["id"], f"line {line} was refunded {lines.count(line)} times")


def check_timeline(purchase):
    ended = None
    for expected, entry in enumerate(purchase.get("timeline", []), 1):
        if entry["seq"] != expected:
            yield Finding("timeline.gap", purchase["id"], f"entry {entry['seq']} where {expected} was due")
            return
        status = entry.get("purchase_status")
        if ended and status and status != ended:
            yield Finding("purchase.terminal", purchase["id"], f"it went from {ended} to {status}")
        if status in FINAL:
            ended = status
    if ended and ended != purchase["status"]:
        yield Finding("purchase.terminal", purchase["id"], f"its timeline ended {ended}; it is {purchase['status']}")


def is_refunded(line):
    return line["fulfilment"] == "refunded"


def check_held(run, purchase):
    """What was reserved for a line is what the line is of."""
    for index, line in enumerate(purchase["lines"]):
        for sku, row in run.holds.get(reserve_id(purchase["id"], index), []):
            if row["verb"] == "reserve" and (sku, row["quantity"]) != (line["sku"], line["quantity"]):
                yield Finding("hold.wrong", f"{purchase['id']}/{index}", f"{row['quantity']} of {sku} were reserved for "
                                                                        f"{line['quantity']} of {line['sku']}")


def check_asked(run):
    """One idempotency key, one purchase, however often it was sent; and no purchase that nobody asked for."""
    asked = {one["key"] for one in run.by_kind["asked"]}
    if not asked:
        return
    of_key = collections.defaultdict(list)
    for identity, purchase in run.purchases.items():
        of_key[purchase["key"]].append(identity)
    for key, identities in of_key.items():
        if len(identities) > 1:
            yield Finding("purchase.doubled", key, f"the key has {len(identities)} purchases: {', '.join(sorted(identities))}")
        if key not in asked:
            yield Finding("purchase.doubled", identities[0], "nobody asked for it")


def check_completed(run, purchase):
    identity = purchase["id"]
    owed = purchase["total"]["amount"]
    for index, line in enumerate(purchase["lines"]):
        name = f"{identity}/{index}"
        steps = [row["verb"] for _, row in run.holds.get(reserve_id(identity, index), [])]
        goods = run.fulfilments.get((identity, index), [])
        released = [one for one in goods if one["status"] == "released"]
        if is_refunded(line):
            owed -= line["total"]["amount"]
            if released or "consume" in steps:
                yield Finding("line.refunded_and_delivered", name, "its money was given back and it was delivered")
            if line["sku"] in run.tracked and steps[-1:] in (["reserve"], ["commit"]):
                yield Finding("hold.orphan", name, f"refunded, and its hold stands after {steps[-1]}")
            continue
        if line["fulfilment"] != "released" or len(released) != 1:
            yield Finding("line.not_delivered", name, f"the purchase is completed, the line is {line['fulfilment']}, "
                                                      f"the warehouse has {[one['status'] for one in goods]}")
        if line["sku"] in run.tracked and steps[-1:] != ["consume"]:
            yield Finding("line.stock_not_consumed", name, f"its hold went {steps}")
        wrong = [one for one in released if one["sku"] != line["sku"] or one["quantity"] != line["quantity"]]
        if wrong:
            yield Finding("line.wrong_goods", name, f"{wrong[0]['quantity']} of {wrong[0]['sku']} were delivered, "
                                                    f"{line['quantity']} of {line['sku']} bought")
    yield from check_money(run, purchase, owed)


def check_undone(run, purchase):
    identity = purchase["id"]
    for index in range(len(purchase["lines"])):
        steps = [row["verb"] for _, row in run.holds.get(reserve_id(identity, index), [])]
        if steps and steps[-1] == "consume":
            yield Finding("stock.lost", f"{identity}/{index}", f"the purchase is {purchase['status']} and its stock consumed")
        elif steps and steps[-1] not in ("unreserve", "expire"):
            yield Finding("hold.orphan", f"{identity}/{index}", f"the purchase is {purchase['status']}, its hold went {steps}")
        for one in run.fulfilments.get((identity, index), []):
            if one["status"] == "released":
                yield Finding("line.delivered_unpaid", f"{identity}/{index}", f"the purchase is {purchase['status']}")
            elif one["status"] != "cancelled":
                yield Finding("fulfilment.orphan", f"{identity}/{index}", f"the purchase is {purchase['status']}, the "
                                                                         f"warehouse has it {one['status']}")
    yield from check_money(run, purchase, 0)


def check_money(run, purchase, owed):
    """@param owed: what the customer should have paid in the end."""
    identity = purchase["id"]
    intents = run.intents_of.get(identity, [])
    for intent in intents:
        if intent["status"] in OPEN_INTENT:
            yield Finding("intent.orphan", identity, f"{intent['id']} is {intent['status']}, the purchase {purchase['status']}")
    charged = [one for one in intents if one["amount_received"] > 0]
    if len(charged) > 1:
        yield Finding("money.double_charge", identity, f"captured by {', '.join(sorted(one['id'] for one in charged))}")
    kept = sum(one["amount_received"] - run.refunded(one) for one in intents)
    captured = sum(one["amount_received"] for one in intents)
    if captured > purchase["total"]["amount"]:
        yield Finding("money.double_charge", identity, f"{captured} were captured of {purchase['total']['amount']}")
    elif kept > owed:
        yield Finding("money.kept", identity, f"{kept} were kept, {owed} are owed: it is {purchase['status']}")
    elif kept < owed:
        yield Finding("money.missing", identity, f"{kept} were kept, {owed} are owed: it is {purchase['status']}")
    currency = purchase["total"]["currency"].lower()
    for intent in charged:
        if intent["currency"].lower() != currency:
            yield Finding("money.currency", identity, f"{intent['id']} is in {intent['currency']}")


# ------------------------------------------------------------------------------------------------- what nobody asked for


def check_strays(run):
    for intent in run.intents.values():
        refunded = run.refunded(intent)
        if refunded > intent["amount_received"]:
            yield Finding("money.refund_above_capture", intent["id"], f"{refunded} of {intent['amount_received']}")
        if purchase_of(intent) in run.purchases:
            continue
        if intent["status"] in OPEN_INTENT or intent["amount_received"] > refunded:
            yield Finding("intent.orphan", intent["id"], f"it is {intent['status']} and belongs to no purchase")
    for (purchase, line), goods in run.fulfilments.items():
        if len(goods) > 1:
            yield Finding("fulfilment.double", f"{purchase}/{line}", f"{len(goods)} fulfilments: {[one['id'] for one in goods]}")
        known = run.purchases.get(purchase)
        if known is None or line >= len(known["lines"]):
            for one in goods:
                if one["status"] != "cancelled":
                    yield Finding("fulfilment.orphan", f"{purchase}/{line}", f"{one['status']}, and there is no such line")
    for hold, steps in run.holds.items():
        purchase = hold.split("/")[0]
        last = steps[-1][1]["verb"]
        if purchase not in run.purchases and last not in ("unreserve", "expire"):
            yield Finding("hold.orphan", hold, f"it went to {last}, and there is no such purchase")
    for hold in run.by_kind["hold"]:
        yield Finding("hold.orphan", hold["hold"], f"{hold['quantity']} of {hold['sku']} are {hold['state']} after the end")


def check_seen(run):
    """What a customer was shown stays true: his purchase exists, an end stays, the timeline only grows."""
    ended = {}
    for one in run.by_kind["seen"]:
        identity = one["id"]
        purchase = run.purchases.get(identity)
        if purchase is None:
            yield Finding("purchase.lost", identity, f"it was shown as {one['status']}, and there is no such purchase")
            continue
        if identity in ended and one["status"] != ended[identity]:
            yield Finding("purchase.terminal", identity, f"shown as {ended[identity]}, then as {one['status']}")
        if one["status"] in FINAL:
            ended[identity] = one["status"]
            if purchase["status"] != one["status"]:
                yield Finding("purchase.terminal", identity, f"shown as {one['status']}; it is {purchase['status']}")
        timeline = purchase.get("timeline", [])
        for entry in one.get("timeline", []):
            now = timeline[entry["seq"] - 1] if 0 < entry["seq"] <= len(timeline) else None
            if now is None or (now["step"], now["status"]) != (entry["step"], entry["status"]):
                yield Finding("timeline.changed", identity, f"entry {entry['seq']} was shown as {entry['step']} "
                                                            f"{entry['status']}")
                break


def check_events(run):
    """Whoever listened heard of every purchase's beginning and of its one end."""
    if not run.by_kind["listening"]:
        return
    heard = collections.defaultdict(set)
    for one in run.by_kind["event"]:
        heard[one["key"]].add(one["type"])
    for identity, purchase in run.purchases.items():
        due = {"purchase.accepted"} | ({f"purchase.{purchase['status']}"} if purchase["status"] in FINAL else set())
        for kind in sorted(due - heard[identity]):
            yield Finding("event.lost", identity, f"nobody heard {kind}")
        for kind in sorted(heard[identity] - due):
            yield Finding("event.wrong", identity, f"{kind} was told of it; it is {purchase['status']}")
    for identity in heard.keys() - run.purchases.keys():
        yield Finding("purchase.lost", identity, f"{sorted(heard[identity])} was told of it, and there is no such purchase")


def check(records):
    """All findings, sorted and each once."""
    run = Run(records)
    found = set()
    for part in (check_ledger, check_asked, check_purchases, check_strays, check_seen, check_events):
        found.update(part(run))
    return sorted(found)


def read(streams):
    for stream in streams:
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except ValueError as error:
                raise Unreadable(f"{stream.name}:{number}: {error}") from error
            if not isinstance(record, dict):
                raise Unreadable(f"{stream.name}:{number}: not an object")
            yield record


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=argparse.FileType("r", encoding="utf-8"), metavar="FILE")
    options = parser.parse_args()
    try:
        records = list(read(options.files or [sys.stdin]))
        findings = check(records)
    except Unreadable as error:
        print(f"checker: {error}", file=sys.stderr)
        return 2
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        print(f"checker: a record is not of the documented shape: {error!r}", file=sys.stderr)
        return 2
    for finding in findings:
        print(finding)
    statuses = collections.Counter(one["status"] for one in records if one["record"] == "purchase")
    print(f"checker: {sum(statuses.values())} purchases ({', '.join(f'{n} {s}' for s, n in sorted(statuses.items()))}), "
          f"{len(findings)} findings", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
