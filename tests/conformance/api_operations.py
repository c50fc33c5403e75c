"""Every documented operation, called: api/openapi.yaml and the running system agree, both ways.

usage: api_operations.py PROGRAMS   (folder of pps, paysim and fulfilment)

Compares the router's table with the document, calls each operation at least once as the document says and holds the
reply against it, then calls each again as it must be refused. Prints every mismatch; fails if there is one.
"""

import json
import pathlib
import re
import struct
import sys
import tempfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from calls import Calls  # noqa: E402
from demo import Demo, call, new_key, wait_for  # noqa: E402
from document import Document  # noqa: E402
import samples  # noqa: E402

ADDRESS = {"name": "Ada Lovelace", "line1": "12 St James's Square", "city": "London", "postal_code": "SW1Y 4JH", "country": "GB"}
PASSWORD = "a long enough password for a test"


def compare_tables(document, demo, mismatches):
    """The router's routes and the document's operations are the same, with the same scopes."""
    routed = {}
    for line in demo.command("routes").splitlines():
        method, pattern, name, scope = line.split()
        routed[name] = (method, pattern, {"-": None, "*": ""}.get(scope, scope))
    described = {one.id: (one.method, one.path, one.scope) for one in document.operations.values()}
    for name in sorted(set(routed) | set(described)):
        if routed.get(name) != described.get(name):
            mismatches.append(f"{name}: the router has {routed.get(name)}, the document {described.get(name)}")


class Tour:
    """One visit to every operation, in an order in which each finds what it needs."""

    def __init__(self, demo, api):
        self.demo, self.api = demo, api
        self.buyer = demo.token("buyer@example.com")
        self.operator = demo.token("operator@example.com")

    def idempotent(self):
        return {"Idempotency-Key": new_key()}

    def everything(self):
        for part in (self.operations, self.accounts, self.clients, self.products, self.customization, self.finding, self.rebuilding, self.words, self.stock, self.paying, self.buying,
                     self.owning, self.shopping, self.processes, self.leaving):
            part()

    def operations(self):
        self.api("get_liveness", expect=200)
        self.api("get_readiness", expect=200)
        served = self.api("get_openapi", expect=200)
        described = self.api.document
        if served.status == 200 and {(path, method) for path, item in served.json["paths"].items() for method in item} != \
                {(one.path, one.method.lower()) for one in described.operations.values()}:
            self.api.note(described.operations["get_openapi"], "serves another document")

    def accounts(self):
        self.api("register", body={"email": "new@example.com", "password": PASSWORD, "name": "New Buyer"}, expect=202)
        inbox = pathlib.Path(self.demo.data) / "mail" / "new"
        mail = wait_for(lambda: next((one.read_text() for one in inbox.glob("*") if "new@example.com" in one.read_text()), None), 10, "the mail")
        link = re.sub(r"=\r?\n", "", mail).replace("=3D", "=")
        self.api("verify_email", body={"token": re.search(r"token=([A-Za-z0-9_-]+)", link).group(1)}, expect=204)
        self.api("verify_email", body={"token": "x" * 32}, expect=400)
        login = {"email": "new@example.com", "password": PASSWORD}
        self.api("login", body={**login, "password": "wrong password"}, expect=401)
        first = self.api("login", body=login, expect=200).json
        self.api("login", body=login, expect=200)
        token = first["access_token"]
        self.api("get_me", token=token, expect=200)
        sessions = self.api("list_sessions", token=token, expect=200).json["items"]
        other = next(one["id"] for one in sessions if not one["current"])
        self.api("end_session", path=[other], token=token, expect=204)
        self.api("end_session", path=[samples.NOBODY], token=token, expect=404)
        self.session = self.api("refresh", body={"refresh_token": first["refresh_token"]}, expect=200).json
        self.api("refresh", body={"refresh_token": "r" * 43}, expect=401)

    def leaving(self):
        """Last: what was called before is called again by the sweep, with tokens that are still good."""
        self.api("logout", token=self.session["access_token"], expect=204)
        del self.api.last["logout"]

    def clients(self):
        made = dict(line.split("=", 1) for line in self.demo.command("client", "add", "tour", "--scope", "inventory:write").split())
        basic = samples.basic(made["client_id"], made["client_secret"])
        token = self.api("issue_token", body={"grant_type": "client_credentials"}, headers=basic, expect=200).json["access_token"]
        self.api("issue_token", body={"grant_type": "client_credentials"}, headers=samples.basic("tour", "wrong"), expect=401)
        self.api("issue_token", body={"grant_type": "password"}, headers=basic, expect=400, valid=False)
        self.api("introspect_token", body={"token": token}, headers=basic, expect=200)
        self.api("revoke_token", body={"token": token, "token_type_hint": "access_token"}, headers=basic, expect=200)
        self.api("introspect_token", body={"token": token}, headers=basic, expect=200)
        self.api("get_authorization_server_metadata", expect=200)
        self.api("get_jwks", expect=200)

    def pictures(self):
        def png(side):
            chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
            return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress((b"\0" + b"\xc0\x40\x20" * side) * side)) + chunk(b"IEND", b"")

        made = self.api("admin_create_product", body=samples.product("pictured"), token=self.operator, expect=201).json["id"]
        added = self.api("admin_add_product_image", path=[made], query=[("alt", "A square")], body=png(600), media="image/png", token=self.operator, expect=201)
        image = added.json["images"][0]
        assert [one["width"] for one in image["sizes"]] == [160, 480, 600], image
        for size in image["sizes"]:
            self.api("get_media", path=[size["url"].rsplit("/", 1)[1]], expect=200)
        self.api("get_media", path=["0" * 64 + ".webp"], expect=404)
        self.api("admin_add_product_image", path=[samples.NOBODY], body=png(8), media="image/png", token=self.operator, expect=404)
        self.api("admin_add_product_image", path=[made], body=b"<svg/>", media="image/png", token=self.operator, expect=415)
        self.api("admin_add_product_image", path=[made], body=png(64)[:80], media="image/png", token=self.operator, expect=422)
        self.api("admin_add_product_image", path=[made], body=png(12_001), media="image/png", token=self.operator, expect=413)
        arranged = {"images": [{"name": image["name"], "alt": "A red square"}]}
        self.api("admin_arrange_product_images", path=[made], body=arranged, token=self.operator, expect=428, valid=False)
        self.api("admin_arrange_product_images", path=[made], body=arranged, headers={"If-Match": '"9"'}, token=self.operator, expect=412)
        unknown = {"images": [{"name": "none.webp"}]}
        self.api("admin_arrange_product_images", path=[made], body=unknown, headers={"If-Match": '"2"'}, token=self.operator, expect=422)
        self.api("admin_arrange_product_images", path=[made], body=arranged, headers={"If-Match": '"2"'}, token=self.operator, expect=200)

    def customization(self):
        """An engraving, from the schema to what the buyer owns."""
        schema = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "maxLength": 5}}}
        body = samples.product("engraved", status="active") | {"customization_schema": schema}
        made = self.api("admin_create_product", body=body, token=self.operator, expect=201)
        shown = self.api("get_product", path=[made.json["id"]], expect=200).json
        assert shown["customization_schema"] == schema, shown
        sku = next(one["sku"] for one in shown["variants"] if one["kind"] == "licence")
        line = {"sku": sku, "quantity": 1, "customization": {"text": "Ada"}}
        total = self.api("price_basket", body={"lines": [line, line | {"customization": {"text": "Eve"}}]}, expect=200).json["total"]
        for wrong in ({"text": "Augusta"}, {}, {"text": "Ada", "font": "serif"}):
            refused = self.api("price_basket", body={"lines": [line | {"customization": wrong}]}, expect=422)
            assert [one["code"] for one in refused.json["errors"]] == ["customization.invalid"], refused.json
        self.api("price_basket", body={"lines": [line, line]}, expect=422)
        bad = body | {"slug": "bad-schema", "customization_schema": {"type": "object", "properties": {"text": {"type": "string", "pattern": "x"}}}}
        self.api("admin_create_product", body=bad, token=self.operator, expect=422)
        lines = [line, line | {"customization": {"text": "Eve"}}]
        bought = self.api("create_purchase", body={"lines": lines, "payment_method": "pm_card_visa", "expected_total": total},
                          headers=self.idempotent(), token=self.buyer, expect=202).json["id"]
        wait_for(lambda: self.api("get_purchase", path=[bought], token=self.buyer, expect=200).json["status"] == "completed", 30, "the engraving")
        order = self.api("get_purchase", path=[bought], token=self.buyer, expect=200).json
        assert [one["customization"]["text"] for one in order["lines"]] == ["Ada", "Eve"], order
        owned = self.api("list_owned_products", query=[("limit", 100)], token=self.buyer, expect=200).json["items"]
        assert sorted(one["customization"]["text"] for one in owned if one["purchase_id"] == bought) == ["Ada", "Eve"], owned
        self.api("admin_archive_product", path=[made.json["id"]], headers={"If-Match": made.headers["etag"]}, token=self.operator, expect=200)

    def versions(self):
        """What changes with the time, and the way back."""
        body = samples.product("offer", status="active")
        currency, price = next(iter(body["variants"][0]["prices"].items()))
        body["variants"][0]["sales"] = [{"prices": {currency: price - 1}, "until": "2100-01-01T00:00:00.000Z"}]
        body["variants"][0]["attributes"] = {"size": "S"}
        body["variants"] = body["variants"][:1]
        body |= {"options": ["size"], "related": ["lantern"], "publish_at": "2020-01-01T00:00:00.000Z", "unpublish_at": "2100-01-01T00:00:00.000Z"}
        made = self.api("admin_create_product", body=body, token=self.operator, expect=201)
        product = made.json["id"]
        shown = self.api("get_product", path=[product], expect=200).json["variants"][0]
        assert shown["price"]["amount"] == price - 1 and shown["regular_price"]["amount"] == price, shown
        related = self.api("list_related_products", path=[product], expect=200).json["items"]
        assert [one["slug"] for one in related] == ["lantern"], related
        self.api("list_related_products", path=[samples.NOBODY], expect=404)
        renamed = body | {"slug": "renamed-offer"}
        changed = self.api("admin_replace_product", path=[product], body=renamed, headers={"If-Match": made.headers["etag"]}, token=self.operator, expect=200)
        moved = self.api("get_product_by_slug", path=["offer"], query=[("lang", "de")], expect=308)
        assert moved.headers["location"] == "/api/products/by-slug/renamed-offer?lang=de", moved.headers
        history = self.api("admin_list_product_history", path=[product], query=[("limit", 1)], token=self.operator, expect=200).json
        assert history["items"][0]["current"] and history["next_before"] == 2, history
        self.api("admin_list_product_history", path=[product], query=[("before", -1)], token=self.operator, expect=422, valid=False)
        self.api("admin_list_product_history", path=[samples.NOBODY], token=self.operator, expect=404)
        self.api("admin_get_product_version", path=[product, 1], token=self.operator, expect=200)
        self.api("admin_get_product_version", path=[product, 9], token=self.operator, expect=404)
        at = {"If-Match": changed.headers["etag"]}
        self.api("admin_restore_product", path=[product, 9], headers=at, token=self.operator, expect=404)
        self.api("admin_restore_product", path=[product, 1], token=self.operator, expect=428, valid=False)
        self.api("admin_restore_product", path=[product, 1], headers={"If-Match": '"99"'}, token=self.operator, expect=412)
        restored = self.api("admin_restore_product", path=[product, 1], headers=at, token=self.operator, expect=200).json
        assert restored["version"] == 3 and restored["product"] == body, restored
        self.api("admin_archive_product", path=[product], headers={"If-Match": '"3"'}, token=self.operator, expect=200)

    def products(self):
        made = self.api("admin_create_product", body=samples.product("lantern"), token=self.operator, expect=201)
        self.product = made.json["id"]
        self.api("admin_create_product", body=samples.product("lantern"), token=self.operator, expect=409)
        self.api("admin_get_product", path=[self.product], token=self.operator, expect=200)
        self.api("admin_get_product", path=[samples.NOBODY], token=self.operator, expect=404)
        active = samples.product("lantern", status="active")
        self.api("admin_replace_product", path=[self.product], body=active, token=self.operator, expect=428, valid=False)
        self.api("admin_replace_product", path=[self.product], body=active, headers={"If-Match": '"99"'}, token=self.operator, expect=412)
        self.api("admin_replace_product", path=[self.product], body=active, headers={"If-Match": made.headers["etag"]},
                 token=self.operator, expect=200)
        self.versions()
        self.pictures()
        gone = self.api("admin_create_product", body=samples.product("gone", status="active"), token=self.operator, expect=201)
        self.api("admin_archive_product", path=[gone.json["id"]], headers={"If-Match": gone.headers["etag"]}, token=self.operator, expect=200)
        self.api("admin_list_products", query=[("status", "active"), ("limit", 1)], token=self.operator, expect=200)
        lines = "".join(samples.line(samples.product(name, status="active")) for name in ("harbour", "beacon")) + "nonsense\n"
        self.api("admin_import_products", body=lines, query=[("dry_run", "true")], token=self.operator, expect=202)
        self.api("admin_import_products", body=lines, query=[("dry_run", "perhaps")], token=self.operator, expect=400, valid=False)
        job = self.api("admin_import_products", body=lines, token=self.operator, expect=202).json["id"]
        wait_for(lambda: self.api("admin_get_import", path=[job], token=self.operator, expect=200).json["status"] != "running", 20, "the import")
        self.api("admin_import_products", body="slug,name,kind,sku,price.EUR\\ncsv,Csv,licence,csv,5\\n", query=[("dry_run", "true"), ("separator", "comma")],
                 media="text/csv", token=self.operator, expect=202)
        self.api("admin_import_products", body=lines, query=[("separator", "comma")], token=self.operator, expect=422)
        self.api("admin_get_import", path=[samples.NOBODY], token=self.operator, expect=404)
        self.api("admin_export_products", token=self.operator, expect=200)
        with tempfile.TemporaryDirectory() as folder:
            samples.write_appstream(pathlib.Path(folder))
            planned = json.loads(self.demo.command("import", "appstream", "--dry-run", folder))
            done = json.loads(self.demo.command("import", "appstream", folder))
            if planned["created"] == 0 or any(planned[name] != done[name] for name in ("rows", "created", "updated", "unchanged", "refused")):
                raise AssertionError(f"the dry run said {planned}, the import {done}")

    def words(self):
        """What a merchant sets of the search."""
        kept = self.api("admin_get_synonyms", token=self.operator, expect=200)
        synonyms = {"items": [{"word": "lamp", "means": ["lantern"]}]}
        self.api("admin_set_synonyms", body=synonyms, token=self.operator, expect=428, valid=False)
        self.api("admin_set_synonyms", body=synonyms, headers={"If-Match": '"99"'}, token=self.operator, expect=412)
        self.api("admin_set_synonyms", body=synonyms, headers={"If-Match": kept.headers["etag"]}, token=self.operator, expect=200)
        pins = {"items": [{"query": "lamp", "products": [self.product]}]}
        kept = self.api("admin_get_pins", token=self.operator, expect=200)
        self.api("admin_set_pins", body=pins, token=self.operator, expect=428, valid=False)
        self.api("admin_set_pins", body=pins, headers={"If-Match": '"99"'}, token=self.operator, expect=412)
        self.api("admin_set_pins", body={"items": [{"query": "lamp", "products": [samples.NOBODY]}]},
                 headers={"If-Match": kept.headers["etag"]}, token=self.operator, expect=422)
        self.api("admin_set_pins", body=pins, headers={"If-Match": kept.headers["etag"]}, token=self.operator, expect=200)
        self.api("list_products", query=[("q", "submarine")], expect=200)
        self.api("admin_list_missed_queries", query=[("limit", 5)], token=self.operator, expect=200)
        self.api("admin_list_missed_queries", query=[("limit", 0)], token=self.operator, expect=422, valid=False)

    def rebuilding(self):
        products = call(self.demo.url, "GET", "/api/products").json["total"]
        self.api("admin_rebuild_search", token=self.operator, expect=202)
        rebuilt = wait_for(lambda: (lambda at: not at["running"] and at)(self.api("admin_get_search_rebuild", token=self.operator, expect=200).json), 20, "the index")
        assert rebuilt["ok"] and rebuilt["documents"] == products, rebuilt
        assert call(self.demo.url, "GET", "/api/products").json["total"] == products

    def finding(self):
        api = self.api
        wait_for(lambda: call(self.demo.url, "GET", "/api/products").json["total"] == 4, 20, "the index to know every product")
        api("list_products", query=[("q", "lantern"), ("facets", "category,brand,kind,availability,attr.license"), ("limit", 2)], expect=200, valid=False)
        api("list_products", query=[("q", "lantrn")], expect=200)
        page = api("list_products", query=[("sort", "name"), ("limit", 1), ("available", "true")], expect=200, valid=False).json
        if "next_cursor" in page:
            api("list_products", query=[("sort", "name"), ("limit", 1), ("available", "true"), ("cursor", page["next_cursor"])], expect=200, valid=False)
        api("list_products", query=[("cursor", "nonsense")], expect=400)
        api("list_products", query=[("limit", 101)], expect=422, valid=False)
        api("suggest_products", query=[("q", "lan")], expect=200)
        api("suggest_products", query=[], expect=400, valid=False)
        etag = api("get_product", path=[self.product], expect=200).headers["etag"]
        api("get_product", path=[self.product], headers={"If-None-Match": etag}, expect=304)
        api("get_product", path=[samples.NOBODY], expect=404)
        api("get_product_by_slug", path=["lantern"], query=[("currency", "EUR")], expect=200)
        api("get_product_by_slug", path=["unheard-of"], expect=404)
        icon = call(self.demo.url, "GET", "/api/products/by-slug/" + samples.APPSTREAM_SLUG).json
        api("get_product_image", path=[icon["id"], icon["images"][0]["name"]], expect=200)
        etag = api("get_product_image", path=[icon["id"], "primary"], expect=200).headers["etag"]
        api("get_product_image", path=[icon["id"], "primary"], headers={"If-None-Match": etag}, expect=304)
        api("get_product_image", path=[icon["id"], "unheard-of.png"], expect=404)
        api("list_categories", expect=200)
        api("get_availability", query=[("sku", "lantern-box"), ("sku", "lantern-lic")], expect=200)
        api("get_availability", query=[], expect=422, valid=False)

    def stock(self):
        api, operator = self.api, self.operator
        level = api("admin_get_inventory", path=["lantern-box"], token=operator, expect=200)
        api("admin_get_inventory", path=["unheard-of"], token=operator, expect=404)
        api("admin_receive_stock", path=["lantern-box"], body={"quantity": 50, "note": "delivery"}, headers=self.idempotent(), token=operator, expect=200)
        api("admin_adjust_stock", path=["lantern-box"], body={"delta": -1, "note": "damaged"}, headers=self.idempotent(), token=operator, expect=200)
        api("admin_adjust_stock", path=["lantern-box"], body={"delta": -999, "note": "damaged"}, headers=self.idempotent(), token=operator, expect=409)
        api("admin_adjust_stock", path=["lantern-box"], body={"delta": 0, "note": "nothing"}, headers=self.idempotent(), token=operator, expect=422, valid=False)
        api("admin_count_stock", path=["lantern-box"], body={"on_hand": 40}, headers=self.idempotent(), token=operator, expect=200)
        api("admin_set_inventory_policy", path=["lantern-box"], body={"low_stock_threshold": 3}, headers={"If-Match": level.headers["etag"]},
            token=operator, expect=200)
        api("admin_list_alerts", query=[("limit", 10)], token=operator, expect=200)
        api("admin_list_alerts", query=[("limit", 0)], token=operator, expect=422, valid=False)
        api("admin_list_stock_movements", path=["lantern-box"], query=[("limit", 2)], token=operator, expect=200)

    def paying(self):
        api = self.api
        session = api("create_payment_session", body={"return_url": self.demo.origin + "/checkout"}, token=self.buyer, expect=201).json["id"]
        api("get_payment_session", path=[session], token=self.buyer, expect=200)
        samples.save_card(self.demo, session)
        api("get_payment_session", path=[session], token=self.buyer, expect=200)
        api("get_payment_session", path=["cs_unheard_of"], token=self.buyer, expect=404)
        api("payment_webhook", body={"type": "unheard.of"}, headers={"Stripe-Signature": "t=1,v1=00"}, expect=400)
        event = samples.signed_event(self.demo)
        api("payment_webhook", body=event[0], headers={"Stripe-Signature": event[1]}, expect=200)

    def buy(self, sku, price, quantity=1, method="pm_card_visa", **more):
        body = {"lines": [{"sku": sku, "quantity": quantity}], "payment_method": method,
                "expected_total": {"amount": quantity * price, "currency": "EUR"}, **more.pop("body", {})}
        return self.api("create_purchase", body=body, headers=self.idempotent(), token=self.buyer, expect=202, **more)

    def follow(self, purchase):
        return list(self.demo.events(f"/api/purchases/{purchase}/events", self.buyer))

    def buying(self):
        api, buyer, operator = self.api, self.buyer, self.operator
        lines = [{"sku": "lantern-lic", "quantity": 1}, {"sku": "lantern-box", "quantity": 2}]
        total = api("price_basket", body={"lines": lines, "currency": "EUR"}, expect=200).json["total"]
        api("price_basket", body={"lines": [{"sku": "unheard-of", "quantity": 1}]}, expect=422)
        body = {"lines": lines, "payment_method": "pm_card_visa", "expected_total": total, "shipping_address": ADDRESS}
        bought = api("create_purchase", body=body, headers=self.idempotent(), token=buyer, expect=202).json["id"]
        api("create_purchase", body={**body, "expected_total": {"amount": 1, "currency": "EUR"}}, headers=self.idempotent(), token=buyer, expect=409)
        api("stream_purchase_events", path=[bought], token=buyer, expect=200)
        api("get_purchase", path=[bought], token=buyer, expect=200)
        api("get_purchase", path=[samples.NOBODY], token=buyer, expect=404)
        api("get_purchase_process", path=[bought], token=buyer, expect=200)
        api("cancel_purchase", path=[bought], token=buyer, expect=409)
        api("admin_get_purchase", path=[bought], token=operator, expect=200)
        api("admin_get_purchase_process", path=[bought], token=operator, expect=200)
        api("admin_get_purchase_process", path=[samples.NOBODY], token=operator, expect=404)
        api("admin_retry_purchase", path=[bought], token=operator, expect=409)
        for cancel, token in (("cancel_purchase", buyer), ("admin_cancel_purchase", operator)):
            waiting = self.buy("beacon-lic", 2900, method="pm_card_authenticationRequired").json["id"]
            wait_for(lambda: self.demo.purchase(buyer, waiting)["status"] == "awaiting_payment", 10, "the payment to wait")
            api("get_purchase", path=[waiting], token=buyer, expect=200)
            api("get_purchase_process", path=[waiting], token=buyer, expect=200)
            api("admin_list_process_instances", query=[("process_id", "purchase"), ("limit", 10)], token=operator, expect=200)
            api(cancel, path=[waiting], token=token, expect=202)
            self.follow(waiting)
            api("get_purchase", path=[waiting], token=buyer, expect=200)
        declined = self.buy("beacon-lic", 2900, method="pm_card_chargeDeclined").json["id"]
        self.follow(declined)
        api("get_purchase", path=[declined], token=buyer, expect=200)
        api("admin_get_purchase", path=[declined], token=operator, expect=200)
        api("list_purchases", query=[("limit", 2)], token=buyer, expect=200)
        api("admin_list_purchases", query=[("status", "completed")], token=operator, expect=200)

    def owning(self):
        items = self.api("list_owned_products", query=[("status", "active"), ("limit", 10)], token=self.buyer, expect=200).json["items"]
        self.api("get_owned_product", path=[items[0]["id"]], token=self.buyer, expect=200)
        self.api("get_owned_product", path=[samples.NOBODY], token=self.buyer, expect=404)

    def shopping(self):
        """What the shop keeps for a shopper."""
        api, buyer = self.api, self.buyer
        etag = api("list_addresses", token=buyer, expect=200).headers["etag"]
        home = {**ADDRESS, "company": "Analytical Engines", "phone": "+44 20 7946 0000", "default": True}
        made = api("add_address", body=home, token=buyer, expect=201)
        assert made.headers["location"] == "/api/me/addresses/" + made.json["id"], made.headers
        api("add_address", body={**ADDRESS, "phone": "call me"}, token=buyer, expect=422)
        for n in range(19):
            api("add_address", body={**ADDRESS, "line2": f"Flat {n}"}, token=buyer, expect=201)
        api("add_address", body={**ADDRESS, "line2": "Attic"}, token=buyer, expect=409)
        api("add_address", body=home, token=buyer, expect=200)
        path, book = [made.json["id"]], api("list_addresses", token=buyer, expect=200)
        api("change_address", path=path, body=home, token=buyer, expect=428, valid=False)
        api("change_address", path=path, body=home, headers={"If-Match": etag}, token=buyer, expect=412)
        at = {"If-Match": book.headers["etag"]}
        api("change_address", path=path, body={**home, "default": False}, headers=at, token=buyer, expect=422)
        api("change_address", path=[samples.NOBODY], body=home, headers=at, token=buyer, expect=404)
        changed = api("change_address", path=path, body={**home, "city": "Bath"}, headers=at, token=buyer, expect=200)
        api("remove_address", path=path, token=buyer, expect=428, valid=False)
        api("remove_address", path=path, headers=at, token=buyer, expect=412)
        at = {"If-Match": changed.headers["etag"]}
        api("remove_address", path=[samples.NOBODY], headers=at, token=buyer, expect=404)
        left = api("remove_address", path=path, headers=at, token=buyer, expect=200).json["items"]
        assert [one["default"] for one in left] == [True] + 18 * [False], left
        line = {"sku": "lantern-lic", "quantity": 2, "customization": {"text": "Ada"}}
        etag = api("get_basket", token=buyer, expect=200).headers["etag"]
        api("set_basket", body={"lines": [line]}, token=buyer, expect=428, valid=False)
        api("set_basket", body={"lines": [line, line]}, headers={"If-Match": etag}, token=buyer, expect=422)
        api("set_basket", body={"lines": [line]}, headers={"If-Match": etag}, token=buyer, expect=200)
        api("set_basket", body={"lines": []}, headers={"If-Match": etag}, token=buyer, expect=412)
        guest = {"guest_basket": samples.NOBODY, "lines": [{**line, "quantity": 1}, {"sku": "lantern-box", "quantity": 1}]}
        merged = api("merge_basket", body=guest, token=buyer, expect=200)
        again = api("merge_basket", body=guest, token=buyer, expect=200)
        assert merged.json == again.json == {"lines": [line, guest["lines"][1]], "left_out": []}, again.json
        assert merged.headers["etag"] == again.headers["etag"] != etag, again.headers
        api("merge_basket", body={**guest, "lines": [line]}, token=buyer, expect=422)

    def processes(self):
        """A purchase process that gives up at once, and a warehouse that is away, make the incidents."""
        api, operator = self.api, self.operator
        xml = (ROOT / "processes" / "purchase.bpmn").read_text()
        api("admin_deploy_process", body=xml.replace('type="purchase.prepare" retries="50"', 'type="purchase.prepare" retries="1"'),
            token=operator, expect=201)
        api("admin_deploy_process", body=xml.replace("purchase.capture", "purchase.unheard_of"), token=operator, expect=422)
        api("admin_list_processes", token=operator, expect=200)
        api("admin_retry_incident", path=["unheard-of"], token=operator, expect=404)
        call(self.demo.fulfilment_url, "PUT", "/_sim/faults", {"down": True})
        stuck = [self.buy("beacon-lic", 2900).json["id"] for _ in range(2)]

        def incidents():
            items = api("admin_list_incidents", query=[("limit", 10)], token=operator, expect=200).json["items"]
            return items if len(items) == len(stuck) else None
        found = wait_for(incidents, 45, "two incidents", pause=0.5)
        call(self.demo.fulfilment_url, "PUT", "/_sim/faults", {"down": False})
        api("admin_list_purchases", query=[("attention", "true")], token=operator, expect=200)
        api("admin_get_purchase", path=[stuck[0]], token=operator, expect=200)
        api("admin_retry_purchase", path=[stuck[0]], token=operator, expect=202)
        api("admin_retry_incident", path=[next(one["id"] for one in found if one["instance_id"] == stuck[1])], token=operator, expect=202)
        for purchase in stuck:
            done = self.demo.wait_final(self.buyer, purchase, 45)
            if done["status"] != "completed":
                api.mismatches.append(f"a purchase tried again ended {done['status']}")
        api("admin_deploy_process", body=xml, token=operator, expect=201)


def main():
    document = Document(ROOT / "api" / "openapi.yaml")
    mismatches = [f"{place}: an object that lets unknown fields in" for place in document.open_objects()]
    with Demo(sys.argv[1], ["gateway.purchases_per_second=0"]) as demo:
        demo.import_users([{"email": "buyer@example.com", "password": PASSWORD, "name": "A Buyer", "roles": ["customer"]}])
        compare_tables(document, demo, mismatches)
        api = Calls(document, demo.url)
        try:
            Tour(demo, api).everything()
            api.refusals(demo.token("buyer@example.com"), {"purchase", "account"})
        except Exception:
            print("\n".join(mismatches + api.mismatches), demo.logs(), sep="\n", file=sys.stderr)
            raise
        mismatches += api.mismatches
        for name in sorted(set(document.operations) - {one for one, statuses in api.answered.items() if min(statuses) < 400}):
            mismatches.append(f"{name}: never answered well")
        calls = sum(len(statuses) for statuses in api.answered.values())
    for mismatch in dict.fromkeys(mismatches):
        print(mismatch)
    print(f"{len(document.operations)} operations, {calls} answers of different statuses, {len(set(mismatches))} mismatches")
    return 1 if mismatches else 0


if __name__ == "__main__":
    sys.exit(main())
