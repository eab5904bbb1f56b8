"""Windows, as far as it can be tried elsewhere: calls, encodings, names of files."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest

import geo
from geo.cli.main import main

ROOT = Path(geo.__file__).parent
MODULES = {path: ast.parse(path.read_text("utf-8")) for path in sorted(ROOT.rglob("*.py"))}
#: Modules and calls that Windows does not have.
ABSENT = {
    "crypt",
    "curses",
    "fcntl",
    "grp",
    "pty",
    "pwd",
    "readline",
    "resource",
    "syslog",
    "termios",
    "tty",
}
POSIX = {
    "os": set(dir(os)) & {
        "chown", "chroot", "confstr", "fchmod", "fchown", "fork", "forkpty", "getegid", "geteuid",
        "getgid", "getgroups", "getloadavg", "getpgid", "getpgrp", "getsid", "getuid", "initgroups",
        "killpg", "lchown", "mkfifo", "mknod", "nice", "pread", "preadv", "pwrite", "pwritev",
        "sched_getaffinity", "sendfile", "setsid", "setuid", "statvfs", "sync", "sysconf", "uname",
        "wait", "wait3", "wait4", "waitid"},
    "time": {"tzset", "clock_gettime", "clock_settime"},
    "signal": {"SIGALRM", "SIGHUP", "SIGKILL", "SIGUSR1", "SIGUSR2", "alarm", "pause", "setitimer"},
    "socket": {"AF_UNIX", "socketpair"},
}  # fmt: skip
#: What no file is called there, with any suffix, and characters that no name has.
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?|.*[. ]")
FORBIDDEN = set('<>:"|?*\\')


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_call_or_module_that_only_posix_has(path):
    for node in ast.walk(MODULES[path]):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            module = getattr(node, "module", None) or ""
            assert not {name.split(".")[0] for name in (*names, module)} & ABSENT
            if module in POSIX:
                assert not {alias.name for alias in node.names} & POSIX[module]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            assert node.attr not in POSIX.get(node.value.id, ()), ast.unparse(node)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_text_is_read_and_written_in_a_named_encoding(path):
    """Without one it is that of the machine: cp936 on a Chinese Windows."""
    for node in ast.walk(MODULES[path]):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            named = {keyword.arg for keyword in node.keywords}
            if node.func.attr == "read_text":
                assert node.args or "encoding" in named, ast.unparse(node)
            elif node.func.attr == "write_text":
                assert len(node.args) > 1 or "encoding" in named, ast.unparse(node)


def test_workers_are_spawned():
    contexts = [
        ast.unparse(node)
        for tree in MODULES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and "get_context" in ast.unparse(node.func)
    ]
    assert contexts == ["get_context('spawn')"]


def names_below(folder):
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*")]


def test_files_have_names_that_windows_takes(two_provinces, tmp_path):
    out = tmp_path / "out"
    data = ["--data", str(two_provinces), "--year", "2026"]
    assert main(["build", *data, "--out", str(out / "maps")]) == 0
    for format_ in ("gpkg", "geojson", "csv", "graphml", "gmns"):
        assert main(["export", format_, *data, "--out", str(out / format_)]) == 0
    assert main(["new", str(out / "region")]) == 0
    names = names_below(out)
    assert len(names) > 50
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert len(name) < 80
        assert not FORBIDDEN & set(name)
        assert not any(RESERVED.fullmatch(part) for part in PurePosixPath(name).parts), name


@pytest.mark.parametrize("name", ["nul", "CON", "aux.csv", "com1/maps"])
def test_names_of_devices_are_refused(two_provinces, tmp_path, capsys, name):
    data = ["--data", str(two_provinces), "--year", "2026"]
    for command in (
        ["export", "csv", *data, "--out"],
        ["disrupt", "--grid", "40", *data, "--out"],
        ["new"],
    ):
        code = main([*command, str(tmp_path / name)])
        assert code == 2
        assert "Windows keeps it for a device" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def told(arguments, **environment):
    """Return what a command prints in a process of its own, as bytes."""
    command = [sys.executable, "-m", "geo", *arguments]
    done = subprocess.run(command, capture_output=True, check=True, env=os.environ | environment)
    return done.stdout


def test_the_encoding_that_is_asked_for_is_used(two_provinces):
    command = ["routes", "--data", str(two_provinces), "--lang", "zh"]
    plain = told(command).decode("utf-8")
    assert told(command, PYTHONIOENCODING="cp936").decode("cp936") == plain
    ascii_only = told(command, PYTHONIOENCODING="ascii").decode("ascii")
    assert "?" in ascii_only


def test_json_is_whole_in_any_encoding(two_provinces):
    command = ["routes", "--data", str(two_provinces), "--json"]
    plain = json.loads(told(command))
    for encoding in ("cp936", "ascii", "latin-1"):
        assert json.loads(told(command, PYTHONIOENCODING=encoding)) == plain


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a terminal of POSIX")
def test_a_terminal_keeps_its_encoding(two_provinces):
    """A terminal in GBK, as an older console of a Chinese Windows, shows Chinese."""
    ours, theirs = os.openpty()
    code = ("import sys; sys.stdout.reconfigure(encoding='cp936'); from geo.cli.main import main; "
            f"main(['routes', '--data', {str(two_provinces)!r}, '--lang', 'zh'])")  # fmt: skip
    with subprocess.Popen([sys.executable, "-c", code], stdout=theirs):
        os.close(theirs)
        shown = b""
        while True:
            try:
                shown += os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
    os.close(ours)
    assert "西省" in shown.decode("cp936") or "线" in shown.decode("cp936")


def test_a_data_folder_names_no_place_outside_as_windows_writes_it(two_provinces, tmp_path):
    settings = (two_provinces / "region.toml").read_text("utf-8")
    for file in ("C:/base/c.geojson", "..\\\\c.geojson", "\\\\\\\\server\\\\c.geojson"):
        text = settings.replace("base/counties.geojson", file)
        (tmp_path / "region.toml").write_text(text, "utf-8")
        with pytest.raises(geo.BadInputError, match="expected a file inside the data folder"):
            geo.load(tmp_path)
