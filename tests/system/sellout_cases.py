"""More buyers than goods, all at once."""

import base64
import collections
import concurrent.futures
import json
import threading
import time

from shop import ADDRESS, PASSWORD, Case

STOCK, CROWD = 100, 200


def subject(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["sub"]


class SelloutTest(Case):
    def test_two_hundred_buyers_of_a_hundred_copies(self):
        demo = self.shop.demo
        self.shop.receive("scarce-box", STOCK)
        demo.import_users([{"email": f"crowd{i}@example.com", "password": PASSWORD, "name": "One of many", "roles": ["customer"]} for i in range(CROWD)])
        # Ids ascend in time: these accounts are the last.
        tokens = sorted(demo.command("user", "token", "--all").split(), key=subject)[-CROWD:]
        start = threading.Barrier(CROWD)

        def buy(token):
            start.wait()
            return demo.buy(token, [("scarce-box", 1)], total={"amount": 2500, "currency": "EUR"}, address=ADDRESS)
        with concurrent.futures.ThreadPoolExecutor(CROWD) as crowd:
            answers = list(crowd.map(buy, tokens))
        ends, began = collections.Counter(), time.monotonic()
        intents = None
        for token, answer in zip(tokens, answers):
            if answer.status == 409:
                self.refused(answer, 409, "stock.insufficient")
                ends["refused"] += 1
                continue
            purchase = demo.wait_final(token, self.accepted(answer), 30)
            ends[purchase["status"]] += 1
            if purchase["status"] == "completed":
                continue
            self.assertEqual((purchase["status"], purchase["reason"]), ("failed", "stock.insufficient"), purchase)
            intents = intents or self.shop.intents()
            self.assertEqual(intents.get(purchase["id"], []), [], "nothing was authorized for who got nothing")
        self.assertEqual((ends["completed"], ends["failed"] + ends["refused"]), (STOCK, CROWD - STOCK), ends)
        self.assertLess(time.monotonic() - began, 30)
        level = self.shop.stock("scarce-box")
        self.assertEqual((level["on_hand"], level["held"], level["committed"]), (0, 0, 0), level)
