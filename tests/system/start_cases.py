"""What PPS refuses to start on, and how it says so."""

import socket
import subprocess

from demo import Demo
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
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=30, check=False)
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

    def test_names_what_is_wrong_in_the_configuration(self):
        elsewhere = f"data={self.demo.folder}/elsewhere"  # the demo's own folder is in use
        self.refuses("gateway.purchase_per_second", "not a key", settings=[elsewhere, "gateway.purchase_per_second=1"])
        self.refuses("public.port must be 0 to 65535", settings=[elsewhere, "public.port=99999"])
        wrong = self.demo.folder / "wrong.toml"
        kept = self.config.read_text()
        wrong.write_text(kept + "\n[gateway]\nunheard_of = 1\n")
        self.refuses(f"wrong.toml:{kept.count(chr(10)) + 3}", "gateway.unheard_of", settings=[elsewhere], config=wrong)
        wrong.write_text("data =\n")
        self.refuses("wrong.toml:1", "config.syntax", config=wrong)
