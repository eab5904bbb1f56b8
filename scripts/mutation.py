"""
Plant small changes in modules, one at a time, and count how many their own tests find.

    python scripts/mutation.py geo/scenarios                  # 25 changes in each of its modules
    python scripts/mutation.py geo/scenarios/timeline.py --sample 0      # every change there is

The changes are made by mutmut (`pip install -e '.[mutation]'`) in a copy of the repository, as
`[tool.mutmut]` in pyproject.toml says. A change in geo/NAME/MODULE.py is tried by tests/NAME/test_MODULE.py first;
what that does not find is tried by the other tests in tests/NAME that call the function, but for those over the whole
region; `--own` leaves these out. The sample is spread evenly over a module and the same on every run. What no
test finds is printed as a difference.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("geo", "tests", "data", "pyproject.toml")
#: How pytest ends when a test has failed or has broken; mutmut's codes of a run that took too long.
CAUGHT = {1, 3} | {24, 36, 152, 255, -24}
UNTRIED = 0


def main() -> None:
    """Try the modules named on the command line and print how many changes are found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("modules", nargs="+", type=Path, help="files or packages of geo")
    parser.add_argument("--sample", type=int, default=25, help="changes per module; 0: all")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--own", action="store_true", help="only the test file of each module")
    arguments = parser.parse_args()
    found, planted = 0, 0
    for _, group in itertools.groupby(modules(arguments.modules), key=lambda m: m.parent):
        with tempfile.TemporaryDirectory() as folder:
            trial = Trial(Path(folder), list(group), arguments.sample, arguments.processes)
            trial.copy()
            trial.run([own_tests(m) for m in trial.modules if (ROOT / own_tests(m)).exists()])
            if not arguments.own and trial.survivors():
                trial.run([f"tests/{trial.modules[0].parent.relative_to('geo').as_posix()}"])
            found += trial.report()
            planted += sum(map(len, trial.codes.values()))
    print(f"{found} of {planted} changes found ({found / max(planted, 1):.0%})")


def modules(paths: list[Path]) -> list[Path]:
    """Return the files of modules and packages, from the root of the repository."""
    files = [file for path in paths for file in ([path] if path.suffix else path.glob("*.py"))]
    return sorted(f.resolve().relative_to(ROOT) for f in files if not f.stem.startswith("__"))


def own_tests(module: Path) -> str:
    """Return the test file of a module: tests/ mirrors geo/."""
    return f"tests/{module.parent.relative_to('geo').as_posix()}/test_{module.name}"


@dataclasses.dataclass
class Trial:
    """The changes of some modules of one package, tried in a folder."""

    folder: Path
    modules: list[Path]
    sample: int
    processes: int
    #: By module, how the tests of each change ended.
    codes: dict[Path, dict[str, int]] = dataclasses.field(default_factory=dict)

    def copy(self) -> None:
        """Copy what mutmut needs of the repository."""
        for name in COPIED:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, self.folder / name)

    def survivors(self) -> list[str]:
        """Return the changes that nothing has found yet."""
        return [
            n for codes in self.codes.values() for n, code in codes.items() if code not in CAUGHT
        ]

    def run(self, tests: list[str]) -> None:
        """Try the changes that nothing has found yet by some test files."""
        if not tests:
            return
        settings = (self.folder / "pyproject.toml").read_text("utf-8")
        for key, values in (
            ("only_mutate", [m.as_posix() for m in self.modules]),
            ("pytest_add_cli_args_test_selection", tests),
        ):
            line = f"{key} = {json.dumps(values)}"
            settings = re.sub(rf"^{key} = .*$", line, settings, flags=re.MULTILINE)
        (self.folder / "pyproject.toml").write_text(settings, encoding="utf-8")
        stats = self.folder / "mutants" / "mutmut-stats.json"
        stats.unlink(missing_ok=True)
        mutmut(self.folder, "run", "none")  # makes the changes and measures the tests; tries none
        if not stats.exists():
            sys.exit(f"the tests fail without any change: try `pytest {' '.join(tests)}`")
        first = not self.codes
        self.codes = self.codes or {m: dict.fromkeys(self.names(m), UNTRIED) for m in self.modules}
        known = stats.read_text("utf-8")
        stats.write_text(choose_tests(known, first=first), encoding="utf-8")
        processes = str(self.processes)
        told = mutmut(self.folder, "run", "--max-children", processes, *self.survivors())
        if "Mutant results" not in told:
            sys.exit(f"the tests fail without any change: try `pytest {' '.join(tests)}`")
        for module, codes in self.codes.items():
            ended = self.results(module)
            codes |= {n: ended[n] or 0 for n, code in codes.items() if code not in CAUGHT}

    def names(self, module: Path) -> list[str]:
        """Return the changes of a module to try."""
        names = list(self.results(module))
        if self.sample and self.sample < len(names):
            names = [names[i * len(names) // self.sample] for i in range(self.sample)]
        return names

    def results(self, module: Path) -> dict[str, int | None]:
        """Return how the tests of each change of a module ended; None: not tried."""
        text = (self.folder / "mutants" / f"{module}.meta").read_text("utf-8")
        codes: dict[str, int | None] = json.loads(text)["exit_code_by_key"]
        return codes

    def report(self) -> int:
        """Print what was found, and each change that was not; return how many were."""
        found = 0
        for module, codes in self.codes.items():
            caught = sum(code in CAUGHT for code in codes.values())
            print(f"{module}: {caught} of {len(codes)} found", flush=True)
            for name, code in codes.items():
                if code not in CAUGHT:
                    print(mutmut(self.folder, "show", name), flush=True)
            found += caught
        return found


def choose_tests(stats: str, *, first: bool) -> str:
    """
    Leave the tests of the own file of every function's module at first, the others later.

    All tests of the own file try what one of them calls: mutmut counts a call in a fixture of the
    file for the first test alone.
    """
    known = json.loads(stats)
    for function, callers in known["tests_by_mangled_function_name"].items():
        own = own_tests(Path(*function.split(".")[:-1]).with_suffix(".py"))
        if not first:
            callers[:] = [t for t in callers if t.partition("::")[0] != own]
        elif any(t.partition("::")[0] == own for t in callers):
            callers[:] = [t for t in known["duration_by_test"] if t.partition("::")[0] == own]
        else:
            callers.clear()
    return json.dumps(known)


def mutmut(folder: Path, *words: str) -> str:
    """Run mutmut in a folder and return what it prints."""
    command = [sys.executable, "-m", "mutmut", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if "No module named mutmut" in done.stderr:
        sys.exit("mutmut is not installed: pip install -e '.[mutation]'")
    return done.stdout


if __name__ == "__main__":
    main()
