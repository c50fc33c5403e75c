#!/usr/bin/env python3
"""Opens data folders that earlier versions left, and looks whether everything is still there that does not end with time.

usage: upgrade_test.py PROGRAMS
"""

import base64
import json
import pathlib
import shutil
import sys
import tarfile
import tempfile
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "support"))
from demo import Demo, wait_for  # noqa: E402

OPERATOR = "operator@example.com"


class KeptFolder:
    """What the tests of one folder share; `archive` is set by a subclass for each."""

    archive = None
    programs = None
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp(prefix="pps-kept-")
        with tarfile.open(cls.archive) as archive:
            archive.extractall(folder, filter="data")
        cls.expected = json.loads((pathlib.Path(folder) / "expected.json").read_text())
        cls.demo = Demo(cls.programs, data=folder)
        cls.demo.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.demo.end()
        shutil.rmtree(cls.demo.folder, ignore_errors=True)

    def admin(self, path):
        answer = self.demo.call("GET", path, token=self.demo.token(OPERATOR))
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def kept(self, was, now, but=()):
        """Everything that was said is still said; more may be."""
        if isinstance(was, dict):
            for name, value in was.items():
                if name not in but:
                    self.assertIn(name, now)
                    self.kept(value, now[name], but)
        elif isinstance(was, list) and was and isinstance(was[0], dict):
            self.assertEqual(len(was), len(now))
            for one, other in zip(was, now):
                self.kept(one, other, but)
        else:
            self.assertEqual(was, now)

    def test_products_and_the_words_they_are_found_by(self):
        for product, was in self.expected["products"].items():
            self.kept(was, self.admin("/api/admin/products/" + product))
        self.kept(self.expected["public"], self.demo.call("GET", "/api/products/" + self.expected["public"]["id"]).json, but=("availability",))
        def first(query):
            return [item["slug"] for item in self.demo.call("GET", "/api/products?q=" + query).json["items"]][:1]
        wait_for(lambda: first("lamp") == ["lantern"], 20, "the synonym")
        self.assertEqual(first("light"), ["lantern"])
        self.assertEqual(first("laternenmaler"), ["lantern"])

    def test_accounts_with_what_is_sealed(self):
        login = self.demo.call("POST", "/api/auth/login", {"email": self.expected["customer"], "password": self.expected["password"], "session": "token"})
        self.assertEqual(login.status, 200, login)
        me = self.demo.call("GET", "/api/auth/me", token=login.json["access_token"]).json
        self.assertEqual((me["email"], me["name"]), (self.expected["customer"], "Keeper"))
        client = base64.b64encode("{client_id}:{client_secret}".format_map(self.expected["client"]).encode()).decode()
        granted = self.demo.call("POST", "/oauth2/token", "grant_type=client_credentials",
                                 {"Authorization": "Basic " + client, "Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(granted.status, 200, granted)

    def test_purchases_and_what_was_bought(self):
        token = self.demo.token(self.expected["customer"])
        for purchase, was in self.expected["purchases"].items():
            self.kept(was, self.demo.purchase(token, purchase))
        for owned, was in self.expected["owned"].items():
            self.kept(was, self.demo.call("GET", "/api/owned-products/" + owned, token=token).json)
        self.assertEqual(len(self.expected["owned"]), 2)

    def test_the_purchase_under_way_ends_and_stock_is_right(self):
        """Completed; or undone, once the day of this test is after what the purchase may take."""
        token = self.demo.token(self.expected["other"])
        status = self.demo.wait_final(token, self.expected["under_way"])["status"]
        self.assertIn(status, ("completed", "failed"))
        def settled():
            now = self.admin("/api/admin/inventory/lantern-box")
            return now if (now["held"], now["committed"]) == (0, 0) else None
        now = wait_for(settled, 20, "the stock to be settled")
        self.assertEqual(now["on_hand"], self.expected["stock"]["on_hand"] - (status == "completed"))
        self.assertGreaterEqual(len(self.admin("/api/admin/inventory/lantern-box/movements")["items"]), 2)
        self.assertEqual(self.demo.buy(token, [("lantern-lic", 1)]).status, 202)


def main():
    KeptFolder.programs = sys.argv.pop(1)
    suite = unittest.TestSuite()
    for archive in sorted((FOLDER / "kept").glob("*.tar.xz")):
        case = type(archive.name.removesuffix(".tar.xz"), (KeptFolder, unittest.TestCase), {"archive": archive})
        suite.addTests(unittest.defaultTestLoader.loadTestsFromTestCase(case))
    result = unittest.TextTestRunner(verbosity=1).run(suite)
    return 0 if result.wasSuccessful() and result.testsRun else 1


if __name__ == "__main__":
    sys.exit(main())
