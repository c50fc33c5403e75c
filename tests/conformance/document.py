"""api/openapi.yaml as a test reads it: operations, what they may be sent and answered, and a validator of its schemas.

The validator knows the part of JSON Schema 2020-12 that the document uses; a keyword that it does not know is an error,
so that nothing goes unchecked.
"""

import dataclasses
import datetime
import math
import re
import urllib.parse
import uuid

import yaml

ANNOTATIONS = {"description", "example", "examples", "default", "title", "x-open", "contentMediaType", "deprecated"}
TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict, "null": type(None)}


@dataclasses.dataclass
class Operation:
    id: str
    method: str
    path: str
    parameters: list
    body: dict  # media type -> schema; empty without a body
    body_required: bool
    responses: dict  # status -> response object, resolved
    security: list

    @property
    def scope(self):
        """None: one may come without a token; "": any token; else the scope."""
        if {} in self.security:
            return None
        for one in self.security:
            if "bearer" in one:
                return " ".join(one["bearer"])
        return None


class Document:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.tree = yaml.safe_load(file)
        self.operations = {}
        for route, item in self.tree["paths"].items():
            for method, operation in item.items():
                if method in ("get", "put", "post", "delete", "patch", "head", "options"):
                    self._add(route, method, item, operation)

    def _add(self, route, method, item, operation):
        body = self.resolve(operation.get("requestBody", {}))
        responses = {status: self.resolve(response) for status, response in operation["responses"].items()}
        name = operation["operationId"]
        if name in self.operations:
            raise ValueError(f"operationId {name} stands twice")
        self.operations[name] = Operation(
            name, method.upper(), route, [self.resolve(one) for one in item.get("parameters", []) + operation.get("parameters", [])],
            {media: content["schema"] for media, content in body.get("content", {}).items()}, body.get("required", False),
            responses, operation.get("security", self.tree.get("security", [])))

    def resolve(self, node):
        """What a reference points at; anything else as it is."""
        while isinstance(node, dict) and set(node) == {"$ref"}:
            node = self.at(node["$ref"])
        return node

    def at(self, reference):
        node = self.tree
        for part in reference.removeprefix("#/").split("/"):
            node = node[part.replace("~1", "/").replace("~0", "~")]
        return node

    # -------------------------------------------------------------------------------------------------- closed
    def open_objects(self):
        """Places of object schemas that let unknown fields in without saying so."""
        found = []

        def walk(node, place):
            if isinstance(node, dict):
                if node.get("type") == "object" and not self._closed(node):
                    found.append(place)
                for key, value in node.items():
                    if key not in ("example", "examples"):
                        walk(value, f"{place}/{key}")
            elif isinstance(node, list):
                for number, value in enumerate(node):
                    walk(value, f"{place}/{number}")

        walk(self.tree["paths"], "#/paths")
        walk(self.tree["components"], "#/components")
        return found

    @staticmethod
    def _closed(schema):
        rest = schema.get("additionalProperties")
        if rest is False or schema.get("x-open") is True:
            return True
        if "properties" not in schema:
            return isinstance(rest, dict)  # a map: every value is described
        return isinstance(rest, dict) and "Unknown fields are ignored" in schema.get("description", "")

    # ------------------------------------------------------------------------------------------------ validation
    def errors(self, value, schema, place=""):
        """Every way in which a value is not what the schema says, each with its place."""
        out = []
        if "$ref" in schema:
            out += self.errors(value, self.at(schema["$ref"]), place)
        for keyword, wanted in schema.items():
            if keyword in ANNOTATIONS or keyword in ("$ref", "properties", "additionalProperties", "required"):
                continue
            check = CHECKS.get(keyword)
            if check is None:
                out.append(f"{place or '/'}: the validator does not know '{keyword}'")
            elif not check(value, wanted):
                out.append(f"{place or '/'}: {value!r:.80} breaks {keyword} {wanted!r:.80}")
        if isinstance(value, dict):
            out += self._members(value, schema, place)
        if isinstance(value, list) and "items" in schema:
            for number, item in enumerate(value):
                out += self.errors(item, schema["items"], f"{place}/{number}")
        if "not" in schema and not self.errors(value, schema["not"], place):
            out.append(f"{place or '/'}: {value!r:.80} is what must not be")
        return out

    def _members(self, value, schema, place):
        out = [f"{place}/{name}: is required and missing" for name in schema.get("required", ()) if name not in value]
        properties, rest = schema.get("properties", {}), schema.get("additionalProperties", True)
        for name, member in value.items():
            if name in properties:
                out += self.errors(member, properties[name], f"{place}/{name}")
            elif rest is False:
                out.append(f"{place}/{name}: is not described")
            elif isinstance(rest, dict):
                out += self.errors(member, rest, f"{place}/{name}")
            if "propertyNames" in schema:
                out += self.errors(name, schema["propertyNames"], f"{place}/{name}")
        return out


def _is_type(value, wanted):
    for name in wanted if isinstance(wanted, list) else [wanted]:
        if isinstance(value, bool):
            if name == "boolean":
                return True
        elif name == "integer" and isinstance(value, float):
            if math.isfinite(value) and value == int(value):
                return True
        elif isinstance(value, TYPES[name]):
            return True
    return False


def _is_format(value, wanted):
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        return True
    try:
        if wanted == "uuid":
            return str(uuid.UUID(value)) == value
        if wanted == "date-time":
            datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
            return bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value))
        if wanted == "int64":
            return -2**63 <= value < 2**63
        if wanted == "uri":
            return bool(urllib.parse.urlsplit(value).scheme)
        if wanted == "email":
            return bool(re.fullmatch(r"[^@\s]+@[^@\s]+", value))
    except ValueError:
        return False
    raise ValueError(f"the validator does not know the format {wanted}")


def _numbers(check):
    return lambda value, wanted: isinstance(value, bool) or not isinstance(value, (int, float)) or check(value, wanted)


def _sized(kind, check):
    return lambda value, wanted: not isinstance(value, kind) or check(len(value), wanted)


def _distinct(value, wanted):
    return not wanted or not isinstance(value, list) or len({repr(item) for item in value}) == len(value)


CHECKS = {
    "type": _is_type,
    "format": _is_format,
    "enum": lambda value, wanted: any(value == one and type(value) is type(one) for one in wanted),
    "const": lambda value, wanted: value == wanted and type(value) is type(wanted),
    "pattern": lambda value, wanted: not isinstance(value, str) or re.search(wanted.replace("$", r"\Z"), value) is not None,
    "minimum": _numbers(lambda value, wanted: value >= wanted),
    "maximum": _numbers(lambda value, wanted: value <= wanted),
    "minLength": _sized(str, lambda size, wanted: size >= wanted),
    "maxLength": _sized(str, lambda size, wanted: size <= wanted),
    "minItems": _sized(list, lambda size, wanted: size >= wanted),
    "maxItems": _sized(list, lambda size, wanted: size <= wanted),
    "minProperties": _sized(dict, lambda size, wanted: size >= wanted),
    "maxProperties": _sized(dict, lambda size, wanted: size <= wanted),
    "uniqueItems": _distinct,
    # Walked where the members and items are:
    "items": lambda value, wanted: True,
    "propertyNames": lambda value, wanted: True,
    "not": lambda value, wanted: True,
}
