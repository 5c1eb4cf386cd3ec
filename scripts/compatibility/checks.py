"""Runs the checks of a class: every method without an underscore in front is one, and passes where it raises nothing."""

import sys
import traceback


def run(checks, against, only=None, skip=()):
    """Runs them in the order in which they are written, prints a line for each, and ends the process.

    The exit status is 1 where one failed.
    """
    failures = 0
    for name in [name for name in vars(type(checks)) if not name.startswith("_")]:
        if only and name not in only or name in skip:
            continue
        try:
            getattr(checks, name)()
            print(f"ok    {name}")
        except Exception:  # every failure is reported, whatever it is
            failures += 1
            print(f"FAIL  {name}")
            traceback.print_exc(limit=-3)
    print(f"{failures} failed against {against}")
    sys.exit(1 if failures else 0)
