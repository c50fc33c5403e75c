"""kill -9 in the middle, and what is left of it."""

import concurrent.futures
import http.client
import resource
import threading
import time

from demo import new_key, wait_for
from shop import ADDRESS, Case

PURCHASES = 10


class RecoveryTest(Case):
    def test_a_disk_that_fails_to_write_ends_the_process_and_nothing_is_lost(self):
        """No file may grow any more: the next commit fails as on a broken disk, and no later one is tried."""
        demo, buyer = self.shop.demo, self.shop.buyer()
        total = {"amount": 1000, "currency": "EUR"}
        before = self.accepted(demo.buy(buyer, [("mint-lic", 1)], total=total))
        self.assertEqual(demo.wait_final(buyer, before, 30)["status"], "completed")
        pid = demo.served.pid if demo.served else demo.pids["pps"]
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, 1))
        key = new_key()
        try:
            answer = demo.buy(buyer, [("mint-lic", 1)], key=key, total=total)
            self.assertIn(answer.status, (503, 504), answer)  # surely not done, or nobody knows
        except (OSError, http.client.HTTPException):
            pass  # it ended before it could answer
        wait_for(lambda: demo.ended(), 60, "PPS to end by itself")
        demo.serve_again()
        self.assertEqual(self.shop.get(f"/api/purchases/{before}", buyer).json["status"], "completed")
        again = self.accepted(demo.buy(buyer, [("mint-lic", 1)], key=key, total=total))
        self.assertEqual(demo.wait_final(buyer, again, 60)["status"], "completed")
        self.assertEqual([intent["status"] for intent in self.shop.intents()[again]], ["succeeded"])

    def test_killed_in_the_middle_of_ten_purchases(self):
        self.shop.receive("mint-box", 100)
        buyers = [self.shop.buyer() for _ in range(PURCHASES)]
        keys = [new_key() for _ in range(PURCHASES)]
        before = self.shop.stock("mint-box")
        total = {"amount": 4000, "currency": "EUR"}
        answered = threading.Semaphore(0)
        back = threading.Event()

        def buy(number):
            # As a page does it: the same key again until there is an answer.
            for _ in range(100):
                try:
                    answer = self.shop.demo.buy(buyers[number], [("mint-lic", 1), ("mint-box", 1)], key=keys[number], total=total, address=ADDRESS)
                    if answer.status == 202:
                        answered.release()
                        return answer.json["id"]
                    if answer.status < 500:
                        raise AssertionError(f"purchase {number}: {answer}")
                except (OSError, http.client.HTTPException):
                    pass
                back.wait(30)
                time.sleep(0.02)
            raise AssertionError(f"purchase {number} was never answered")

        with concurrent.futures.ThreadPoolExecutor(PURCHASES) as pool:
            bought = [pool.submit(buy, number) for number in range(PURCHASES)]
            for _ in range(PURCHASES // 3):
                self.assertTrue(answered.acquire(timeout=30), "no purchase was accepted")
            self.shop.demo.kill_pps()
            ready = self.shop.demo.serve_again()
            back.set()
            ids = [one.result(60) for one in bought]
        self.assertEqual(len(set(ids)), PURCHASES)
        self.assertLess(ready, 10)

        for token, purchase_id in zip(buyers, ids):
            purchase = self.shop.demo.wait_final(token, purchase_id, 60)
            self.assertEqual(purchase["status"], "completed", purchase)
            self.assert_dense(purchase)
            self.assertEqual({line["fulfilment"]["status"] for line in purchase["lines"]}, {"released"}, purchase)
        after = self.shop.stock("mint-box")
        self.assertEqual((before["on_hand"] - after["on_hand"], after["held"], after["committed"]), (PURCHASES, 0, 0), after)
        intents = self.shop.intents()
        for token, purchase_id in zip(buyers, ids):
            self.assertEqual([(intent["status"], intent["amount_received"]) for intent in intents[purchase_id]], [("succeeded", 4000)])
            owned = [item for item in self.shop.get("/api/owned-products", token).json["items"] if item["purchase_id"] == purchase_id]
            self.assertEqual(sorted(item["sku"] for item in owned), ["mint-box", "mint-lic"])
