"""Run benchmarks: ``python -m benchmarks [NAME ...] [--quick]``."""

import argparse
import os
import warnings

for name in ("OMP", "OPENBLAS", "MKL", "NUMBA"):
    os.environ.setdefault(f"{name}_NUM_THREADS", "1")

from benchmarks import builds, cluster, countries, memory, pages  # noqa: E402
from benchmarks.measure import report  # noqa: E402
from benchmarks.tasks import TASKS  # noqa: E402


def main() -> None:
    """Measure, and print one table per task."""
    others = {"memory": memory.report, "workers": cluster.report, "pages": pages.report,
              "builds": builds.report, "countries": countries.report}  # fmt: skip
    names = [*TASKS, *others]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names)}")
    parser.add_argument("--quick", action="store_true", help="small networks, one round")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(names):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    warnings.simplefilter("ignore")  # of the packages compared
    for name in chosen.names or names:
        if name in others:
            others[name](quick=chosen.quick)
        else:
            report(name, TASKS[name](quick=chosen.quick), rounds=1 if chosen.quick else 3)


if __name__ == "__main__":
    main()
