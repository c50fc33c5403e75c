"""What the shop keeps for a shopper: address book and basket, over HTTP."""

from concurrent.futures import ThreadPoolExecutor

from demo import new_key
from shop import ADDRESS, Case

KEY, BOX = {"sku": "quillwright-lic", "quantity": 2}, {"sku": "quillwright-box", "quantity": 1}


class ShopperTest(Case):
    def setUp(self):
        self.token = self.shop.buyer()

    def me(self, method, path, body=None, etag=None, token=None):
        return self.shop.demo.call(method, "/api/me" + path, body, {"If-Match": etag} if etag else None, token or self.token)

    def test_an_address_of_the_book_is_where_a_purchase_goes(self):
        added = self.me("POST", "/addresses", ADDRESS)
        self.assertEqual((added.status, added.json["default"]), (201, True), added)
        again = self.me("POST", "/addresses", ADDRESS)
        self.assertEqual((again.status, again.json["id"]), (200, added.json["id"]), again)
        book = self.me("GET", "/addresses")
        self.assertEqual(book.headers["cache-control"], "no-store")
        self.assertEqual([one["id"] for one in book.json["items"]], [added.json["id"]])
        self.shop.receive("quillwright-box", 5)
        taken = {name: value for name, value in book.json["items"][0].items() if name not in ("id", "default")}
        priced = self.shop.post("/api/baskets/price", {"lines": [BOX]}).json
        body = {"lines": [BOX], "payment_method": "pm_card_visa", "expected_total": priced["total"], "shipping_address": taken}
        bought = self.accepted(self.shop.post("/api/purchases", body, self.token, {"Idempotency-Key": new_key()}))
        self.assertEqual(self.shop.demo.wait_final(self.token, bought)["status"], "completed")

    def test_nobody_sees_or_changes_what_is_another_account_s(self):
        added = self.me("POST", "/addresses", {**ADDRESS, "line2": "Private"})
        stranger = self.shop.buyer()
        path = "/addresses/" + added.json["id"]
        self.assertNotIn("Private", self.me("GET", "/addresses", token=stranger).body.decode())
        for etag in (added.headers["etag"], self.me("GET", "/addresses", token=stranger).headers["etag"]):
            self.refused(self.me("DELETE", path, etag=etag, token=stranger), 404, "address.not_found")
            self.refused(self.me("PUT", path, ADDRESS, etag, stranger), 404, "address.not_found")
        self.refused(self.shop.get("/api/me/basket"), 401, "auth.token_missing")
        self.refused(self.shop.get("/api/me/addresses"), 401, "auth.token_missing")

    def test_wrong_addresses_and_lines_are_named(self):
        problem = self.refused(self.me("POST", "/addresses", {**ADDRESS, "country": "uk", "phone": "ring", "name": ""}), 422, "fields.invalid")
        self.assertEqual(self.field_codes(problem), {("/country", "field.format"), ("/phone", "field.format"), ("/name", "field.length")})
        lines = [{"sku": "a b", "quantity": 0}, {**KEY, "customization": "red"}]
        problem = self.refused(self.me("PUT", "/basket", {"lines": lines}, '"0"'), 422, "fields.invalid")
        self.assertEqual(self.field_codes(problem), {("/lines/0/sku", "field.format"), ("/lines/0/quantity", "field.range"),
                                                     ("/lines/1/customization", "field.type")})
        problem = self.refused(self.me("PUT", "/basket", {"lines": [{"sku": f"s{n}", "quantity": 1} for n in range(51)]}, '"0"'), 422, "fields.invalid")
        self.assertEqual({pointer for pointer, _ in self.field_codes(problem)}, {"/lines"})

    def test_two_devices_do_not_overwrite_each_other(self):
        etag = self.me("GET", "/basket").headers["etag"]
        self.refused(self.me("PUT", "/basket", {"lines": [KEY]}), 428, "etag.required")
        with ThreadPoolExecutor(8) as devices:
            answers = list(devices.map(lambda n: self.me("PUT", "/basket", {"lines": [{**KEY, "quantity": n}]}, etag), range(1, 9)))
        self.assertEqual(sorted(one.status for one in answers), [200] + 7 * [412], answers)
        won = next(one for one in answers if one.status == 200)
        self.assertEqual(self.me("GET", "/basket").json, won.json)

    def test_a_guest_basket_is_merged_once(self):
        kept = self.me("PUT", "/basket", {"lines": [KEY]}, self.me("GET", "/basket").headers["etag"])
        guest = {"guest_basket": new_key(), "lines": [{**KEY, "quantity": 1}, BOX]}
        with ThreadPoolExecutor(4) as tries:
            answers = list(tries.map(lambda _: self.me("POST", "/basket/merge", guest), range(4)))
        for one in answers:
            self.assertEqual((one.status, one.json), (200, {"lines": [KEY, BOX], "left_out": []}), one)
        self.assertEqual({one.headers["etag"] for one in answers}, {self.me("GET", "/basket").headers["etag"]})
        self.assertNotEqual(answers[0].headers["etag"], kept.headers["etag"])
        self.me("PUT", "/basket", {"lines": []}, answers[0].headers["etag"])
        self.assertEqual(self.me("POST", "/basket/merge", guest).json, {"lines": [], "left_out": []})
        self.refused(self.me("POST", "/basket/merge", {**guest, "lines": [BOX]}), 422, "idempotency.key_reused")
