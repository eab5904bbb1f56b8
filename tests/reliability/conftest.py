"""The helpers of tests/overpass are wanted here too."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "overpass"))
