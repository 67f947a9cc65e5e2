"""For tests written in Python: each function is one test; the last line is the summary that tools/test adds up."""
import sys
import traceback


class Skip(Exception):
    """Raised by a test that cannot run here, with the reason."""


def expect(condition, message):
    if not condition:
        raise AssertionError(message)


def main(*tests):
    """Runs every test, says what failed, prints `N passed, N failed, N skipped` and ends the program."""
    passed = failed = skipped = 0
    for test in tests:
        try:
            test()
            passed += 1
        except Skip as reason:
            skipped += 1
            print(f"SKIP: {test.__name__}: {reason}")
        except AssertionError as error:
            failed += 1
            print(f"FAILED {test.__name__}: {error}")
        except Exception:
            failed += 1
            print(f"FAILED {test.__name__}:\n{traceback.format_exc()}")
        sys.stdout.flush()
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed else 0)
