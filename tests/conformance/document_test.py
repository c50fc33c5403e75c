"""Tests of the validator: what it must find, and what it must let pass."""

import pathlib
import unittest

from document import Document

ROOT = pathlib.Path(__file__).resolve().parents[2]


class DocumentTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.document = Document(ROOT / "api" / "openapi.yaml")

    def errors(self, value, schema):
        return self.document.errors(value, schema)

    def test_every_object_of_the_document_is_closed(self):
        self.assertEqual(self.document.open_objects(), [])

    def test_an_open_object_is_found(self):
        document = Document(ROOT / "api" / "openapi.yaml")
        del document.tree["components"]["schemas"]["Money"]["additionalProperties"]
        self.assertEqual(document.open_objects(), ["#/components/schemas/Money"])

    def test_what_fits(self):
        money = {"$ref": "#/components/schemas/Money"}
        for value, schema in (({"amount": 1, "currency": "EUR"}, money), ({"a": "b"}, {"type": "object", "additionalProperties": {"type": "string"}}),
                              ([1, 2], {"type": "array", "uniqueItems": True, "items": {"type": "integer"}}), (-1, {"type": "integer", "not": {"const": 0}}),
                              ("2026-01-05T12:00:00.120Z", {"type": "string", "format": "date-time"})):
            with self.subTest(value=value):
                self.assertEqual(self.errors(value, schema), [])

    def test_what_does_not_fit(self):
        money = {"$ref": "#/components/schemas/Money"}
        for value, schema in (({"amount": 1}, money), ({"amount": -1, "currency": "EUR"}, money), ({"amount": 1, "currency": "eur"}, money),
                              ({"amount": 1, "currency": "EUR", "more": 1}, money), ({"amount": True, "currency": "EUR"}, money),
                              ([], {"type": "array", "minItems": 1}), ([1, 1], {"type": "array", "uniqueItems": True}), (0, {"not": {"const": 0}}),
                              ("x", {"enum": ["y"]}), (1, {"const": True}), ("2026-01-05 12:00", {"format": "date-time"}), ("a\n", {"pattern": "^a$"}),
                              ("x", {"unheardOf": 1}), ([{"a": 1}], {"items": {"type": "object", "additionalProperties": False}})):
            with self.subTest(value=value):
                self.assertNotEqual(self.errors(value, schema), [])

    def test_examples_are_what_their_schemas_say(self):
        for name, schema in self.document.tree["components"]["schemas"].items():
            for example in schema.get("examples", ()):
                with self.subTest(schema=name):
                    self.assertEqual(self.errors(example, schema), [])


if __name__ == "__main__":
    unittest.main()
