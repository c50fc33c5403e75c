"""tools/run_tests and tools/setup against what they must refuse."""

import os
import pathlib
import subprocess
import tempfile
import textwrap
import unittest

TOOLS = pathlib.Path(__file__).resolve().parents[1]


class RunTests(unittest.TestCase):
    def run_tests(self, testfile, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "CTestTestfile.cmake").write_text(textwrap.dedent(testfile))
            done = subprocess.run([TOOLS / "run_tests", folder, *arguments], capture_output=True, text=True, check=False)
            return done.returncode, done.stdout.splitlines()[-1] if done.stdout else ""

    passing = 'add_test(good "/bin/true")\nset_tests_properties(good PROPERTIES LABELS unit)\n'
    failing = 'add_test(bad "/bin/false")\nset_tests_properties(bad PROPERTIES LABELS "crash;long")\n'
    skipping = 'add_test(absent "/bin/sh" "-c" "exit 77")\nset_tests_properties(absent PROPERTIES SKIP_RETURN_CODE 77)\n'

    def test_counts(self):
        self.assertEqual(self.run_tests(self.passing), (0, "1 passed, 0 failed"))
        self.assertEqual(self.run_tests(self.passing + self.skipping), (0, "1 passed, 0 failed, 1 skipped"))
        status, line = self.run_tests(self.passing + self.failing)
        self.assertNotEqual(status, 0)
        self.assertEqual(line, "1 passed, 1 failed")

    def test_arguments_reach_ctest(self):
        self.assertEqual(self.run_tests(self.passing + self.failing, "-LE", "long"), (0, "1 passed, 0 failed"))
        self.assertEqual(self.run_tests(self.passing + self.failing, "--jobs", "2", "-L", "unit"), (0, "1 passed, 0 failed"))

    def test_no_test_is_a_failure(self):
        for testfile, arguments in (("", ()), (self.passing, ("-L", "contract")), (self.skipping, ())):
            with self.subTest(testfile=testfile):
                status, line = self.run_tests(testfile, *arguments)
                self.assertNotEqual(status, 0)
                self.assertTrue(line.startswith("0 passed, 0 failed"), line)


class Setup(unittest.TestCase):
    """With a package database of the test's own in place of dpkg's."""

    def check(self, installed, *groups):
        with tempfile.TemporaryDirectory() as folder:
            database = pathlib.Path(folder) / "dpkg-query"
            lines = "".join(f"printf 'ii  {name} {version}\\n'\n" for name, version in installed.items())
            database.write_text("#!/bin/sh\n" + lines)
            database.chmod(0o755)
            path = f"{folder}:{os.environ['PATH']}"
            done = subprocess.run([TOOLS / "setup", "--check", *groups], capture_output=True, text=True, check=False,
                                  env={"PATH": path, "HOME": folder})
            return done.returncode, done.stdout + done.stderr

    def test_what_is_there_in_the_right_version_is_fine(self):
        for version in ("1.22.1-9+deb12u11", "1.22.1-9", "1:1.22-2", "1.22~rc1"):
            with self.subTest(version=version):
                self.assertEqual(self.check({"nginx-light": version, "wrk": "4.1.0-3+b2"}, "bench"), (0, ""))

    def test_missing_ones_are_named(self):
        self.assertEqual(self.check({"wrk": "4.1.0-3+b2"}, "bench"), (1, "setup: missing Debian packages: nginx-light\n"))
        self.assertEqual(self.check({}, "bench"), (1, "setup: missing Debian packages: nginx-light wrk\n"))

    def test_another_version_is_refused(self):
        for version in ("1.26.3-1", "1.220-1", "2:11.22-1"):
            with self.subTest(version=version):
                status, said = self.check({"nginx-light": version, "wrk": "4.1.0-3+b2"}, "bench")
                self.assertEqual(status, 1)
                self.assertIn(f"nginx-light: {version} is there, 1.22 is expected", said)

    def test_unknown_arguments_are_refused(self):
        status, said = self.check({}, "banch")
        self.assertEqual(status, 1)
        self.assertIn("unknown argument 'banch'", said)


if __name__ == "__main__":
    unittest.main()
