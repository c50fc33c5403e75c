"""Every rule of tools/tidy is shown to fail on what it forbids and to pass what is near to it."""

import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from tidy_rules import check, cpp, includes, project, text  # noqa: E402
from tidy_rules.exceptions import EXCEPTIONS, Exemption  # noqa: E402
from tidy_rules.tree import Tree, blank_comments_and_literals  # noqa: E402

HEADERS = ["base/result.hpp", "runtime/runtime.hpp", "net/http.hpp", "storage/table.hpp", "storage/rocksdb/engine.hpp",
           "storage/memory/engine.hpp", "search/index.hpp", "search/xapian/engine.hpp", "cache/cache.hpp", "bus/log.hpp",
           "security/jwt.hpp", "workflow/step.hpp", "simulators/provider.hpp", "app/modules.hpp", "net/tests/help.hpp",
           "services/reply.hpp",
           *(f"services/{name}/{part}.hpp" for name in ("store", "auth")
             for part in ("api", "service", "repository", "http", "client", "module", "ledger"))]


def rules_broken(files, module):
    return [finding.rule for finding in check(Tree(files), module.RULES, exceptions=[])]


def including(includer, included):
    files = {f"src/{header}": "#pragma once\n" for header in HEADERS}
    files[f"src/{includer}"] = f'#include "{included}"\n'
    return rules_broken(files, includes)


class Configuration(unittest.TestCase):
    def broken(self, table, code):
        files = {"docs/guides/configuration.md": f"|key|default|\n|---|---|\n{table}\n", "src/app/settings.cpp": code}
        return [rule for rule in rules_broken(files, project) if rule == "configuration"]

    def test_keys_and_guide_agree_both_ways(self):
        read = 'auto x = config.get_int("public.port", 1, 0, 9);\n'
        self.assertEqual(self.broken("| `public.port` | 8080 |", read), [])
        self.assertEqual(self.broken("| nothing | |", read), ["configuration"])
        self.assertEqual(self.broken("| `public.port`, `public.gone` | |", read), ["configuration"])


class Includes(unittest.TestCase):
    def test_allowed(self):
        for includer, included in [
            ("runtime/a.cpp", "base/result.hpp"),
            ("net/a.cpp", "runtime/runtime.hpp"),
            ("storage/a.cpp", "storage/table.hpp"),
            ("storage/rocksdb/a.cpp", "storage/table.hpp"),
            ("storage/rocksdb/a.cpp", "storage/rocksdb/engine.hpp"),
            ("bus/a.cpp", "storage/table.hpp"),
            ("simulators/paysim/a.cpp", "net/http.hpp"),
            ("app/main.cpp", "storage/rocksdb/engine.hpp"),
            ("app/main.cpp", "services/store/module.hpp"),
            ("services/store/http_admin.cpp", "services/store/api.hpp"),
            ("services/store/http.cpp", "net/http.hpp"),
            ("services/store/client.cpp", "net/http.hpp"),
            ("services/store/service.cpp", "services/auth/api.hpp"),
            ("services/store/service.cpp", "services/store/ledger.hpp"),
            ("services/store/service.cpp", "services/store/repository.hpp"),
            ("services/store/service.cpp", "cache/cache.hpp"),
            ("services/store/repository.cpp", "storage/table.hpp"),
            ("services/store/module.cpp", "storage/rocksdb/engine.hpp"),
            ("services/store/module.cpp", "services/store/http.hpp"),
            ("services/store/tests/a_test.cpp", "storage/memory/engine.hpp"),
            ("services/store/api.hpp", "services/reply.hpp"),
            ("services/shared.hpp", "base/result.hpp"),
        ]:
            with self.subTest(includer=includer, included=included):
                self.assertEqual(including(includer, included), [])

    def test_refused(self):
        for includer, included in [
            ("base/a.cpp", "runtime/runtime.hpp"),
            ("runtime/a.cpp", "net/http.hpp"),
            ("net/a.cpp", "storage/table.hpp"),
            ("storage/a.cpp", "services/store/api.hpp"),
            ("storage/a.cpp", "storage/rocksdb/engine.hpp"),
            ("storage/rocksdb/a.cpp", "storage/memory/engine.hpp"),
            ("search/a.cpp", "cache/cache.hpp"),
            ("workflow/a.cpp", "net/http.hpp"),
            ("simulators/paysim/a.cpp", "storage/table.hpp"),
            ("simulators/paysim/a.cpp", "services/store/api.hpp"),
            ("services/store/a.cpp", "app/modules.hpp"),
            ("services/store/service.cpp", "net/http.hpp"),
            ("services/store/service.cpp", "services/auth/service.hpp"),
            ("services/store/service.cpp", "services/store/http.hpp"),
            ("services/store/service.cpp", "services/store/module.hpp"),
            ("services/store/service.cpp", "storage/rocksdb/engine.hpp"),
            ("services/store/module.cpp", "services/auth/client.hpp"),
            ("services/store/http.cpp", "services/store/service.hpp"),
            ("services/store/http.cpp", "services/store/repository.hpp"),
            ("services/store/http.cpp", "storage/table.hpp"),
            ("services/store/client.cpp", "services/store/service.hpp"),
            ("services/store/repository.cpp", "net/http.hpp"),
            ("services/store/repository.cpp", "search/index.hpp"),
            ("services/store/repository.cpp", "services/store/service.hpp"),
            ("services/store/api.hpp", "storage/table.hpp"),
            ("services/store/api.hpp", "services/store/service.hpp"),
            ("services/store/a.cpp", "net/tests/help.hpp"),
            ("services/shared.hpp", "net/http.hpp"),
            ("services/shared.hpp", "services/store/api.hpp"),
            ("strange/a.cpp", "base/result.hpp"),
            ("net/a.cpp", "http.hpp"),
        ]:
            with self.subTest(includer=includer, included=included):
                self.assertEqual(including(includer, included), ["include"])

    def test_heavy_headers_stay_in_sources(self):
        for header in ("boost/beast/http.hpp", "boost/json.hpp", "rocksdb/db.h", "xapian.h", "pugixml.hpp", "openssl/evp.h", "iostream"):
            line = f"#include <{header}>\n"
            with self.subTest(header=header):
                self.assertEqual(rules_broken({"src/net/a.hpp": line}, includes), ["heavy-header"])
                self.assertEqual(rules_broken({"src/net/a.cpp": line, "src/net/tests/a.hpp": line}, includes), [])
        self.assertEqual(rules_broken({"src/net/a.hpp": "#include <boost/json/fwd.hpp>\n#include <string>\n"}, includes), [])

    def test_a_commented_include_counts_not(self):
        self.assertEqual(rules_broken({"src/base/a.cpp": '// #include "net/http.hpp"\n'}, includes), [])


class Cpp(unittest.TestCase):
    def test_sources_of_the_outside_world(self):
        for rule, line in [
            ("time", "auto t = std::chrono::system_clock::now();"),
            ("time", "auto t = steady_clock::now();"),
            ("time", "auto t = ::time(nullptr);"),
            ("time", "boost::asio::steady_timer timer(executor);"),
            ("random", "std::random_device device;"),
            ("random", "int r = rand();"),
            ("random", "RAND_bytes(out, 16);"),
            ("thread", "std::thread worker(run);"),
            ("thread", "std::this_thread::sleep_for(1s);"),
            ("thread", "auto f = std::async(run);"),
            ("environment", 'auto p = getenv("HOME");'),
            ("socket", "boost::asio::ip::tcp::socket socket(executor);"),
            ("file", 'std::ofstream out("x");'),
            ("file", 'FILE* f = fopen("x", "r");'),
            ("output", "std::cout << 1;"),
            ("output", 'printf("x");'),
        ]:
            with self.subTest(line=line):
                self.assertEqual(rules_broken({"src/services/store/service.cpp": line + "\n"}, cpp), [rule])
                self.assertEqual(rules_broken({"src/services/store/tests/a_test.cpp": line + "\n"}, cpp), [])

    def test_near_misses(self):
        for line in ["auto at = clock.time(order);", "// std::thread is not used", 'log("rand()");', "auto t = created_time(x);",
                     "co_await runtime::sleep_for(runtime, 1s);", "brand(x);", "Operand(x);",
                     "char c = '\"'; f(1'000'000); // rand()", "auto n = runtime.clock.now();", "std::snprintf(a, 1, f);"]:
            with self.subTest(line=line):
                self.assertEqual(rules_broken({"src/services/store/service.cpp": line + "\n"}, cpp), [])

    def test_the_folders_that_may(self):
        may = {"src/runtime/a.cpp": "auto t = steady_clock::now(); std::thread w; std::random_device d;\n",
               "src/net/a.cpp": "asio::ip::tcp::socket s;\n", "src/storage/rocksdb/a.cpp": "std::filesystem::path p;\n",
               "src/simulators/paysim/main.cpp": "std::cerr << 1;\n"}
        self.assertEqual(rules_broken(may, cpp), [])
        self.assertEqual(rules_broken({"tests/simulation/a.cpp": "auto t = steady_clock::now();\n"}, cpp), ["time"])
        self.assertEqual(rules_broken({"tests/crash/a.cpp": "auto t = steady_clock::now();\n"}, cpp), [])

    def test_headers(self):
        self.assertEqual(rules_broken({"src/base/a.hpp": "// why\n\n#pragma once\n"}, cpp), [])
        self.assertEqual(rules_broken({"src/base/a.hpp": "int a;\n#pragma once\n"}, cpp), ["pragma-once"])
        self.assertEqual(rules_broken({"src/base/a.hpp": "#pragma once\nusing namespace std;\n"}, cpp), ["using-namespace"])
        self.assertEqual(rules_broken({"src/base/a.cpp": "using namespace std;\n"}, cpp), [])

    def test_type_names(self):
        for line in ["struct order_line {", "class order : public Base {", "enum class state {", "struct Order_Line {"]:
            with self.subTest(line=line):
                self.assertEqual(rules_broken({"src/base/a.cpp": f"namespace x {{\n{line}\n}}\n}}\n"}, cpp), ["type-name"])
        for line in ["struct OrderLine {", "class Order final : public base::Thing {", "struct std::hash<Order> {", "struct hash<Order> {",
                     "struct tm utc = f();", "enum class State : std::uint8_t {", "template <class t_x> void f() {",
                     "struct tm* p = g(); if (p) {"]:
            with self.subTest(line=line):
                self.assertEqual(rules_broken({"src/base/a.cpp": line + "}\n"}, cpp), [])

    def test_long_function_is_a_warning(self):
        body = "int f(int a) {\n" + "  a++;\n" * 90 + "}\n"
        findings = check(Tree({"src/base/a.cpp": body, "src/base/b.cpp": "int g(int a) {\n  return a;\n}\n"}), cpp.RULES, exceptions=[])
        self.assertEqual([(f.rule, f.path, f.warning) for f in findings], [("long-function", "src/base/a.cpp", True)])

    def test_comments_and_literals_are_blanked_in_place(self):
        blanked = blank_comments_and_literals('a("x\\"y"); // z\n/* 1\n2 */ R"(q\n")" b; #include "k.hpp"\n#include "l.hpp"\n')
        self.assertEqual(blanked.count("\n"), 5)
        self.assertNotIn("x", blanked)
        self.assertNotIn("z", blanked)
        self.assertNotIn("q", blanked)
        self.assertIn(" b; #include", blanked)
        self.assertIn('"l.hpp"', blanked)


class Text(unittest.TestCase):
    def test_whitespace(self):
        for content, rule in [("a \n", "trailing-space"), ("a\r\n", "line-end"), ("a", "line-end"), ("a\n\n", "line-end"),
                              ("\ta\n", "tab")]:
            with self.subTest(content=content):
                self.assertEqual(rules_broken({"src/base/a.cpp": content}, text), [rule])
        self.assertEqual(rules_broken({"Makefile": "a:\n\tb\n", "src/base/empty.cpp": ""}, text), [])

    def test_length(self):
        def lengths(lines):
            findings = check(Tree({"src/base/a.cpp": "x\n" * lines, "data.json": "x\n" * 9999}), text.RULES, exceptions=[])
            return [(f.rule, f.warning) for f in findings]
        self.assertEqual(lengths(500), [])
        self.assertEqual(lengths(501), [("file-length", True)])
        self.assertEqual(lengths(600), [("file-length", True)])
        self.assertEqual(lengths(601), [("file-length", False)])

    def test_marks(self):
        for word in ("TO" + "DO", "FIX" + "ME", "HA" + "CK"):
            self.assertEqual(rules_broken({"docs/a.md": f"a {word}: b\n"}, text), ["mark"])
        self.assertEqual(rules_broken({"tools/a": "mktemp a.XXXXXX # todos\n"}, text), [])

    def test_names_of_machines(self):
        for line in ("see /home/" + "ann/x", "cd /wor" + "k/main", "https://registry.npmjs" + ".org/x", '"resolved"' + ': "x"',
                     "deb http://deb.debian" + ".org x"):
            with self.subTest(line=line):
                broken = rules_broken({"web/package-lock.json": line + "\n"}, text)
                self.assertEqual(len(broken), 1)
                self.assertIn(broken[0], ("machine-path", "registry-host"))
        self.assertEqual(rules_broken({"README.md": "curl localhost:8080/home/x, /var/lib/pps, ~/shop\n"}, text), [])

    def test_file_names(self):
        for path in ("src/net/HttpServer.cpp", "src/net/http-server.cpp", "tests/crash/Kill.cpp", "docs/guides/My_Guide.md", "web/a b.ts"):
            with self.subTest(path=path):
                self.assertEqual(rules_broken({path: ""}, text), ["file-name"])
        fine = ["src/net/http_server.cpp", "src/services/store/README.md", "src/net/CMakeLists.txt", "tools/tidy_rules/__init__.py",
                "web/src/features/checkout/CheckoutPage.tsx", "docs/guides/catalogue-data.md", ".ci/run", "processes/purchase.bpmn",
                "src/storage/tests/golden/v1_rows.bin"]
        self.assertEqual(rules_broken(dict.fromkeys(fine, ""), text), [])


class Project(unittest.TestCase):
    whole = {
        "web/package.json": '{"dependencies": {"libfoo-dev": "1"}, "devDependencies": {"vite": "1"}}\n',
        "CHANGELOG.md": "# Changelog\n\n## [Unreleased]\n",
        "THIRD_PARTY.md": "| `libfoo-dev` | MIT |\n",
        "tools/packages.txt": "# why\nlibfoo-dev 1.0 link JSON\nchromium - test browser\n",
        "docs/decisions/0001-record.md": "# 0001: Record\n",
        "docs/decisions/0002-second.md": "# 0002: Second\n\n[first](0001-record.md), "
                                       "[top](../../CHANGELOG.md#x), [out](https://example.com)\n",
        "src/services/auth/api.hpp": "", "src/services/store/service.cpp": "",
        "src/services/store/README.md": "[src](../../services)\n```\n[x](gone.md)\n```\n",
    }

    def with_change(self, path, content):
        files = {**self.whole, path: content}
        return rules_broken({key: value for key, value in files.items() if value is not ...}, project)

    def test_whole(self):
        self.assertEqual(rules_broken(self.whole, project), [])

    def test_each_rule(self):
        for path, content, rule in [
            ("CHANGELOG.md", "# Changelog\n", "changelog"),
            ("CHANGELOG.md", ..., "changelog"),
            ("THIRD_PARTY.md", "`libbar-dev`\n", "third-party"),
            ("web/package.json", '{"dependencies": {"react": "1"}}\n', "third-party"),
            ("tools/packages.txt", "libfoo-dev 1.0 link\n", "package"),
            ("tools/packages.txt", "libfoo-dev 1.0 linked JSON\n", "package"),
            ("tools/packages.txt", "libfoo-dev 1.0 link a\nlibfoo-dev 1.0 link a\n", "package"),
            ("docs/decisions/0002-other.md", "# 0002: Other\n", "decision"),
            ("docs/decisions/0003-title.md", "# Title\n", "decision"),
            ("docs/decisions/third.md", "# Third\n", "decision"),
            ("src/services/auth/service.cpp", "", "readme"),
            ("docs/a.md", "[x](gone.md)\n", "link"),
            ("docs/a.md", "![picture](screenshots/home.png)\n", "link"),
        ]:
            with self.subTest(path=path, content=content):
                self.assertIn(rule, set(self.with_change(path, content)) - ({"link"} if path == "CHANGELOG.md" else set()))


class Exceptions(unittest.TestCase):
    tree = Tree({"src/base/a.cpp": "std::thread worker;\n"})

    def test_an_exception_excepts_its_rule_and_files_only(self):
        self.assertEqual(check(self.tree, cpp.RULES, [Exemption("thread", "src/base/*.cpp", "a test")]), [])
        rules = [f.rule for f in check(self.tree, cpp.RULES, [Exemption("time", "src/base/*.cpp", "a test")])]
        self.assertEqual(rules, ["thread", "exception"])

    def test_an_exception_that_nothing_needs_is_found(self):
        self.assertEqual([f.rule for f in check(Tree({}), cpp.RULES, [Exemption("thread", "*", "a test")])], ["exception"])

    def test_each_has_a_reason(self):
        for exemption in EXCEPTIONS:
            self.assertGreater(len(exemption.reason), 20, exemption)


if __name__ == "__main__":
    unittest.main()
