"""What the calls of api_operations.py send."""

import base64
import gzip
import hashlib
import hmac
import json
import pathlib
import struct
import time
import urllib.parse
import zlib

from demo import call

NOBODY = "01941f29-7c00-7000-8000-000000000001"
APPSTREAM_SLUG = "kestrel"


def product(slug, **more):
    return {"slug": slug, "name": slug.capitalize() + " Painter", "summary": "Paint photographs", "description": "One.\n\n- two", "brand": "Kestrel",
            "kind": "licence", "categories": ["graphics"], "tags": ["paint"], "attributes": {"license": "GPL-3.0"},
            "variants": [{"sku": slug + "-lic", "name": "Licence", "prices": {"EUR": 2900, "USD": 3000}, "stock_tracked": False},
                         {"sku": slug + "-box", "name": "Boxed copy", "kind": "physical", "prices": {"EUR": 4900}, "attributes": {"weight": "1 kg"}}],
            **more}


def line(value):
    return json.dumps(value) + "\n"


def basic(client, secret):
    return {"Authorization": "Basic " + base64.b64encode(f"{client}:{secret}".encode()).decode()}


def png(size):
    """A grey square of so many pixels."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = (b"\0" + b"\x80" * size) * size
    head = struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def write_appstream(folder):
    """An AppStream catalogue of one application, with its icons."""
    head = "---\nFile: DEP-11\nVersion: '0.16'\nOrigin: test\n"
    entry = ("---\nType: desktop-application\nID: org.example.Kestrel\nPackage: kestrel\nName:\n  C: Kestrel\nSummary:\n  C: Watch birds\n"
             "Description:\n  C: <p>Watch birds.</p>\nCategories:\n- Science\nIcon:\n  cached:\n")
    for size in (64, 128):
        entry += f"  - name: kestrel.png\n    width: {size}\n    height: {size}\n"
        icons = pathlib.Path(folder) / "icons" / f"{size}x{size}"
        icons.mkdir(parents=True)
        (icons / "kestrel.png").write_bytes(png(size))
    with gzip.open(pathlib.Path(folder) / "components.yml.gz", "wb") as file:
        file.write((head + entry).encode())


def save_card(demo, session):
    """What the buyer does on the provider's page."""
    form = {"card_number": "4242 4242 4242 4242", "expiry": "12 / 40", "cvc": "123", "name": "Ada Lovelace"}
    answer = call(demo.paysim_url, "POST", "/c/pay/" + session, urllib.parse.urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status == 303, answer


def signed_event(demo):
    """An event of no interest, signed as the provider signs: its body and the header."""
    body = {"id": "evt_test", "object": "event", "type": "customer.created", "data": {"object": {"id": "cus_test"}}}
    secret = (demo.folder / "secrets").read_text().splitlines()[1]
    now = int(time.time())
    signature = hmac.new(secret.encode(), f"{now}.".encode() + json.dumps(body).encode(), hashlib.sha256).hexdigest()
    return body, f"t={now},v1={signature}"
