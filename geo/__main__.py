"""Run the command line with ``python -m geo``."""

import sys

from geo.cli.main import run_alone

if __name__ == "__main__":
    sys.exit(run_alone())
