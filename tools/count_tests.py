"""Turns ctest's JUnit files into the summary that ends a test run: every skip with its reason, then the counts.

A CTest test stands for several when its output says so: a Catch2 program for its test cases, a program that ends with
`N passed, N failed, N skipped` for these. A line `SKIP: <reason>` turns one passed test case into a skipped one.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree

OWN_SUMMARY = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped\s*$", re.MULTILINE)
ALL_PASSED = re.compile(r"^All tests passed \(.* in (\d+) test cases?\)", re.MULTILINE)
SOME_FAILED = re.compile(r"^test cases:\s+(\d+) \|(.*)$", re.MULTILINE)
SKIP = re.compile(r"^SKIP: *(.*?)\s*$", re.MULTILINE)


def count(output, passed_at_all):
    """Returns (passed, failed, skip reasons, skipped) of one CTest test."""
    reasons = SKIP.findall(output)
    summary = OWN_SUMMARY.findall(output)
    if summary:
        passed, failed, skipped = (int(number) for number in summary[-1])
    else:
        skipped = len(reasons)
        some = SOME_FAILED.search(output)
        every = ALL_PASSED.search(output)
        if some:
            failures = re.search(r"(\d+) failed", some.group(2))
            failed = int(failures.group(1)) if failures else 0
            passed = int(some.group(1)) - failed - skipped
        elif every:
            passed, failed = int(every.group(1)) - skipped, 0
        else:
            passed, failed = (1 if not skipped else 0), 0
    if not passed_at_all and failed == 0:
        failed, passed = 1, 0 if not summary else passed  # it crashed, ran out of time or could not start
    return max(passed, 0), failed, reasons, skipped


def main(paths):
    total_passed = total_failed = total_skipped = 0
    for path in paths:
        for case in ElementTree.parse(path).getroot().iter("testcase"):
            output = case.findtext("system-out") or ""
            passed, failed, reasons, skipped = count(output, case.get("status") == "run")
            total_passed, total_failed, total_skipped = total_passed + passed, total_failed + failed, total_skipped + skipped
            for reason in reasons:
                print(f"skipped: {case.get('name')}: {reason}")
            if failed:
                print(f"failed: {case.get('name')}: {failed}")
    print(f"{total_passed} passed, {total_failed} failed, {total_skipped} skipped")
    return 1 if total_failed or not total_passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
