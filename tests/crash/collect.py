"""Reads the end of a run over HTTP, as records for tests/checker."""

import urllib.parse

FINAL = ("completed", "cancelled", "failed")


def purchase_record(purchase, record="purchase"):
    """A purchase of the API as the checker reads it."""
    lines = [{**line, "fulfilment": line["fulfilment"]["status"]} for line in purchase["lines"]]
    return {**purchase, "lines": lines, "record": record}


def pages(call, path, **query):
    """Every item of a list of PPS or of the fulfilment system."""
    while True:
        answer = call("GET", f"{path}?{urllib.parse.urlencode(query)}")
        if answer.status != 200:
            raise AssertionError(f"{path}: {answer}")
        page = answer.json
        yield from page["items"]
        if not page.get("next_cursor"):
            return
        query["cursor"] = page["next_cursor"]


def provider_list(call, path, key):
    """Every object of a list of paysim, as Stripe pages it."""
    query = {"limit": 100}
    while True:
        answer = call("GET", f"{path}?{urllib.parse.urlencode(query)}", headers={"Authorization": "Bearer " + key})
        if answer.status != 200:
            raise AssertionError(f"{path}: {answer}")
        page = answer.json
        yield from page["data"]
        if not page["has_more"]:
            return
        query["starting_after"] = page["data"][-1]["id"]


def everything(pps, paysim, fulfilment, paysim_key, skus):
    """@param pps, paysim, fulfilment: call(method, path, …) of each; PPS's with an operator's token."""
    for listed in pages(pps, "/api/admin/purchases", limit=100):
        answer = pps("GET", f"/api/admin/purchases/{listed['purchase']['id']}")
        if answer.status != 200:
            raise AssertionError(f"a listed purchase: {answer}")
        yield {**purchase_record(answer.json["purchase"]), "key": answer.json["idempotency_key"]}
    for sku in skus:
        answer = pps("GET", f"/api/admin/inventory/{sku}")
        if answer.status != 200:
            raise AssertionError(f"the stock of {sku}: {answer}")
        yield {"tracked": True, **answer.json, "sku": sku, "record": "stock"}
        for movement in pages(pps, f"/api/admin/inventory/{sku}/movements", limit=100):
            yield {**movement, "sku": sku, "record": "movement"}
    for record, path in (("intent", "/v1/payment_intents"), ("refund", "/v1/refunds")):
        for item in provider_list(paysim, path, paysim_key):
            yield {**item, "record": record}
    for item in pages(fulfilment, "/v1/fulfilments", limit=100):
        yield {**item, "record": "fulfilment"}
