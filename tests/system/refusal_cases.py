"""What bad requests are told."""

from demo import new_key
from shop import ADDRESS, Case


class RefusalTest(Case):
    def purchase(self, token, body, headers=None):
        return self.shop.post("/api/purchases", body, token, {"Idempotency-Key": new_key(), **(headers or {})})

    def body(self, **more):
        return {"lines": [{"sku": "beacon-lic", "quantity": 1}], "payment_method": "pm_card_visa",
                "expected_total": {"amount": 1100, "currency": "EUR"}, **more}

    def test_without_a_token(self):
        for method, path in (("GET", "/api/purchases"), ("POST", "/api/purchases"), ("GET", "/api/auth/me"), ("GET", "/api/admin/purchases")):
            with self.subTest(path=path, method=method):
                answer = self.shop.demo.call(method, path)
                self.refused(answer, 401, "auth.token_missing")
                self.assertTrue(answer.headers["www-authenticate"].startswith("Bearer"), answer.headers)
        answer = self.shop.get("/api/purchases", token="not.a.token")
        self.refused(answer, 401, "auth.token_invalid")
        self.assertIn('error="invalid_token"', answer.headers["www-authenticate"])

    def test_without_the_scope(self):
        token = self.shop.buyer()
        for path in ("/api/admin/products", "/api/admin/purchases", "/api/admin/processes", "/api/admin/inventory/beacon-box"):
            with self.subTest(path=path):
                answer = self.shop.get(path, token)
                self.refused(answer, 403, "auth.scope_missing")
                self.assertIn('error="insufficient_scope"', answer.headers["www-authenticate"])

    def test_fields(self):
        token = self.shop.buyer()
        cases = [
            (self.body(colour="red"), ("/colour", "field.unknown")),
            (self.body(lines=[{"sku": "beacon-lic", "quantity": 1, "gift": True}]), ("/lines/0/gift", "field.unknown")),
            (self.body(lines=[{"sku": "beacon-lic", "quantity": 0}]), ("/lines/0/quantity", "field.range")),
            (self.body(lines=[{"sku": "beacon-lic", "quantity": "1"}]), ("/lines/0/quantity", "field.type")),
            (self.body(lines=[{"sku": "no such!", "quantity": 1}]), ("/lines/0/sku", "field.format")),
            (self.body(lines=[{"sku": "unheard-of", "quantity": 1}]), ("/lines/0/sku", "sku.unknown")),
            (self.body(lines=[]), ("/lines", "field.length")),
            ({key: value for key, value in self.body().items() if key != "payment_method"}, ("/payment_method", "field.required")),
            (self.body(lines=[{"sku": "beacon-box", "quantity": 1}], expected_total={"amount": 3100, "currency": "EUR"}),
             ("/shipping_address", "shipping_address.required")),
            (self.body(shipping_address={**ADDRESS, "country": "gb"}), ("/shipping_address/country", "field.format")),
        ]
        for number, (body, expected) in enumerate(cases):
            with self.subTest(case=expected):
                if number % 8 == 0:
                    token = self.shop.buyer()
                problem = self.refused(self.purchase(token, body), 422, "fields.invalid")
                self.assertIn(expected, self.field_codes(problem), problem)

    def test_a_sku_twice(self):
        lines = [{"sku": "beacon-lic", "quantity": 1}, {"sku": "beacon-lic", "quantity": 2}]
        answer = self.purchase(self.shop.buyer(), self.body(lines=lines))
        self.assertEqual(answer.status, 422, answer)
        self.assertIn("lines.duplicate", {answer.code} | {code for _, code in self.field_codes(answer.json)}, answer)

    def test_a_key_is_needed(self):
        token = self.shop.buyer()
        self.refused(self.shop.post("/api/purchases", self.body(), token), 400, "idempotency.key_missing")
        self.refused(self.purchase(token, self.body(), {"Idempotency-Key": "k" * 256}), 400, "idempotency.key_invalid")

    def test_not_json(self):
        headers = {"Content-Type": "application/json"}
        for body in ("{", "[]", '{"lines": 1, "lines": 2}', "nonsense"):
            with self.subTest(body=body):
                answer = self.purchase(self.shop.buyer(), body, headers)
                self.assertIn(answer.status, (400, 422), answer)
                self.assertEqual(answer.headers["content-type"], "application/problem+json")

    def test_another_media_type(self):
        token = self.shop.buyer()
        operator = self.shop.operator()
        for path, asking, body in (("/api/purchases", token, "{}"), ("/api/baskets/price", None, "{}"), ("/api/auth/login", None, "{}"),
                                   ("/api/auth/register", None, "{}"), ("/api/payment-sessions", token, "{}"),
                                   ("/api/admin/products", operator, "{}"), ("/api/admin/products/import", operator, "{}"),
                                   ("/api/admin/inventory/beacon-box/receive", operator, "{}"), ("/api/admin/processes", operator, "<a/>")):
            with self.subTest(path=path):
                headers = {"Content-Type": "text/plain", "Idempotency-Key": new_key()}
                self.refused(self.shop.post(path, body, asking, headers), 415, "media_type.unsupported")

    def test_too_large(self):
        body = '{"lines": [' + " " * (1 << 20) + "]}"
        answer = self.purchase(self.shop.buyer(), body, {"Content-Type": "application/json"})
        self.refused(answer, 413, "body.too_large")

    def test_unknown_paths_and_methods(self):
        answer = self.shop.get("/api/nothing-here")
        self.assertEqual((answer.status, answer.headers["content-type"]), (404, "application/problem+json"), answer)
        answer = self.shop.demo.call("DELETE", "/api/products")
        self.refused(answer, 405, "method.not_allowed")
        self.assertIn("GET", answer.headers["allow"])

    def test_ids_of_the_wrong_form(self):
        answer = self.shop.get("/api/purchases/not-a-uuid", self.shop.buyer())
        self.refused(answer, 400, "request.malformed")
        answer = self.shop.get("/api/products?limit=101")
        problem = self.refused(answer, 422, "fields.invalid")
        self.assertIn(("?limit", "field.range"), self.field_codes(problem), problem)
