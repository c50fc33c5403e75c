"""The whole system from outside: three processes, the public API, and what it promises.

usage: system_test.py PROGRAMS [--set KEY=VALUE ...] [UNITTEST ARGUMENTS]
"""

import argparse
import sys
import unittest

import shop  # first: it finds tests/support
import auth_cases
import catalogue_cases
import mail_cases
import purchase_cases
import recovery_cases
import refusal_cases
import sellout_cases
import shopper_cases
import start_cases

SUITES = [catalogue_cases, auth_cases, refusal_cases, purchase_cases, sellout_cases, shopper_cases, start_cases, mail_cases, recovery_cases]


def load_tests(loader, _, __):
    return unittest.TestSuite(loader.loadTestsFromModule(module) for module in SUITES)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", help="folder of pps, paysim and fulfilment")
    parser.add_argument("--set", action="append", default=[], dest="overrides", help="key=value for pps")
    options, arguments = parser.parse_known_args()
    shop.Case.shop = shop.Shop(options.programs, options.overrides)
    try:
        shop.Case.shop.open()
        program = unittest.main(module=__name__, argv=[sys.argv[0], *arguments], exit=False, verbosity=1)
        if not program.result.wasSuccessful():
            print(shop.Case.shop.demo.logs(), file=sys.stderr)
        return 0 if program.result.wasSuccessful() and program.result.testsRun else 1
    finally:
        shop.Case.shop.close()


if __name__ == "__main__":
    sys.exit(main())
