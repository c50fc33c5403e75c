#!/usr/bin/env python3
"""Makes a small shop, uses every part of it, kills it with a purchase under way, and keeps its folder in kept/NAME.tar.xz.

usage: keep.py PROGRAMS NAME
"""

import os
import pathlib
import signal
import sys
import tarfile
import tempfile
import json

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "support"))
from demo import Demo, call, new_key, wait_for  # noqa: E402

OPERATOR, CUSTOMER, OTHER = "operator@example.com", "keeper@example.com", "second@example.com"
PASSWORD = "a long enough password to be kept"
ADDRESS = {"name": "Ada Lovelace", "line1": "12 St James's Square", "city": "London", "postal_code": "SW1Y 4JH", "country": "GB"}
LANTERN = {
    "slug": "lantern", "name": "Lantern Painter", "summary": "Paint photographs", "description": "One.\n\n- two", "brand": "Kestrel",
    "kind": "licence", "status": "active", "categories": ["graphics"], "tags": ["paint"], "attributes": {"license": "GPL-3.0"},
    "texts": {"de": {"name": "Laternenmaler", "summary": "Fotos malen", "keywords": ["bild"]}},
    "variants": [{"sku": "lantern-lic", "name": "Licence", "prices": {"EUR": 2900, "USD": 3000}, "stock_tracked": False},
                 {"sku": "lantern-box", "name": "Boxed copy", "kind": "physical", "prices": {"EUR": 4900}, "attributes": {"weight": "1 kg"}}]}


def another(slug, status="active"):
    variants = [{**LANTERN["variants"][0], "sku": slug + "-lic"}]
    return {**LANTERN, "slug": slug, "name": slug.capitalize(), "texts": {}, "status": status, "variants": variants}


class Keeper:
    def __init__(self, demo):
        self.demo, self.expected = demo, {"customer": CUSTOMER, "password": PASSWORD}

    def admin(self, method, path, body=None, headers=None):
        answer = self.demo.call(method, path, body, headers, self.demo.token(OPERATOR))
        assert answer.status in (200, 201, 202), answer
        return answer

    def setting(self, path, body):
        self.admin("PUT", path, body, {"If-Match": self.admin("GET", path).headers["etag"]})

    def catalogue(self):
        product = self.admin("POST", "/api/admin/products", LANTERN).json["id"]
        draft = self.admin("POST", "/api/admin/products", another("draft", "draft")).json["id"]
        self.admin("POST", "/api/admin/products/import", json.dumps(another("harbour")) + "\n",
                   {"Content-Type": "application/x-ndjson"})
        self.setting("/api/admin/search/synonyms", {"items": [{"word": "lamp", "means": ["lantern"]}]})
        self.setting("/api/admin/search/pins", {"items": [{"query": "light", "products": [product]}]})
        wait_for(lambda: self.demo.call("GET", "/api/products").json["total"] == 2, 20, "the index")
        self.expected["products"] = {one: self.admin("GET", "/api/admin/products/" + one).json for one in (product, draft)}
        self.expected["public"] = self.demo.call("GET", "/api/products/" + product).json

    def purchases(self):
        self.demo.import_users([{"email": email, "password": PASSWORD, "name": "Keeper", "roles": ["customer"]} for email in (CUSTOMER, OTHER)])
        token = self.demo.token(CUSTOMER)
        self.admin("POST", "/api/admin/inventory/lantern-box/receive", {"quantity": 9}, {"Idempotency-Key": new_key()})
        level = self.admin("GET", "/api/admin/inventory/lantern-box")
        self.admin("PUT", "/api/admin/inventory/lantern-box/policy", {"low_stock_threshold": 3}, {"If-Match": level.headers["etag"]})
        bought = self.demo.buy(token, [("lantern-lic", 1), ("lantern-box", 2)], address=ADDRESS).json["id"]
        declined = self.demo.buy(token, [("lantern-box", 1)], address=ADDRESS, payment_method="pm_card_chargeDeclined").json["id"]
        for one in (bought, declined):
            self.demo.wait_final(token, one)
        wait_for(lambda: self.demo.purchase(token, bought)["lines"][1]["fulfilment"]["status"] == "released", 30, "the delivery")
        self.expected["purchases"] = {one: self.demo.purchase(token, one) for one in (bought, declined)}
        self.expected["owned"] = {item["id"]: self.demo.call("GET", "/api/owned-products/" + item["id"], token=token).json
                                  for item in self.demo.call("GET", "/api/owned-products", token=token).json["items"]}

    def under_way(self):
        """The provider is gone when the card is to be charged."""
        call(self.demo.paysim_url, "PUT", "/_sim/faults", {"down": True})
        token = self.demo.token(OTHER)
        accepted = self.demo.buy(token, [("lantern-box", 1)], address=ADDRESS)
        assert accepted.status == 202, accepted
        wait_for(lambda: self.demo.purchase(token, accepted.json["id"])["status"] == "payment_processing", 20, "the payment to begin")
        self.expected.update(under_way=accepted.json["id"], other=OTHER)
        self.expected["stock"] = self.admin("GET", "/api/admin/inventory/lantern-box").json
        made = self.demo.command("client", "add", "warehouse", "--scope", "inventory:write").split()
        self.expected["client"] = dict(line.split("=", 1) for line in made)


def main():
    programs, name = sys.argv[1:]
    with Demo(programs, keep=True, data=tempfile.mkdtemp(prefix="pps-kept-")) as demo:
        keeper = Keeper(demo)
        keeper.catalogue()
        keeper.purchases()
        keeper.under_way()
        for pid in demo.pids.values():
            os.kill(pid, signal.SIGKILL)
    (demo.folder / "expected.json").write_text(json.dumps(keeper.expected, indent=1))
    (FOLDER / "kept").mkdir(exist_ok=True)
    with tarfile.open(FOLDER / "kept" / (name + ".tar.xz"), "w:xz", preset=9) as archive:
        archive.add(demo.folder, ".", filter=lambda entry: None if entry.name.endswith(("/log", "demo.log", "LOG")) else entry)


if __name__ == "__main__":
    main()
