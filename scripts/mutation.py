"""
Plant small changes in modules, one at a time, and count how many their own tests find.

    python scripts/mutation.py geo/scenarios                  # 25 changes in each of its modules
    python scripts/mutation.py geo/scenarios/timeline.py --sample 0      # every change there is

The changes are made by mutmut (`pip install -e '.[mutation]'`) in a copy of the repository, as
`[tool.mutmut]` in pyproject.toml says; a module of geo/NAME is tried by the tests in tests/NAME.
The sample is spread evenly over a module and the same on every run. What no test finds is printed as a difference.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("geo", "tests", "data", "pyproject.toml")
#: How pytest ends when a test has failed or has broken; mutmut's codes of a run that took too long.
FOUND, SLOW = {1, 3}, {24, 36, 152, 255, -24}


def main() -> None:
    """Try the modules named on the command line and print how many changes are found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("modules", nargs="+", type=Path, help="files or packages of geo")
    parser.add_argument("--sample", type=int, default=25, help="changes per module; 0: all")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    found, planted = 0, 0
    for module in modules(arguments.modules):
        with tempfile.TemporaryDirectory() as folder:
            began = time.monotonic()
            codes = run(module, Path(folder), arguments.sample, arguments.processes)
            caught = sum(code in FOUND | SLOW for code in codes.values())
            seconds = time.monotonic() - began
            print(f"{module}: {caught} of {len(codes)} found, {seconds:.0f} s", flush=True)
            for name, code in codes.items():
                if code not in FOUND | SLOW:
                    print(mutmut(Path(folder), "show", name), flush=True)
        found, planted = found + caught, planted + len(codes)
    print(f"{found} of {planted} changes found ({found / max(planted, 1):.0%})")


def modules(paths: list[Path]) -> list[Path]:
    """Return the files of modules and packages, from the root of the repository."""
    files = [file for path in paths for file in ([path] if path.suffix else path.glob("*.py"))]
    return sorted(f.resolve().relative_to(ROOT) for f in files if not f.stem.startswith("__"))


def run(module: Path, folder: Path, sample: int, processes: int) -> dict[str, int]:
    """Try the changes of a module in a folder; return by name how the tests ended."""
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    settings = (folder / "pyproject.toml").read_text("utf-8")
    tests = f"tests/{module.parent.relative_to('geo').as_posix()}"
    for key, value in (
        ("only_mutate", module.as_posix()),
        ("pytest_add_cli_args_test_selection", tests),
    ):
        settings = re.sub(rf"^{key} = .*$", f'{key} = ["{value}"]', settings, flags=re.MULTILINE)
    (folder / "pyproject.toml").write_text(settings, encoding="utf-8")
    mutmut(folder, "run", "none")  # makes the changes and measures the tests; tries none
    results = folder / "mutants" / f"{module}.meta"
    if not results.exists():
        sys.exit(f"{module}: the tests fail without any change: try `pytest {tests}`")
    names = list(json.loads(results.read_text("utf-8"))["exit_code_by_key"])
    if sample and sample < len(names):
        names = [names[i * len(names) // sample] for i in range(sample)]
    share_fixtures(folder / "mutants" / "mutmut-stats.json")
    if names:
        mutmut(folder, "run", "--max-children", str(processes), *names)
    codes = json.loads(results.read_text("utf-8"))["exit_code_by_key"]
    if any(codes[name] is None for name in names):
        sys.exit(f"{module}: the tests fail without any change: try `pytest {tests}`")
    return {name: codes[name] for name in names}


def share_fixtures(stats: Path) -> None:
    """
    Let all tests of a file try what one of them calls.

    mutmut counts a call in a fixture of the file for the first test alone.
    """
    known = json.loads(stats.read_text("utf-8"))
    for callers in known["tests_by_mangled_function_name"].values():
        files = {test.partition("::")[0] for test in callers}
        callers[:] = [t for t in known["duration_by_test"] if t.partition("::")[0] in files]
    stats.write_text(json.dumps(known), encoding="utf-8")


def mutmut(folder: Path, *words: str) -> str:
    """Run mutmut in a folder and return what it prints."""
    command = [sys.executable, "-m", "mutmut", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if "No module named mutmut" in done.stderr:
        sys.exit("mutmut is not installed: pip install -e '.[mutation]'")
    return done.stdout


if __name__ == "__main__":
    main()
