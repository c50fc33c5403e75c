"""Mail over SMTP, to a server that speaks the protocol and refuses one address."""

import re
import socketserver
import threading

from demo import Demo, wait_for
from shop import PASSWORD, Case

GONE = "gone@example.com"


class Smtp(socketserver.ThreadingTCPServer):
    """Takes mail for everybody but GONE (RFC 5321)."""

    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Conversation)
        self.taken, self.refused = [], 0


class Conversation(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        self.say("220 mail.example")
        to = []
        for line in self.rfile:
            verb = line.decode().strip()
            if verb.upper().startswith(("EHLO", "HELO")):
                self.say("250-mail.example\r\n250 8BITMIME")
            elif verb.upper().startswith("MAIL"):
                to = []
                self.say("250 ok")
            elif verb.upper().startswith("RCPT"):
                if GONE in verb:
                    self.server.refused += 1
                    self.say("550 no such mailbox")
                else:
                    to.append(verb)
                    self.say("250 ok")
            elif verb.upper() == "DATA":
                self.say("354 go on")
                self.server.taken.append((to, self.message()))
                self.say("250 taken")
            elif verb.upper() == "QUIT":
                return self.say("221 bye")
            else:
                self.say("502 not here")

    def message(self):
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                return b"".join(lines).decode()
            lines.append(line[1:] if line.startswith(b".") else line)
        return ""


class MailTest(Case):
    @classmethod
    def setUpClass(cls):
        cls.smtp = Smtp()
        threading.Thread(target=cls.smtp.serve_forever, daemon=True).start()
        cls.demo = Demo(cls.shop.demo.programs, [f"notifications.smtp_url=smtp://127.0.0.1:{cls.smtp.server_address[1]}"]).__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.demo.end()
        cls.smtp.shutdown()
        cls.smtp.server_close()

    def register(self, email):
        answer = self.demo.call("POST", "/api/auth/register", {"email": email, "password": PASSWORD, "name": "Grace"})
        self.assertEqual(answer.status, 202, answer)

    def test_a_mail_arrives_and_one_refused_for_good_is_given_up(self):
        self.register(GONE)
        self.register("grace@example.com")
        wait_for(lambda: self.smtp.taken, 20, "the mail to arrive")
        to, message = self.smtp.taken[0]
        self.assertIn("<grace@example.com>", to[0])
        self.assertIn("Subject: Confirm your e-mail address", message)
        self.assertRegex(message, r"Message-ID: <[A-Za-z0-9_-]+@")
        token = re.search(r"token=([A-Za-z0-9_.-]+)", message)
        self.assertTrue(token, message)
        verified = self.demo.call("POST", "/api/auth/verify-email", {"token": token[1]})
        self.assertIn(verified.status, (200, 204), verified)
        wait_for(lambda: "mail.given_up" in self.demo.logs(), 20, "the other mail to be given up")
        self.assertEqual(self.smtp.refused, 1)
        self.assertEqual(len(self.smtp.taken), 1)
