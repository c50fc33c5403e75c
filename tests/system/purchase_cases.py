"""Buying: every end a purchase can have, seen from outside."""

import urllib.parse

from demo import call, new_key, wait_for
from shop import ADDRESS, Case


class PurchaseTest(Case):
    def effects(self, purchase_id):
        """The states of the effect ledger by effect, as the operator sees it."""
        found = {}
        for effect in self.shop.admin("GET", f"/api/admin/purchases/{purchase_id}").json["effects"]:
            found.setdefault(effect["effect"], set()).add(effect["state"])
        return found

    def assert_nothing_charged(self, purchase_id):
        for intent in self.shop.intents().get(purchase_id, []):
            self.assertEqual(intent["amount_received"], 0, intent)
            self.assertIn(intent["status"], ("canceled", "requires_payment_method"), intent)

    def test_a_licence_and_a_boxed_copy(self):
        self.shop.receive("lantern-box", 5)
        before = self.shop.stock("lantern-box")
        token = self.shop.buyer()
        accepted = self.shop.demo.buy(token, [("lantern-lic", 2), ("lantern-box", 1)], address=ADDRESS)
        purchase_id = self.accepted(accepted)
        self.assertEqual(accepted.json["total"], {"amount": 2 * 2900 + 4900, "currency": "EUR"})

        events = self.shop.follow(token, purchase_id)
        self.assertEqual((events[0][1], events[-1][1:]), ("snapshot", ("end", {})), events)
        ids = [int(event[0]) for event in events if event[1] == "timeline"]
        self.assertEqual(ids, list(range(int(events[0][0]) + 1, int(events[0][0]) + 1 + len(ids))))

        purchase = self.shop.demo.purchase(token, purchase_id)
        self.assertEqual((purchase["status"], purchase["attention"]), ("completed", False), purchase)
        self.assertEqual(purchase["timeline"][-1]["seq"], ids[-1] if ids else int(events[0][0]))
        self.assert_dense(purchase)
        self.assertEqual([line["fulfilment"]["status"] for line in purchase["lines"]], ["released", "released"], purchase)
        self.assertEqual(purchase["shipping_address"], ADDRESS)
        self.assertEqual(self.shop.follow(token, purchase_id, last_event_id=2)[0][0], "3")

        owned = {item["sku"]: item for item in self.shop.get("/api/owned-products", token).json["items"]}
        self.assertEqual(set(owned), {"lantern-lic", "lantern-box"})
        licence = self.shop.get("/api/owned-products/" + owned["lantern-lic"]["id"], token).json
        self.assertEqual((licence["status"], licence["purchase_id"], licence["line"]), ("active", purchase_id, 1), licence)
        self.assertEqual(len(set(licence["licence_keys"])), 2, licence)
        self.assertTrue(self.shop.get("/api/owned-products/" + owned["lantern-box"]["id"], token).json["tracking"])
        self.refused(self.shop.get("/api/owned-products/" + owned["lantern-lic"]["id"], self.shop.buyer()), 404, "owned_product.not_found")

        after = self.shop.stock("lantern-box")
        self.assertEqual((after["on_hand"], after["held"], after["committed"]), (before["on_hand"] - 1, 0, 0), after)
        intent, = self.shop.intents()[purchase_id]
        self.assertEqual((intent["status"], intent["amount_received"]), ("succeeded", 10700), intent)
        self.refused(self.shop.post(f"/api/purchases/{purchase_id}/cancel", token=token), 409, "purchase.not_cancellable")
        self.assertEqual([item["id"] for item in self.shop.get("/api/purchases", token).json["items"]], [purchase_id])

    def test_the_process_behind_it(self):
        token = self.shop.buyer()
        purchase_id = self.accepted(self.shop.demo.buy(token, [("beacon-lic", 1)]))
        self.shop.follow(token, purchase_id)
        view = self.shop.get(f"/api/purchases/{purchase_id}/process", token).json
        self.assertEqual((view["process_id"], view["state"], view["tokens"]), ("purchase", "completed", []))
        self.assertIn("BPMNDiagram", view["xml"])
        order = [view["completed"].index(step) for step in ("accepted", "reserve", "authorize", "prepare", "commit_hold", "capture", "release")]
        self.assertEqual(order, sorted(order))

    def test_the_same_key_is_the_same_purchase(self):
        token, key = self.shop.buyer(), new_key()
        first = self.shop.demo.buy(token, [("beacon-lic", 1)], key=key)
        again = self.shop.demo.buy(token, [("beacon-lic", 1)], key=key)
        self.assertEqual(self.accepted(first), self.accepted(again))
        self.refused(self.shop.demo.buy(token, [("beacon-lic", 2)], key=key), 422, "idempotency.key_reused")
        # Keys belong to the caller.
        other = self.shop.demo.buy(self.shop.buyer(), [("beacon-lic", 1)], key=key)
        self.assertNotEqual(self.accepted(other), first.json["id"])
        self.assertEqual(len(self.shop.get("/api/purchases", token).json["items"]), 1)

    def test_a_changed_price_is_said(self):
        answer = self.shop.demo.buy(self.shop.buyer(), [("beacon-lic", 2)], total={"amount": 2000, "currency": "EUR"})
        problem = self.refused(answer, 409, "price.changed")
        self.assertEqual(problem["total"], {"amount": 2200, "currency": "EUR"})

    def test_sold_out_is_refused_at_once(self):
        answer = self.shop.demo.buy(self.shop.buyer(), [("scarce-lic", 1), ("scarce-box", 1)], address=ADDRESS)
        problem = self.refused(answer, 409, "stock.insufficient")
        self.assertEqual(self.field_codes(problem), {("/lines/1/quantity", "stock.insufficient")}, problem)

    def test_too_little_stock_fails_with_everything_undone(self):
        self.shop.receive("quillwright-box", 1)
        before = self.shop.stock("quillwright-box")
        token = self.shop.buyer()
        answer = self.shop.demo.buy(token, [("quillwright-lic", 1), ("quillwright-box", 2)], address=ADDRESS)
        purchase_id = self.accepted(answer)
        self.shop.follow(token, purchase_id)
        purchase = self.shop.demo.purchase(token, purchase_id)
        self.assertEqual((purchase["status"], purchase["reason"]), ("failed", "stock.insufficient"), purchase)
        self.assert_still("quillwright-box", before)
        self.assertEqual(self.shop.intents().get(purchase_id, []), [])

    def test_a_declined_card_undoes_everything(self):
        self.shop.receive("harbour-box", 4)
        before = self.shop.stock("harbour-box")
        token = self.shop.buyer()
        answer = self.shop.demo.buy(token, [("harbour-box", 2), ("harbour-lic", 1)], "pm_card_chargeDeclined", address=ADDRESS)
        purchase_id = self.accepted(answer)
        events = self.shop.follow(token, purchase_id)
        self.assertEqual(events[-1][1], "end")
        purchase = self.shop.demo.purchase(token, purchase_id)
        self.assertEqual((purchase["status"], purchase["reason"]), ("failed", "payment.declined"), purchase)
        self.assert_dense(purchase)
        self.assert_still("harbour-box", before)
        self.assert_nothing_charged(purchase_id)
        self.assertEqual(self.effects(purchase_id)["reserve"], {"undone"})
        self.assertEqual(self.shop.get("/api/owned-products", token).json["items"], [])

    def wait_for_action(self, token, purchase_id):
        def asked():
            purchase = self.shop.demo.purchase(token, purchase_id)
            return purchase if purchase["status"] == "awaiting_payment" and "next_action" in purchase else None
        return wait_for(asked, 10, "the payment to want something of the customer")

    def test_the_bank_asks_and_the_customer_confirms(self):
        token = self.shop.buyer()
        purchase_id = self.accepted(self.shop.demo.buy(token, [("beacon-lic", 1)], "pm_card_authenticationRequired"))
        asked = self.wait_for_action(token, purchase_id)
        self.assertEqual(asked["next_action"]["type"], "redirect")
        page = urllib.parse.urlsplit(asked["next_action"]["url"])
        view = self.shop.get(f"/api/purchases/{purchase_id}/process", token).json
        self.assertIn({"element_id": "confirm", "state": "waiting"}, view["tokens"])
        shown = call(self.shop.demo.paysim_url, "GET", page.path)
        self.assertIn(b"Complete authentication", shown.body)
        done = call(self.shop.demo.paysim_url, "POST", page.path, "outcome=complete", {"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(done.status, 303, done)
        self.assertTrue(done.headers["location"].startswith(self.shop.demo.origin), done)
        self.assertEqual(self.shop.follow(token, purchase_id)[-1][1], "end")
        purchase = self.shop.demo.purchase(token, purchase_id)
        self.assertEqual(purchase["status"], "completed", purchase)
        self.assertNotIn("next_action", purchase)

    def test_the_customer_does_not_confirm(self):
        token = self.shop.buyer()
        purchase_id = self.accepted(self.shop.demo.buy(token, [("beacon-lic", 1)], "pm_card_authenticationRequired"))
        page = urllib.parse.urlsplit(self.wait_for_action(token, purchase_id)["next_action"]["url"])
        call(self.shop.demo.paysim_url, "POST", page.path, "outcome=fail", {"Content-Type": "application/x-www-form-urlencoded"})
        purchase = self.shop.demo.wait_final(token, purchase_id, 30)
        self.assertEqual(purchase["status"], "failed", purchase)
        self.assert_nothing_charged(purchase_id)

    def test_called_off_before_the_money_is_taken(self):
        self.shop.receive("tempest-box", 3)
        before = self.shop.stock("tempest-box")
        token = self.shop.buyer()
        answer = self.shop.demo.buy(token, [("tempest-box", 1)], "pm_card_authenticationRequired", address=ADDRESS)
        purchase_id = self.accepted(answer)
        self.wait_for_action(token, purchase_id)
        self.assertEqual(self.shop.stock("tempest-box")["held"], 1)
        self.refused(self.shop.post(f"/api/purchases/{purchase_id}/cancel", token=self.shop.buyer()), 404, "purchase.not_found")
        called_off = self.shop.post(f"/api/purchases/{purchase_id}/cancel", token=token)
        self.assertEqual(called_off.status, 202, called_off)
        purchase = self.shop.demo.wait_final(token, purchase_id, 30)
        self.assertEqual((purchase["status"], purchase["reason"]), ("cancelled", "customer.cancelled"), purchase)
        self.assert_still("tempest-box", before)
        self.assert_nothing_charged(purchase_id)

    def test_a_card_saved_on_the_providers_page(self):
        token = self.shop.buyer()
        self.refused(self.shop.post("/api/payment-sessions", {"return_url": "http://evil.example/"}, token), 422, "fields.invalid")
        session = self.shop.post("/api/payment-sessions", {"return_url": self.shop.demo.origin + "/checkout"}, token)
        self.assertEqual((session.status, session.json["status"]), (201, "open"), session)
        page = urllib.parse.urlsplit(session.json["url"])
        form = urllib.parse.urlencode({"card_number": "4242 4242 4242 4242", "expiry": "12 / 40", "cvc": "123", "name": "Ada Lovelace"})
        saved = call(self.shop.demo.paysim_url, "POST", page.path, form, {"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(saved.status, 303, saved)
        self.assertIn("payment_session=" + session.json["id"], saved.headers["location"])
        path = "/api/payment-sessions/" + session.json["id"]
        complete = self.shop.get(path, token).json
        self.assertEqual((complete["status"], complete["card"]), ("complete", {"brand": "visa", "last4": "4242"}), complete)
        self.refused(self.shop.get(path, self.shop.buyer()), 404, "payment_session.not_found")
        purchase_id = self.accepted(self.shop.demo.buy(token, [("beacon-lic", 1)], complete["payment_method"]))
        self.assertEqual(self.shop.demo.wait_final(token, purchase_id, 30)["status"], "completed")

    def test_what_operators_see(self):
        token = self.shop.buyer()
        purchase_id = self.accepted(self.shop.demo.buy(token, [("beacon-lic", 3)]))
        self.shop.follow(token, purchase_id)
        one = self.shop.admin("GET", f"/api/admin/purchases/{purchase_id}").json
        self.assertEqual((one["purchase"]["id"], one["incidents"]), (purchase_id, []))
        self.assertEqual((one["payment"]["captured"], one["payment"]["refunded"]),
                         ({"amount": 3300, "currency": "EUR"}, {"amount": 0, "currency": "EUR"}))
        for effect, states in self.effects(purchase_id).items():
            self.assertEqual(states, {"done"}, effect)
        listed = self.shop.admin("GET", f"/api/admin/purchases?status=completed&customer={one['customer_id']}").json["items"]
        self.assertEqual([item["purchase"]["id"] for item in listed], [purchase_id])
        self.refused(self.shop.admin("POST", f"/api/admin/purchases/{purchase_id}/retry"), 409, "purchase.no_incident")
        self.refused(self.shop.get(f"/api/purchases/{purchase_id}", self.shop.buyer()), 404, "purchase.not_found")

    def test_too_many_at_once_are_told_to_wait(self):
        token = self.shop.buyer()
        answers = [self.shop.demo.buy(token, [("beacon-lic", 1)], total={"amount": 1, "currency": "EUR"}) for _ in range(25)]
        limited = [answer for answer in answers if answer.status == 429]
        self.assertTrue(limited, [answer.status for answer in answers])
        self.refused(limited[0], 429, "rate.limited")
        self.assertGreaterEqual(int(limited[0].headers["retry-after"]), 1)
