"""A demo of its own for a whole-system test: PPS, paysim and fulfilment as three processes in a folder of their own."""

import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse
import uuid


def free_ports(count):
    """Ports that nobody listens on now; all are held until all are found, so that they differ."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


class Answer:
    """What an HTTP request was answered. `headers` has lower-case names; `all(name)` gives repeated ones."""

    def __init__(self, status, headers, body):
        self.status, self.pairs, self.body = status, headers, body
        self.headers = {name.lower(): value for name, value in headers}

    def all(self, name):
        return [value for known, value in self.pairs if known.lower() == name.lower()]

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The stable code of a problem."""
        return self.json["code"]

    def __repr__(self):
        return f"<{self.status} {self.headers.get('content-type', '-')} {self.body[:600]!r}>"


def call(url, method, path, body=None, headers=None, token=None, timeout=30, source=None):
    """One request on a connection of its own. `body`: bytes or text as they are, anything else as JSON.

    `source`: the address to call from, such as 127.0.0.2, for what is limited by address.
    """
    headers = dict(headers or {})
    if body is not None and not isinstance(body, (bytes, str)):
        body = json.dumps(body)
        headers.setdefault("Content-Type", "application/json")
    if isinstance(body, str):
        body = body.encode()
    if token:
        headers["Authorization"] = "Bearer " + token
    address = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout, (source, 0) if source else None)
    try:
        connection.request(method, path, body=body, headers=headers)
        reply = connection.getresponse()
        return Answer(reply.status, reply.getheaders(), reply.read())
    finally:
        connection.close()


def events(url, path, token, last_event_id=None, timeout=60):
    """Server-sent events as (id, event, data) until the stream ends; data is read as JSON."""
    headers = {"Authorization": "Bearer " + token, "Accept": "text/event-stream"}
    if last_event_id is not None:
        headers["Last-Event-ID"] = str(last_event_id)
    address = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=timeout)
    try:
        connection.request("GET", path, headers=headers)
        reply = connection.getresponse()
        if reply.status != 200:
            raise AssertionError(f"events of {path}: {Answer(reply.status, reply.getheaders(), reply.read())}")
        fields = {}
        for line in reply:
            line = line.decode().rstrip("\n")
            if line and not line.startswith(":"):
                name, _, value = line.partition(": ")
                fields[name] = value
            elif not line and "data" in fields:
                yield fields.get("id"), fields.get("event"), json.loads(fields["data"])
                fields = {}
    finally:
        connection.close()


def plain_environment():
    """Ours, without what `pps` would take for its configuration."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PPS_")}


def new_key():
    return str(uuid.uuid4())


class Demo:
    """`pps demo --json` on free ports. A context manager: ends what it started.

    A process that dies stays dead, so that a test can kill one and see; `serve_again` starts PPS anew.
    """

    def __init__(self, programs, overrides=(), data=None, keep=False, catalogue="none"):
        self.programs = pathlib.Path(programs).resolve()
        self.overrides = list(overrides)
        self.folder = pathlib.Path(data or tempfile.mkdtemp(prefix="pps-"))
        self.keep, self.catalogue = keep, str(catalogue)
        self.tokens = {}
        self.served = None
        self.process = None

    def __enter__(self):
        port, paysim, fulfilment = free_ports(3)
        arguments = [str(self.programs / "pps"), "demo", "--json", "--data", str(self.folder), "--port", str(port), "--paysim-port",
                     str(paysim), "--fulfilment-port", str(fulfilment), "--catalogue", self.catalogue]
        for override in self.overrides:
            arguments += ["--set", override]
        self.errors = open(self.folder / "demo.log", "ab")
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=self.errors, stdin=subprocess.DEVNULL)
        line = self.process.stdout.readline()
        if not line:
            report = self.logs()
            self.end()
            raise RuntimeError("the demo did not start\n" + report)
        self.about = json.loads(line)
        self.url = f"http://127.0.0.1:{port}"
        self.origin = self.about["url"]
        self.paysim_url = f"http://127.0.0.1:{paysim}"
        self.fulfilment_url = f"http://127.0.0.1:{fulfilment}"
        self.pids = dict(self.about["pids"])
        self.data = self.about["data"]["pps"]
        return self

    def __exit__(self, *failure):
        self.end()
        return False

    def end(self):
        for process in (self.served, self.process):
            if process and process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in (self.served, self.process):
            if not process:
                continue
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self.process and self.process.stdout:
            self.process.stdout.close()
        self.errors.close()
        if not self.keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def logs(self, lines=60):
        """The ends of what the programs wrote, for a failure's report."""
        text = ""
        for path in [self.folder / "demo.log", *sorted(self.folder.glob("*/log"))]:
            if path.is_file():
                text += f"--- {path.name} of {path.parent.name}\n" + "\n".join(
                    path.read_text(errors="replace").splitlines()[-lines:]) + "\n"
        return text

    # ------------------------------------------------------------------------------------------------- processes
    def kill_pps(self):
        """kill -9: nothing is said, nothing is written."""
        os.kill(self.served.pid if self.served else self.pids["pps"], signal.SIGKILL)
        if self.served:
            self.served.wait()
        wait_for(lambda: not self.answers("/livez"), 10, "PPS to be gone")

    def ended(self):
        """Whether PPS is gone, killed or by itself."""
        if self.served:
            return self.served.poll() is not None
        return not pathlib.Path(f"/proc/{self.pids['pps']}/exe").exists()

    def serve_again(self):
        """Starts PPS on the same data; seconds until it is ready."""
        arguments = [str(self.programs / "pps"), "serve", "--config", str(self.folder / "pps.toml")]
        for override in self.overrides:
            arguments += ["--set", override]
        began = time.monotonic()
        with open(self.folder / "pps" / "log", "ab") as log:
            self.served = subprocess.Popen(arguments, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=plain_environment())
        wait_for(lambda: self.served.poll() is None and self.answers("/readyz"), 60, "PPS to be ready again", pause=0.005)
        return time.monotonic() - began

    def answers(self, path):
        try:
            return self.call("GET", path, timeout=5).status == 200
        except (OSError, http.client.HTTPException):
            return False

    def command(self, *arguments, stdin=None):
        """A `pps` command on this demo's data; its standard output."""
        done = subprocess.run([str(self.programs / "pps"), *arguments, "--data", self.data], input=stdin, capture_output=True,
                              text=True, timeout=120, check=False, env=plain_environment())
        if done.returncode != 0:
            raise AssertionError(f"pps {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    # -------------------------------------------------------------------------------------------------- requests
    def call(self, method, path, body=None, headers=None, token=None, timeout=30, source=None):
        return call(self.url, method, path, body, headers, token, timeout, source)

    def events(self, path, token, last_event_id=None, timeout=60):
        return events(self.url, path, token, last_event_id, timeout)

    def import_users(self, users):
        """Verified accounts, made offline: [{email, password, name, roles}]."""
        self.command("user", "import", "-", stdin="".join(json.dumps(user) + "\n" for user in users))

    def token(self, email):
        """An access token of an account, at most four minutes old (it lives for five)."""
        kept = self.tokens.get(email)
        if not kept or time.monotonic() - kept[1] > 240:
            kept = self.tokens[email] = self.command("user", "token", email).strip(), time.monotonic()
        return kept[0]

    def buy(self, token, lines, payment_method="pm_card_visa", key=None, total=None, address=None):
        """POST /api/purchases; without `total` at the price of now."""
        asked = [{"sku": sku, "quantity": quantity} for sku, quantity in lines]
        if total is None:
            total = self.call("POST", "/api/baskets/price", {"lines": asked}).json["total"]
        body = {"lines": asked, "payment_method": payment_method, "expected_total": total}
        if address:
            body["shipping_address"] = address
        return self.call("POST", "/api/purchases", body, {"Idempotency-Key": key or new_key()}, token)

    def purchase(self, token, purchase_id):
        return self.call("GET", f"/api/purchases/{purchase_id}", token=token).json

    def wait_final(self, token, purchase_id, seconds=60):
        """The purchase once it is final, with every line's delivery."""
        def final():
            purchase = self.purchase(token, purchase_id)
            done = purchase["status"] in ("completed", "cancelled", "failed")
            lines = all(line["fulfilment"]["status"] in ("released", "cancelled", "refunded", "pending") for line in purchase["lines"])
            return purchase if done and lines else None
        return wait_for(final, seconds, f"purchase {purchase_id} to be final")


def wait_for(condition, seconds, what, pause=0.05):
    """The first true value of `condition`; AssertionError when it takes longer than `seconds`."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(pause)
