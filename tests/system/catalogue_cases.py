"""Finding and keeping products."""

import json

from demo import new_key, wait_for
from shop import CATALOGUE, Case, boxed


class CatalogueTest(Case):
    def test_import_reports_each_line(self):
        job = self.shop.job_done
        self.assertEqual(self.shop.job.status, 202)
        self.assertEqual(self.shop.job.headers["location"], f"/api/admin/products/import/{job['id']}")
        self.assertEqual((job["status"], job["rows"], job["created"], job["refused"]),
                         ("completed", len(CATALOGUE) + 1, len(CATALOGUE), 1), job)
        self.assertEqual(job["refusals"][0]["row"], len(CATALOGUE) + 1)

    def test_pages_of_a_list_hold_every_product_once(self):
        seen, cursor = [], ""
        while True:
            page = self.shop.get("/api/products?limit=3" + cursor).json
            seen += [item["slug"] for item in page["items"]]
            if "next_cursor" not in page:
                break
            cursor = "&cursor=" + page["next_cursor"]
        self.assertTrue({product["slug"] for product in CATALOGUE} <= set(seen))
        self.assertEqual(len(seen), len(set(seen)))
        self.refused(self.shop.get("/api/products?cursor=nonsense"), 400, "cursor.invalid")

    def test_search_finds_and_counts(self):
        page = self.shop.get("/api/products?q=photograph&facets=brand,category,kind,availability,attr.license").json
        self.assertEqual([item["slug"] for item in page["items"]], ["lantern"])
        self.assertEqual(page["facets"]["brand"], [{"value": "Kestrel", "count": 1}])
        self.assertEqual(page["facets"]["category"], [{"value": "graphics", "count": 1}])
        self.assertEqual(page["facets"]["attr.license"], [{"value": "GPL-3.0", "count": 1}])

    def test_filters_narrow_and_widen(self):
        def slugs(query):
            return {item["slug"] for item in self.shop.get("/api/products?" + query).json["items"]}
        self.assertEqual(slugs("brand=Kestrel"), {"lantern", "quillwright"})
        self.assertEqual(slugs("brand=Kestrel&brand=Moorland"), {"lantern", "quillwright", "harbour"})
        self.assertEqual(slugs("category=games"), {"harbour"})
        self.assertEqual(slugs("attr.license=GPL-3.0&category=office"), {"quillwright"})
        self.assertEqual(slugs("brand=Kestrel&price_max=1000&currency=EUR"), {"quillwright"})
        page = self.shop.get("/api/products?brand=Kestrel&facets=brand").json
        self.assertEqual(page["total"], 2)
        self.assertIn({"value": "Moorland", "count": 1}, page["facets"]["brand"])

    def test_typing_errors_are_forgiven(self):
        page = self.shop.get("/api/products?q=lanterm").json
        self.assertEqual(([item["slug"] for item in page["items"]], page.get("corrected_query")), (["lantern"], "lantern"))

    def test_sort_by_price(self):
        prices = [item["price"]["amount"] for item in self.shop.get("/api/products?sort=price&limit=100").json["items"]]
        self.assertEqual(prices, sorted(prices))

    def test_a_product_by_id_and_by_slug(self):
        by_slug = self.shop.get("/api/products/by-slug/lantern")
        by_id = self.shop.get("/api/products/" + by_slug.json["id"])
        self.assertEqual((by_slug.status, by_id.status), (200, 200))
        self.assertEqual(by_slug.json, by_id.json)
        self.assertEqual([variant["price"] for variant in by_id.json["variants"]],
                         [{"amount": 2900, "currency": "EUR"}, {"amount": 4900, "currency": "EUR"}])
        dollars = self.shop.get(f"/api/products/{by_slug.json['id']}?currency=USD").json
        self.assertEqual([variant["price"] for variant in dollars["variants"]], [{"amount": 3000, "currency": "USD"}])
        self.refused(self.shop.get("/api/products/by-slug/never-heard-of"), 404, "product.not_found")
        self.refused(self.shop.get("/api/products/01941f29-7c00-7000-8000-000000000001"), 404, "product.not_found")

    def test_what_is_still_right_is_not_sent_again(self):
        for path in ("/api/products/by-slug/lantern", "/api/products/" + self.shop.get("/api/products/by-slug/lantern").json["id"]):
            first = self.shop.get(path)
            again = self.shop.get(path, headers={"If-None-Match": first.headers["etag"]})
            self.assertEqual((again.status, again.body, again.headers["etag"]), (304, b"", first.headers["etag"]))
            self.assertEqual(self.shop.get(path, headers={"If-None-Match": '"other"'}).status, 200)

    def test_suggestions(self):
        items = self.shop.get("/api/products/suggest?q=lan").json["items"]
        self.assertEqual([(item["slug"], item["name"]) for item in items], [("lantern", "Lantern Painter")])

    def test_categories(self):
        counts = {item["slug"]: item["product_count"] for item in self.shop.get("/api/categories").json["items"]}
        self.assertEqual((counts.get("graphics"), counts.get("games")), (1, 1), counts)

    def test_availability_is_exact(self):
        self.shop.receive("mint-box", 7)
        items = self.shop.get("/api/availability?sku=mint-box&sku=mint-lic&sku=unheard-of").json["items"]
        self.assertEqual(items[0], {"sku": "mint-box", "status": "in_stock", "quantity": 7})
        self.assertEqual(items[1], {"sku": "mint-lic", "status": "in_stock"})
        self.assertEqual(items[2], {"sku": "unheard-of", "status": "out", "quantity": 0})

    def test_an_operator_creates_changes_and_archives(self):
        draft = boxed("windmill", "Windmill", 1000, status="draft")
        made = self.shop.admin("POST", "/api/admin/products", draft)
        self.assertEqual(made.status, 201, made)
        path = made.headers["location"]
        self.refused(self.shop.get("/api/products/" + made.json["id"]), 404, "product.not_found")
        same_slug = {**draft, "variants": [{**draft["variants"][0], "sku": "windmill-other"}]}
        self.refused(self.shop.admin("POST", "/api/admin/products", same_slug), 409, "slug.taken")
        self.refused(self.shop.admin("POST", "/api/admin/products", {**draft, "slug": "windmill-two"}), 409, "sku.taken")

        active = {**draft, "status": "active", "name": "Windmill Keeper"}
        self.refused(self.shop.admin("PUT", path, active), 428, "etag.required")
        changed = self.shop.admin("PUT", path, active, {"If-Match": made.headers["etag"]})
        self.assertEqual((changed.status, changed.json["version"]), (200, 2), changed)
        self.refused(self.shop.admin("PUT", path, active, {"If-Match": made.headers["etag"]}), 412, "etag.mismatch")
        wait_for(lambda: self.shop.get("/api/products?q=windmill").json["total"] == 1, 10, "the change to be found")

        archived = self.shop.admin("POST", path + "/archive", headers={"If-Match": changed.headers["etag"]})
        self.assertEqual((archived.status, archived.json["product"]["status"]), (200, "archived"), archived)
        wait_for(lambda: self.shop.get("/api/products?q=windmill").json["total"] == 0, 10, "the product to leave the list")
        self.assertEqual(self.shop.get("/api/products/" + made.json["id"]).json["status"], "archived")

    def test_export_is_what_import_takes(self):
        answer = self.shop.admin("GET", "/api/admin/products/export")
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "application/x-ndjson"))
        again = self.shop.admin("POST", "/api/admin/products/import", answer.body, {"Content-Type": "application/x-ndjson"})
        job = wait_for(lambda: self._ended(again.json["id"]), 30, "the second import to end")
        self.assertEqual((job["status"], job["created"], job["updated"], job["refused"]), ("completed", 0, 0, 0), job)
        self.assertEqual(job["unchanged"], job["rows"], job)

    def test_a_dry_run_writes_nothing(self):
        before = self.shop.admin("GET", "/api/admin/products/export").body
        lines = json.dumps(boxed("dryer", "Dryer", 2900)) + "\nnonsense\n"
        answer = self.shop.admin("POST", "/api/admin/products/import?dry_run=true", lines, {"Content-Type": "application/x-ndjson"})
        job = wait_for(lambda: self._ended(answer.json["id"]), 30, "the dry run to end")
        self.assertEqual((job["status"], job["dry_run"], job["created"], job["refused"]), ("completed", True, 1, 1), job)
        self.assertEqual(self.shop.admin("GET", "/api/admin/products/export").body, before)
        self.refused(self.shop.admin("POST", "/api/admin/products/import?dry_run=yes", lines, {"Content-Type": "application/x-ndjson"}),
                     400, "request.malformed")

    def _ended(self, job_id):
        job = self.shop.admin("GET", "/api/admin/products/import/" + job_id).json
        return job if job["status"] != "running" else None


class StockTest(Case):
    def test_the_ledger_adds_up(self):
        key = {"Idempotency-Key": new_key()}
        path = "/api/admin/inventory/ferry-box"
        first = self.shop.admin("POST", path + "/receive", {"quantity": 10, "note": "delivery 4711"}, key)
        self.assertEqual((first.status, first.json["on_hand"], first.json["available"]), (200, 10, 10), first)
        self.assertEqual(self.shop.admin("POST", path + "/receive", {"quantity": 10, "note": "delivery 4711"}, key).json, first.json)
        self.refused(self.shop.admin("POST", path + "/receive", {"quantity": 11}, key), 422, "idempotency.key_reused")
        self.refused(self.shop.admin("POST", path + "/receive", {"quantity": 1}), 400, "idempotency.key_missing")
        adjusted = self.shop.admin("POST", path + "/adjust", {"delta": -3, "note": "damaged"}, {"Idempotency-Key": new_key()})
        self.assertEqual(adjusted.json["on_hand"], 7, adjusted)
        short = self.shop.admin("POST", path + "/adjust", {"delta": -8, "note": "too many"}, {"Idempotency-Key": new_key()})
        self.refused(short, 409, "stock.insufficient")
        counted = self.shop.admin("POST", path + "/count", {"on_hand": 9}, {"Idempotency-Key": new_key()})
        self.assertEqual(counted.json["on_hand"], 9, counted)
        movements = self.shop.admin("GET", path + "/movements").json["items"]
        self.assertEqual([(item["verb"], item["quantity"], item["on_hand"]) for item in movements],
                         [("count", 2, 9), ("adjust", -3, 7), ("receive", 10, 10)])

    def test_the_policy_changes_by_its_etag(self):
        path = "/api/admin/inventory/tempest-box"
        level = self.shop.admin("GET", path)
        self.refused(self.shop.admin("PUT", path + "/policy", {"low_stock_threshold": 3}), 428, "etag.required")
        changed = self.shop.admin("PUT", path + "/policy", {"low_stock_threshold": 3}, {"If-Match": level.headers["etag"]})
        self.assertEqual((changed.status, changed.json["policy"]), (200, {"low_stock_threshold": 3}), changed)
        stale = self.shop.admin("PUT", path + "/policy", {"low_stock_threshold": 4}, {"If-Match": level.headers["etag"]})
        self.refused(stale, 412, "etag.mismatch")

    def test_a_sku_nobody_sells(self):
        self.refused(self.shop.admin("GET", "/api/admin/inventory/unheard-of"), 404, "sku.not_found")
