"""Commands whose standard streams are closed, as in a service, full, or read only in part."""

from __future__ import annotations

import subprocess
import sys

import pytest

from geo.cli.main import main


def shell(*parts):
    """Run commands of a shell, `geo` among them; return what it says."""
    line = " ".join(map(str, parts)).replace("geo ", f"{sys.executable} -m geo ")
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("streams", [">&-", "2>&-", "<&-", "<&- >&- 2>&-", ">&- 2>&-"])
@pytest.mark.parametrize(
    ("command", "code"),
    [("routes", 0), ("matrix --json", 0), ("od aa nobody", 2), ("od aa", 2), ("--help", 0)],
)
def test_closed_streams_change_no_exit_code(two_provinces, streams, command, code):
    data = "" if command == "--help" else f"--data {two_provinces}"
    done = shell("geo", command, data, streams)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert bool(done.stderr) == (code == 2 and "2>" not in streams)


@pytest.mark.parametrize("command", ["new {}/x", "export csv --out {}/x --data {region}"])
def test_files_are_whole_without_streams(tmp_path, two_provinces, command):
    """No file is given the number of a closed stream, and what is printed with it."""
    texts = []
    for name, streams in (("plain", ""), ("closed", "<&- >&- 2>&-")):
        folder = tmp_path / name
        folder.mkdir()
        assert shell("geo", command.format(folder, region=two_provinces), streams).returncode == 0
        files = (path for path in sorted(folder.rglob("*")) if path.is_file())
        texts.append([path.read_bytes() for path in files])
    assert texts[0] == texts[1] != []


@pytest.mark.parametrize("command", ["routes --json", "--help", "check"])
def test_who_reads_a_line_has_read_enough(two_provinces, command):
    data = "" if command == "--help" else f"--data {two_provinces}"
    done = shell("(geo", command, data, "; echo $? >&2) | true")
    assert done.stderr == "0\n"


def test_an_unread_refusal_is_still_one(two_provinces):
    done = shell("(geo routes --data nowhere 2>&1; echo $? >&3) 3>&2 | true")
    assert done.stderr == "2\n"


def test_without_streams_in_python(two_provinces, monkeypatch):
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    assert main(["routes", "--data", str(two_provinces)]) == 0
    assert main(["od", "aa", "nobody", "--data", str(two_provinces)]) == 2
    assert sys.stdout is sys.stderr is None


def test_a_file_that_cannot_be_read_is_named(tmp_path, two_provinces, capsys):
    """And standard output stays as it is."""
    assert main(["new", str(tmp_path / "r"), "--from-pbf", str(tmp_path / "none.pbf")]) == 2
    assert "none.pbf" in capsys.readouterr().err
    assert main(["routes", "--data", str(two_provinces)]) == 0
    assert capsys.readouterr().out
