#!/usr/bin/env python3
"""A run in which all went well has no finding; each way to spoil it is found, by its own name."""

import copy
import json
import pathlib
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import checker  # noqa: E402

A, B, C = "a-completed", "b-cancelled", "c-partly"
EUR = "EUR"


def money(amount):
    return {"amount": amount, "currency": EUR}


def line(number, sku, quantity, total, fulfilment, refunded=0):
    return {"line": number, "sku": sku, "quantity": quantity, "total": money(total), "fulfilment": fulfilment,
            "refunded": money(refunded)}


def purchase(identity, status, lines, refunds=()):
    return {"record": "purchase", "id": identity, "key": f"key of {identity}", "status": status, "lines": lines, "refunds": list(refunds),
            "total": money(sum(one["total"]["amount"] for one in lines)),
            "timeline": [{"seq": 1, "step": "purchase", "status": "started", "purchase_status": "accepted"},
                         {"seq": 2, "step": "purchase", "status": "completed", "purchase_status": status}]}


def intent(identity, of, status, amount, received):
    return {"record": "intent", "id": identity, "status": status, "amount": amount, "amount_received": received,
            "currency": "eur", "metadata": {"purchase": of}}


def fulfilment(identity, of, index, sku, quantity, status):
    return {"record": "fulfilment", "id": identity, "order_reference": of, "line": index, "sku": sku,
            "quantity": quantity, "status": status}


def event(of, kind):
    return {"record": "event", "type": f"purchase.{kind}", "key": of}


def movements(sku, steps):
    on_hand = held = committed = 0
    rows = []
    for seq, (verb, quantity, reference) in enumerate(steps, 1):
        if verb == "receive":
            on_hand += quantity
        elif verb == "reserve":
            held += quantity
        elif verb == "commit":
            held, committed = held - quantity, committed + quantity
        elif verb == "consume":
            on_hand, committed = on_hand - quantity, committed - quantity
        elif verb in ("unreserve", "expire"):
            held -= quantity
        rows.append({"record": "movement", "sku": sku, "seq": seq, "verb": verb, "quantity": quantity, "on_hand": on_hand,
                     "held": held, "committed": committed, "reference": reference})
    level = {"record": "stock", "sku": sku, "tracked": True, "on_hand": on_hand, "held": held, "committed": committed}
    return rows + [level]


def good_run():
    """A bought two lines; B was cancelled; C got one of two lines and the other's money back."""
    return [
        *({"record": "asked", "key": f"key of {of}"} for of in (A, B, C)),
        {"record": "accepted", "id": A},
        {"record": "accepted", "id": B},
        {"record": "cancel_accepted", "id": B},
        {"record": "seen", "id": A, "status": "accepted",
         "timeline": [{"seq": 1, "step": "purchase", "status": "started"}]},
        {"record": "seen", "id": A, "status": "completed"},
        purchase(A, "completed", [line(1, "box", 2, 2000, "released"), line(2, "key", 1, 500, "released")]),
        purchase(B, "cancelled", [line(1, "box", 1, 1000, "cancelled")]),
        purchase(C, "completed", [line(1, "key", 1, 500, "released"), line(2, "key", 1, 700, "refunded", 700)],
                 [{"line": 2, "amount": money(700)}]),
        *movements("box", [("receive", 5, "first"), ("reserve", 2, f"{A}/reserve/0"), ("reserve", 1, f"{B}/reserve/0"),
                           ("commit", 2, f"{A}/reserve/0"), ("unreserve", 1, f"{B}/reserve/0"),
                           ("consume", 2, f"{A}/reserve/0")]),
        {"record": "stock", "sku": "key", "tracked": False, "on_hand": 0, "held": 0, "committed": 0},
        intent("pi_a", A, "succeeded", 2500, 2500),
        intent("pi_b", B, "canceled", 1000, 0),
        intent("pi_c", C, "succeeded", 1200, 1200),
        {"record": "refund", "id": "re_c", "payment_intent": "pi_c", "amount": 700, "status": "succeeded"},
        fulfilment("ful_1", A, 0, "box", 2, "released"),
        fulfilment("ful_2", A, 1, "key", 1, "released"),
        fulfilment("ful_3", B, 0, "box", 1, "cancelled"),
        fulfilment("ful_4", C, 0, "key", 1, "released"),
        fulfilment("ful_5", C, 1, "key", 1, "cancelled"),
        {"record": "listening", "topic": "purchase"},
        *(event(of, kind) for of, end in ((A, "completed"), (B, "cancelled"), (C, "completed")) for kind in ("accepted", end)),
    ]


def one(run, record, **which):
    found = [row for row in run if row["record"] == record and all(row.get(name) == value for name, value in which.items())]
    assert len(found) == 1, (record, which, len(found))
    return found[0]


def spoil_total(run):
    one(run, "purchase", id=A)["total"]["amount"] += 1


def spoil_terminal(run):
    one(run, "purchase", id=A)["timeline"].append(
        {"seq": 3, "step": "purchase", "status": "failed", "purchase_status": "failed"})


def add(*rows):
    return lambda run: run.extend(rows)


def change(record, which, **values):
    return lambda run: one(run, record, **which).update(values)


def drop(record, **which):
    return lambda run: run.remove(one(run, record, **which))


def change_line(identity, index, **values):
    return lambda run: one(run, "purchase", id=identity)["lines"][index].update(values)


SPOILED = [
    ("purchase.lost", "an accepted purchase is gone", drop("purchase", id=B)),
    ("purchase.lost", "a shown purchase is gone", add({"record": "seen", "id": "nowhere", "status": "accepted"})),
    ("purchase.doubled", "two purchases of one key",
     lambda run: (change("purchase", {"id": A}, key="k1")(run), change("purchase", {"id": B}, key="k1")(run))),
    ("purchase.doubled", "nobody asked for it", change("purchase", {"id": A}, key="another")),
    ("hold.wrong", "a line of another quantity than was reserved", change_line(A, 0, quantity=1)),
    ("hold.wrong", "a line of another product than was reserved", change_line(A, 0, sku="other")),
    ("purchase.not_final", "one is stuck", change("purchase", {"id": A}, status="releasing")),
    ("purchase.attention", "the reconciler found something", change("purchase", {"id": A}, attention=True)),
    ("purchase.terminal", "its timeline goes on", spoil_terminal),
    ("purchase.terminal", "shown failed", add({"record": "seen", "id": A, "status": "failed"})),
    ("timeline.changed", "an entry that is not there",
     add({"record": "seen", "id": A, "status": "accepted", "timeline": [{"seq": 9, "step": "reserve", "status": "done"}]})),
    ("timeline.gap", "a lost entry", lambda run: one(run, "purchase", id=A)["timeline"].pop(0)),
    ("purchase.cancel_ignored", "cancelled while capturing", add({"record": "cancel_accepted", "id": A})),
    ("purchase.shares", "the shares do not add up", spoil_total),
    ("purchase.shares", "part of a share", change_line(C, 1, refunded=money(1))),
    ("money.refunded_twice", "two refunds of a line",
     lambda run: one(run, "purchase", id=C)["refunds"].append({"line": 2, "amount": money(700)})),
    ("money.double_charge", "two intents", add(intent("pi_z", A, "succeeded", 2500, 2500))),
    ("money.double_charge", "more than agreed", change("intent", {"id": "pi_a"}, amount_received=2600)),
    ("money.kept", "cancelled and charged", change("intent", {"id": "pi_b"}, status="succeeded", amount_received=1000)),
    ("money.kept", "a lost line not given back", drop("refund", id="re_c")),
    ("money.missing", "delivered unpaid", change("intent", {"id": "pi_a"}, status="canceled", amount_received=0)),
    ("money.missing", "refunded twice",
     add({"record": "refund", "id": "re_d", "payment_intent": "pi_c", "amount": 500, "status": "succeeded"})),
    ("money.currency", "another currency", change("intent", {"id": "pi_a"}, currency="usd")),
    ("money.refund_above_capture", "more than captured",
     add({"record": "refund", "id": "re_e", "payment_intent": "pi_c", "amount": 501, "status": "succeeded"})),
    ("intent.orphan", "authorized for ever", change("intent", {"id": "pi_b"}, status="requires_capture")),
    ("intent.orphan", "of no purchase", add(intent("pi_y", "nowhere", "requires_capture", 5, 0))),
    ("intent.orphan", "charged for no purchase", add(intent("pi_y", "nowhere", "succeeded", 5, 5))),
    ("fulfilment.orphan", "still packed", change("fulfilment", {"id": "ful_3"}, status="prepared")),
    ("fulfilment.orphan", "of no purchase", add(fulfilment("ful_9", "nowhere", 0, "box", 1, "prepared"))),
    ("fulfilment.double", "twice", add(fulfilment("ful_9", A, 0, "box", 2, "released"))),
    ("line.delivered_unpaid", "released though cancelled", change("fulfilment", {"id": "ful_3"}, status="released")),
    ("line.not_delivered", "paid, not released", change("fulfilment", {"id": "ful_2"}, status="prepared")),
    ("line.not_delivered", "paid, not there", drop("fulfilment", id="ful_2")),
    ("line.refunded_and_delivered", "both", change("fulfilment", {"id": "ful_5"}, status="released")),
    ("line.wrong_goods", "another quantity", change("fulfilment", {"id": "ful_1"}, quantity=3)),
    ("event.lost", "nobody heard of an end", drop("event", key=B, type="purchase.cancelled")),
    ("event.wrong", "another end was told", add(event(B, "completed"))),
    ("purchase.lost", "told and not there", add(event("nowhere", "accepted"))),
    ("hold.orphan", "listed as open",
     add({"record": "hold", "hold": f"{B}/reserve/0", "sku": "box", "quantity": 1, "state": "held"})),
]

LEDGERS = [
    ("hold.orphan", "never undone", [("receive", 9, "x"), ("reserve", 1, f"{B}/reserve/0")]),
    ("hold.orphan", "of no purchase", [("receive", 9, "x"), ("reserve", 1, "nowhere/reserve/0")]),
    ("stock.lost", "consumed though cancelled",
     [("receive", 9, "x"), ("reserve", 1, f"{B}/reserve/0"), ("commit", 1, f"{B}/reserve/0"),
      ("consume", 1, f"{B}/reserve/0")]),
    ("stock.oversold", "more than there is", [("receive", 1, "x"), ("reserve", 2, f"{B}/reserve/0")]),
    ("hold.order", "consumed twice",
     [("receive", 9, "x"), ("reserve", 1, f"{B}/reserve/0"), ("commit", 1, f"{B}/reserve/0"),
      ("consume", 1, f"{B}/reserve/0"), ("consume", 1, f"{B}/reserve/0")]),
    ("hold.order", "reserved after its undo",
     [("receive", 9, "x"), ("reserve", 1, f"{B}/reserve/0"), ("unreserve", 1, f"{B}/reserve/0"),
      ("reserve", 1, f"{B}/reserve/0")]),
    ("hold.quantity", "more than reserved",
     [("receive", 9, "x"), ("reserve", 1, f"{B}/reserve/7"), ("reserve", 2, f"{C}/reserve/7"),
      ("unreserve", 2, f"{B}/reserve/7")]),
    ("ledger.unknown_verb", "a verb of its own", [("steal", 1, "x")]),
]


class CheckerTest(unittest.TestCase):
    def codes(self, run):
        return {finding.code for finding in checker.check(run)}

    def test_a_good_run_has_no_finding(self):
        self.assertEqual(checker.check(good_run()), [])

    def test_each_way_to_spoil_it_is_found(self):
        for code, name, spoil in SPOILED:
            with self.subTest(code=code, name=name):
                run = copy.deepcopy(good_run())
                spoil(run)
                self.assertIn(code, self.codes(run))

    def test_each_wrong_ledger_is_found(self):
        for code, name, steps in LEDGERS:
            with self.subTest(code=code, name=name):
                self.assertIn(code, self.codes(good_run() + movements("other", steps)))

    def test_sums_and_gaps_of_the_ledger(self):
        run = good_run()
        one(run, "movement", sku="box", seq=3)["held"] += 1
        self.assertIn("ledger.sums", self.codes(run))
        run = good_run()
        one(run, "stock", sku="box")["on_hand"] += 1
        self.assertIn("ledger.sums", self.codes(run))
        run = good_run()
        run.remove(one(run, "movement", sku="box", seq=3))
        self.assertIn("ledger.gap", self.codes(run))

    def test_completed_needs_its_stock_consumed(self):
        run = good_run()
        run.remove(one(run, "movement", sku="box", seq=6))
        self.assertIn("line.stock_not_consumed", self.codes(run))

    def test_every_code_of_the_source_is_found_by_a_test(self):
        source = pathlib.Path(checker.__file__).read_text(encoding="utf-8")
        written = {part.split('"')[1] for part in source.split("Finding(")[1:] if part.startswith('"')}
        shown = {code for code, *_ in SPOILED + LEDGERS} | {"ledger.sums", "ledger.gap", "line.stock_not_consumed"}
        self.assertEqual(written - shown, set())

    def run_program(self, text):
        return subprocess.run([sys.executable, checker.__file__], input=text, capture_output=True, text=True, check=False)

    def test_the_program_reads_ndjson_and_tells_by_its_exit_code(self):
        text = "".join(json.dumps(row) + "\n" for row in good_run())
        self.assertEqual(self.run_program(text).returncode, 0)
        bad = self.run_program(text + json.dumps({"record": "accepted", "id": "nowhere"}) + "\n")
        self.assertEqual((bad.returncode, bad.stdout), (1, "purchase.lost nowhere: it was accepted, and there is no such purchase\n"))

    def test_the_program_refuses_what_it_cannot_read(self):
        for text in ("{", "[]", '{"record":"wish"}', '{"record":"purchase","id":"p"}'):
            with self.subTest(text=text):
                self.assertEqual(self.run_program(text + "\n").returncode, 2)


if __name__ == "__main__":
    unittest.main()
