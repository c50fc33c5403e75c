"""Calls by operation: each request and each reply is held against api/openapi.yaml, and everything that does not fit is kept."""

import copy
import json
import re
import urllib.parse

from demo import call

# What any operation may answer (api/openapi.yaml, info.description).
EVERYWHERE = {"400": {"request.malformed"}, "405": {"method.not_allowed"}, "413": {"body.too_large"}, "429": {"rate.limited"},
              "503": {"overloaded", "unavailable", "storage.full"}, "500": {"internal"}}


class Calls:
    def __init__(self, document, url):
        self.document, self.url = document, url
        self.mismatches = []
        self.answered = {}  # operation -> statuses that were checked
        self.last = {}  # operation -> how it was called when it went well

    def note(self, operation, what):
        self.mismatches.append(f"{operation.id} ({operation.method} {operation.path}): {what}")

    def __call__(self, name, *, expect, path=(), query=(), body=None, media=None, headers=None, token=None, valid=True, timeout=30):
        """One call. `expect` is its status; `valid`: the request itself must be what the document describes."""
        operation = self.document.operations[name]
        values = list(path)
        target = re.sub(r"\{[^}]+\}", lambda _: urllib.parse.quote(str(values.pop(0)), safe=""), operation.path)
        if query:
            target += "?" + urllib.parse.urlencode(query)
        headers = dict(headers or {})
        if media is None and operation.body:
            media = next(iter(operation.body))
        if valid:
            self.check_request(operation, path, query, body, headers, media)
        sent = body
        if body is not None:
            headers["Content-Type"] = media
            if not isinstance(body, (str, bytes)):
                sent = urllib.parse.urlencode(body) if "urlencoded" in media else json.dumps(body)
        answer = call(self.url, operation.method, target, sent, headers, token, timeout)
        self.answered.setdefault(name, set()).add(answer.status)
        if answer.status != expect:
            self.note(operation, f"answers {answer.status} instead of {expect}: {answer.body[:300]!r}")
        elif answer.status < 400 and valid:
            self.last[name] = {"path": path, "query": query, "body": body, "headers": headers, "token": token, "media": media}
        self.check_reply(operation, answer)
        return answer

    # ------------------------------------------------------------------------------------------------- requests
    def check_request(self, operation, path, query, body, headers, media):
        given = {("query", name): value for name, value in query} | {("header", name.lower()): value for name, value in headers.items()}
        names = re.findall(r"\{([^}]+)\}", operation.path)
        given |= {("path", name): value for name, value in zip(names, path)}
        described = {(one["in"], one["name"].lower() if one["in"] == "header" else one["name"]): one for one in operation.parameters}
        for key, one in described.items():
            if one.get("required") and key not in given:
                self.note(operation, f"the test leaves out {key}")
            if key in given:
                schema = one["schema"]
                value = given[key] if schema.get("type") != "array" else [given[key]]
                if schema.get("type") == "integer":
                    value = int(value)
                if schema.get("type") == "boolean":
                    value = {"true": True, "false": False}.get(value, value)
                for error in self.document.errors(value, schema):
                    self.note(operation, f"the test sends {key}: {error}")
        for key in given:
            if key not in described and key[0] != "header" and not key[1].startswith("attr."):
                self.note(operation, f"the test sends {key}, which is not described")
        if body is not None:
            if media not in operation.body:
                self.note(operation, f"the test sends {media}")
            elif not isinstance(body, (str, bytes)):
                for error in self.document.errors(body, operation.body[media]):
                    self.note(operation, f"the test sends {error}")

    # -------------------------------------------------------------------------------------------------- replies
    def check_reply(self, operation, answer):
        status = str(answer.status)
        described = operation.responses.get(status)
        if described is None:
            described = self.general(operation, status, answer)
            if described is None:
                return
        for name, header in described.get("headers", {}).items():
            value = answer.headers.get(name.lower())
            if value is None and name != "Set-Cookie":
                self.note(operation, f"{status} without the header {name}")
            elif value is not None:
                schema = self.document.resolve(header).get("schema", {})
                for error in self.document.errors(int(value) if schema.get("type") == "integer" else value, schema):
                    self.note(operation, f"{status}, header {name}: {error}")
        content = described.get("content", {})
        media = answer.headers.get("content-type", "").split(";")[0]
        if not content:
            if answer.body:
                self.note(operation, f"{status} has a body: {answer.body[:100]!r}")
            return
        if media not in content:
            self.note(operation, f"{status} is {media or 'nothing'}, not {' or '.join(content)}: {answer.body[:200]!r}")
            return
        if media in ("application/json", "application/problem+json"):
            self.check_json(operation, status, described, content[media].get("schema", {}), answer)

    def general(self, operation, status, answer):
        if status in EVERYWHERE:
            return {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
                    "x-codes": sorted(EVERYWHERE[status])}
        self.note(operation, f"answers {status}, which is not described: {answer.body[:300]!r}")
        return None

    def check_json(self, operation, status, described, schema, answer):
        try:
            value = answer.json
        except ValueError:
            self.note(operation, f"{status} is not JSON: {answer.body[:200]!r}")
            return
        for error in self.document.errors(value, schema):
            self.note(operation, f"{status}: {error}")
        codes = described.get("x-codes")
        if codes and isinstance(value, dict) and value.get("code") not in set(codes) | EVERYWHERE.get(status, set()):
            self.note(operation, f"{status} with code {value.get('code')}, which is not one of {', '.join(codes)}")

    # --------------------------------------------------------------------------------------------------- sweeps
    def refusals(self, stranger, stranger_scopes):
        """Every operation again as it went well: without a token, without the scope, with an unknown field, and as text."""
        for name, last in list(self.last.items()):
            operation = self.document.operations[name]
            last = {**last, "valid": False}
            if operation.scope is not None:
                self(name, **{**last, "token": None}, expect=401)
                if operation.scope and operation.scope not in stranger_scopes:
                    self(name, **{**last, "token": stranger}, expect=403)
            if "415" in operation.responses and last["body"] is not None:
                self(name, **{**last, "media": "text/plain"}, expect=415)
            if isinstance(last["body"], dict):
                for path in self.closed_objects(last["body"], operation.body.get("application/json", {})):
                    self.unknown_field(name, operation, last, path)

    def closed_objects(self, value, schema, path=()):
        """Where in a body objects stand that may have no other fields than the document names."""
        schema = self.document.resolve(schema)
        if isinstance(value, dict):
            if schema.get("additionalProperties") is False:
                yield path
            for key, inner in value.items():
                described = schema.get("properties", {}).get(key, schema.get("additionalProperties"))
                if isinstance(described, dict):
                    yield from self.closed_objects(inner, described, (*path, key))
        if isinstance(value, list) and value and "items" in schema:
            yield from self.closed_objects(value[0], schema["items"], (*path, 0))

    def unknown_field(self, name, operation, last, path):
        body = copy.deepcopy(last["body"])
        place = body
        for step in path:
            place = place[step]
        place["unheard_of"] = 1
        pointer = "".join(f"/{step}" for step in (*path, "unheard_of"))
        answer = self(name, **{**last, "body": body}, expect=422)
        if answer.status == 422 and not any(error["code"] == "field.unknown" and error["pointer"] == pointer
                                            for error in answer.json.get("errors", [])):
            self.note(operation, f"does not name the unknown field {pointer}: {answer.body[:300]!r}")
