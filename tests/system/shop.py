"""The shop that every system test shares: a demo with a small catalogue, stock and buyers."""

import itertools
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from demo import Demo, new_key, wait_for  # noqa: E402

OPERATOR, CUSTOMER = "operator@example.com", "ada@example.com"
PASSWORD = "a long enough password for a test"
ADDRESS = {"name": "Ada Lovelace", "line1": "12 St James's Square", "city": "London", "postal_code": "SW1Y 4JH", "country": "GB"}
BUYERS = 40


def boxed(slug, name, price, **more):
    """A product with a licence `<slug>-lic` and a boxed copy `<slug>-box`, which keeps stock."""
    return {"slug": slug, "name": name, "kind": "licence", "status": "active",
            "variants": [{"sku": slug + "-lic", "name": "Licence", "prices": {"EUR": price, "USD": price + 100}, "stock_tracked": False},
                         {"sku": slug + "-box", "name": "Boxed copy", "kind": "physical", "prices": {"EUR": price + 2000}}], **more}


CATALOGUE = [
    boxed("lantern", "Lantern Painter", 2900, summary="Paint and retouch photographs", brand="Kestrel", categories=["graphics"],
          tags=["paint", "photo"], attributes={"license": "GPL-3.0"}),
    boxed("harbour", "Harbour Master", 1500, summary="Run a port town", brand="Moorland", categories=["games"],
          attributes={"license": "MIT"}),
    boxed("quillwright", "Quillwright", 900, summary="Write letters and books", brand="Kestrel", categories=["office"],
          attributes={"license": "GPL-3.0"}),
    boxed("scarce", "Scarce Thing", 500), boxed("tempest", "Tempest Field", 700), boxed("beacon", "Beacon", 1100),
    boxed("ferry", "Ferry Timetable", 300), boxed("mint", "Mint Press", 1000),
]


class Shop:
    """The demo, and what the tests do with it again and again."""

    def __init__(self, programs, overrides):
        self.demo = Demo(programs, overrides)
        self.numbers = itertools.count()

    def open(self):
        self.demo.__enter__()
        self.demo.import_users([{"email": f"buyer{i}@example.com", "password": PASSWORD, "name": f"Buyer {i}", "roles": ["customer"]}
                                for i in range(BUYERS)])
        lines = "".join(json.dumps(product) + "\n" for product in CATALOGUE) + '{"slug": "no-kind", "name": "No kind"}\n'
        self.job = self.admin("POST", "/api/admin/products/import", lines, {"Content-Type": "application/x-ndjson"})
        self.job_done = wait_for(self.finished_import, 30, "the import to end")
        wait_for(lambda: self.get("/api/products?limit=1").json["total"] == len(CATALOGUE), 20, "the index to know every product")

    def finished_import(self):
        job = self.admin("GET", f"/api/admin/products/import/{self.job.json['id']}").json
        return job if job["status"] != "running" else None

    def close(self):
        self.demo.end()

    def operator(self):
        return self.demo.token(OPERATOR)

    def admin(self, method, path, body=None, headers=None):
        return self.demo.call(method, path, body, headers, self.operator())

    def get(self, path, token=None, headers=None):
        return self.demo.call("GET", path, token=token, headers=headers)

    def post(self, path, body=None, token=None, headers=None, source=None):
        return self.demo.call("POST", path, body, headers, token, source=source)

    def buyer(self):
        """The token of somebody who has not bought anything yet: the shipped limits are per account."""
        return self.demo.token(f"buyer{next(self.numbers) % BUYERS}@example.com")

    def receive(self, sku, quantity):
        answer = self.admin("POST", f"/api/admin/inventory/{sku}/receive", {"quantity": quantity}, {"Idempotency-Key": new_key()})
        assert answer.status == 200, answer
        return answer.json

    def stock(self, sku):
        return self.admin("GET", f"/api/admin/inventory/{sku}").json

    def follow(self, token, purchase_id, last_event_id=None):
        """Every event of a purchase until its stream ends."""
        return list(self.demo.events(f"/api/purchases/{purchase_id}/events", token, last_event_id))

    def intents(self):
        """Payment intents at the provider by purchase."""
        found, after = {}, ""
        while True:
            page = self.provider("GET", "/v1/payment_intents?limit=100" + after).json
            for intent in page["data"]:
                found.setdefault(intent["metadata"].get("purchase"), []).append(intent)
            if not page["has_more"]:
                return found
            after = "&starting_after=" + page["data"][-1]["id"]

    def provider(self, method, path, body=None, headers=None):
        from demo import call
        return call(self.demo.paysim_url, method, path, body, headers, self.demo.about["paysim_key"])


class Case(unittest.TestCase):
    """A test of the shop that system_test.py opened."""

    shop = None
    maxDiff = None

    def refused(self, answer, status, code):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.headers["content-type"].split(";")[0], "application/problem+json")
        self.assertEqual(answer.code, code, answer)
        self.assertEqual(answer.json["status"], status)
        return answer.json

    def accepted(self, answer):
        self.assertEqual(answer.status, 202, answer)
        self.assertEqual(answer.headers["location"], "/api/purchases/" + answer.json["id"])
        return answer.json["id"]

    def field_codes(self, problem):
        return {(error["pointer"], error["code"]) for error in problem.get("errors", [])}

    def assert_dense(self, purchase):
        self.assertEqual([entry["seq"] for entry in purchase["timeline"]], list(range(1, len(purchase["timeline"]) + 1)))

    def assert_still(self, sku, before):
        """Nothing of a SKU is held or promised, and as much can be bought as before."""
        now = self.shop.stock(sku)
        self.assertEqual((now["held"], now["committed"]), (0, 0), now)
        self.assertEqual(now["on_hand"], before["on_hand"], now)
