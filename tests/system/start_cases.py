"""What PPS refuses to start on, and how it says so."""

import base64
import json
import socket
import subprocess

from demo import Demo, plain_environment
from shop import Case


class StartTest(Case):
    @classmethod
    def setUpClass(cls):
        cls.demo = Demo(cls.shop.demo.programs).__enter__()
        cls.config = cls.demo.folder / "pps.toml"

    @classmethod
    def tearDownClass(cls):
        cls.demo.end()

    def refuses(self, *words, settings=(), config=None):
        arguments = [str(self.demo.programs / "pps"), "serve", "--config", str(config or self.config)]
        for setting in settings:
            arguments += ["--set", setting]
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=30, check=False, env=plain_environment())
        self.assertIn(done.returncode, (1, 2), done)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_starts_only_on_what_it_may(self):
        self.refuses("in use by another process", "storage.in_use", settings=["public.port=0"])
        self.demo.kill_pps()
        self.refuses("4 shards", "storage.shard_count", settings=["storage.shards=8"])
        with socket.create_server(("127.0.0.1", int(self.demo.url.rsplit(":", 1)[1]))):
            self.refuses("net.address_in_use")
        self.demo.serve_again()

    def command(self, *arguments):
        return subprocess.run([str(self.demo.programs / "pps"), *arguments, "--data", str(self.demo.folder)], capture_output=True,
                              text=True, timeout=60, check=False, env=plain_environment())

    def test_commands_on_a_stopped_shop_use_its_configuration_and_run_no_purchase(self):
        """Else a token would name another issuer, and purchases would go on against another provider."""
        email = "ada@example.com"
        self.demo.kill_pps()
        token = self.command("user", "token", email)
        self.assertEqual(token.returncode, 0, token)
        claims = token.stdout.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        self.assertEqual(claims["iss"], self.demo.origin)
        unlocked = self.command("user", "unlock", email)
        self.assertEqual(unlocked.returncode, 0, unlocked)
        unknown = self.command("user", "unlock", "nobody@example.com")
        self.assertEqual(unknown.returncode, 2, unknown)
        self.assertIn("user.not_found", unknown.stderr)
        refused = self.command("user", "unlock", email, "--set", "public.port=x")
        self.assertEqual(refused.returncode, 2, refused)
        self.assertIn("public.port", refused.stderr)
        routes = self.command("routes")
        self.assertIn("server.not_running", routes.stderr)
        self.demo.serve_again()
        self.assertEqual(self.demo.call("GET", "/api/auth/me", token=token.stdout.strip()).status, 200)

    def test_a_trusted_proxy_says_who_calls(self):
        """Wrong passwords are counted for the network that the proxy names, and only if the proxy is one of ours."""
        self.demo.kill_pps()
        self.demo.overrides += ["public.trusted_proxies=127.0.0.1", "auth.address_failures=3", "auth.address_per_minute=0"]
        self.demo.serve_again()

        def guess(number, forwarded, source=None):
            body = {"email": f"user{number}@example.com", "password": "wrong"}
            return self.demo.call("POST", "/api/auth/login", body, {"X-Forwarded-For": forwarded}, source=source).status

        for number in range(3):
            self.assertEqual(guess(number, "203.0.113.7"), 401)
        self.assertEqual(guess(4, "203.0.113.7"), 429)
        self.assertEqual(guess(5, "203.0.113.8"), 401, "another network")
        for number in range(6, 9):
            self.assertEqual(guess(number, f"203.0.113.{number}", "127.0.0.2"), 401)
        self.assertEqual(guess(9, "203.0.113.99", "127.0.0.2"), 429, "a stranger's word is not taken")

    def test_names_what_is_wrong_in_the_configuration(self):
        elsewhere = f"data={self.demo.folder}/elsewhere"  # the demo's own folder is in use
        self.refuses("gateway.purchase_per_second", "not a key", settings=[elsewhere, "gateway.purchase_per_second=1"])
        self.refuses("public.port must be 0 to 65535", settings=[elsewhere, "public.port=99999"])
        wrong = self.demo.folder / "wrong.toml"
        kept = self.config.read_text()
        wrong.write_text(kept + "\n[gateway]\nunheard_of = 1\n")
        self.refuses(f"wrong.toml:{kept.count(chr(10)) + 3}", "gateway.unheard_of", settings=[elsewhere], config=wrong)
        self.refuses("payment.secret_key", "sk_", settings=[elsewhere, "payment.secret_key="])
        self.refuses("payment.webhook_secret", "whsec_", settings=[elsewhere, "payment.webhook_secret="])
        self.refuses("public.trusted_proxies", "10.0.0.0/8", settings=[elsewhere, "public.trusted_proxies=proxy.example"])
        self.refuses("public.idle_timeout must be 1s to 1h", settings=[elsewhere, "public.idle_timeout=0s"])
        self.refuses("public.max_header_bytes must be 4096 to 1048576", settings=[elsewhere, "public.max_header_bytes=1"])
        self.assertFalse((self.demo.folder / "elsewhere").exists(), "what is refused makes nothing")
        wrong.write_text("data =\n")
        self.refuses("wrong.toml:1", "config.syntax", config=wrong)
