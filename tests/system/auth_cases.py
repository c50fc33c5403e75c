"""Accounts, sessions and tokens."""

import pathlib
import re

from demo import wait_for
from shop import PASSWORD, Case

LAST = "buyer39@example.com"


class AuthTest(Case):
    def login(self, email=LAST, password=PASSWORD, headers=None, source=None, **more):
        return self.shop.post("/api/auth/login", {"email": email, "password": password, **more}, headers=headers, source=source)

    def refresh(self, token):
        return self.shop.post("/api/auth/refresh", {"refresh_token": token})

    def test_sign_up_by_mail(self):
        body = {"email": "new@example.com", "password": PASSWORD, "name": "New Buyer"}
        answer = self.shop.post("/api/auth/register", body)
        self.assertEqual((answer.status, answer.json), (202, {"status": "verification_sent"}))
        self.refused(self.login("new@example.com"), 401, "auth.invalid_credentials")
        inbox = pathlib.Path(self.shop.demo.data) / "mail" / "new"
        mail = wait_for(lambda: next((path for path in inbox.glob("*") if "new@example.com" in path.read_text()), None), 10, "the mail")
        text = re.sub(r"=\r?\n", "", mail.read_text()).replace("=3D", "=")
        token = re.search(r"/verify-email\?token=([A-Za-z0-9_-]+)", text).group(1)
        self.assertEqual(self.shop.post("/api/auth/verify-email", {"token": token}).status, 204)
        self.refused(self.shop.post("/api/auth/verify-email", {"token": token}), 400, "verification.invalid")
        self.assertEqual(self.login("new@example.com").status, 200)

    def test_tokens_are_used_once(self):
        first = self.login()
        self.assertEqual(first.status, 200, first)
        me = self.shop.get("/api/auth/me", first.json["access_token"])
        self.assertEqual((me.status, me.json["email"]), (200, LAST), me)
        second = self.refresh(first.json["refresh_token"])
        third = self.refresh(second.json["refresh_token"])
        self.assertEqual((second.status, third.status), (200, 200))
        # The first comes again: somebody else has it. The whole session ends.
        self.refused(self.refresh(first.json["refresh_token"]), 401, "auth.refresh_invalid")
        self.refused(self.refresh(third.json["refresh_token"]), 401, "auth.refresh_invalid")
        wait_for(lambda: self.shop.get("/api/auth/me", third.json["access_token"]).status == 401, 1.5, "the session to end")

    def test_the_cookie_belongs_to_our_page_alone(self):
        ours = {"Origin": self.shop.demo.origin}
        self.refused(self.login(session="cookie", headers={"Origin": "http://evil.example"}), 403, "auth.origin_refused")
        answer = self.login(session="cookie", headers=ours)
        self.assertEqual(answer.status, 200, answer)
        self.assertNotIn("refresh_token", answer.json)
        cookie = answer.headers["set-cookie"]
        for part in ("pps_refresh=", "HttpOnly", "SameSite=Strict", "Path=/api/auth"):
            self.assertIn(part, cookie)
        pair = {"Cookie": cookie.split(";")[0]}
        self.refused(self.shop.post("/api/auth/refresh", {}, headers={**pair, "Origin": "http://evil.example"}), 403, "auth.origin_refused")
        self.refused(self.shop.post("/api/auth/refresh", {}, headers=pair), 403, "auth.origin_refused")
        again = self.shop.post("/api/auth/refresh", {}, headers={**pair, **ours})
        self.assertEqual(again.status, 200, again)
        self.assertNotIn("refresh_token", again.json)
        self.assertNotEqual(again.headers["set-cookie"].split(";")[0], pair["Cookie"])

        token = again.json["access_token"]
        out = self.shop.post("/api/auth/logout", token=token)
        self.assertEqual(out.status, 204, out)
        self.assertIn("Max-Age=0", out.headers["set-cookie"])
        wait_for(lambda: self.shop.get("/api/auth/me", token).status == 401, 1.5, "the token to be refused")
        last = {"Cookie": again.headers["set-cookie"].split(";")[0], **ours}
        self.refused(self.shop.post("/api/auth/refresh", {}, headers=last), 401, "auth.refresh_invalid")

    def test_wrong_passwords_wait(self):
        email = "buyer38@example.com"
        elsewhere = "127.0.0.2"  # attempts are limited by address too
        for _ in range(4):
            refused = self.login(email, "not the password of it", source=elsewhere)
            self.refused(refused, 401, "auth.invalid_credentials")
            self.assertIn("www-authenticate", refused.headers)
        self.login(email, "not the password of it", source=elsewhere)
        waits = self.login(email, source=elsewhere)
        self.refused(waits, 429, "auth.throttled")
        self.assertGreaterEqual(int(waits.headers["retry-after"]), 1)

    def test_clients_have_tokens_of_their_own(self):
        made = dict(line.split("=", 1) for line in
                    self.shop.demo.command("client", "add", "warehouse", "--scope", "inventory:write").split())
        import base64
        basic = "Basic " + base64.b64encode(f"{made['client_id']}:{made['client_secret']}".encode()).decode()
        form = {"Authorization": basic, "Content-Type": "application/x-www-form-urlencoded"}
        answer = self.shop.post("/oauth2/token", "grant_type=client_credentials", headers=form)
        self.assertEqual((answer.status, answer.json["scope"], answer.headers["cache-control"]), (200, "inventory:write", "no-store"), answer)
        token = answer.json["access_token"]
        self.assertEqual(self.shop.get("/api/admin/inventory/mint-box", token).status, 200)
        self.refused(self.shop.get("/api/admin/products", token), 403, "auth.scope_missing")
        known = self.shop.post("/oauth2/introspect", "token=" + token, headers=form)
        self.assertEqual((known.json["active"], known.json["client_id"]), (True, "warehouse"), known)
        self.assertEqual(self.shop.post("/oauth2/revoke", "token=" + token, headers=form).status, 200)
        wait_for(lambda: self.shop.get("/api/admin/inventory/mint-box", token).status == 401, 1.5, "the token to be refused")
        self.assertEqual(self.shop.post("/oauth2/introspect", "token=" + token, headers=form).json, {"active": False})
