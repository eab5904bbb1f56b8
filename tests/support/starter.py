"""Starts commands in processes of their own without the seconds that importing takes."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from typing import NamedTuple

SERVER = """
import json, os, resource, sys, time
import geo.cli.main, importlib, pkgutil
for module in pkgutil.walk_packages(geo.__path__, "geo."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
for line in sys.stdin:
    job = json.loads(line)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(writing, 2)
        sys.stdout = sys.__stdout__ = open(os.devnull, "w")
        sys.stderr = sys.__stderr__ = open(2, "w", closefd=False)
        os.environ.update(job["environment"])
        time.tzset()
        if job["largest"] is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (job["largest"],) * 2)
        try:
            code = geo.cli.main.main(job["arguments"])
        except SystemExit as stop:
            code = stop.code
        except BaseException:
            import traceback
            traceback.print_exc()
            code = 99
        sys.stderr.flush()
        os._exit(code)
    os.close(writing)
    print(child, flush=True)
    with os.fdopen(reading, errors="replace") as file:
        err = file.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(json.dumps([code, err]), flush=True)
"""


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    err: str
    seconds: float


class Starter:
    """A process that has everything imported, and forks for every command."""

    def __enter__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVER],
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()

    def run(self, arguments, after_s=None, largest=None, **environment) -> Ended:
        """Run a command, killed after some seconds, allowed files of so many bytes."""
        job = {"arguments": [*map(str, arguments)], "largest": largest, "environment": environment}
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        child, since = int(self.process.stdout.readline()), time.monotonic()
        if after_s is not None:
            time.sleep(after_s)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        code, err = json.loads(self.process.stdout.readline())
        return Ended(code, err, time.monotonic() - since)
