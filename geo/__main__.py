"""Run the command line with ``python -m geo``."""

import sys

from geo.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
