"""Errors, whole writing, kept results, JSON-safe values, work shared with Dask; no domain."""

from geo.core.cache import (
    checksum,
    file_checksum,
    made_once,
    nothing_remembered,
    remembered,
    shared_results,
    user_cache,
    versions,
)
from geo.core.errors import (
    BadInputError,
    GeoError,
    Message,
    NotFoundError,
    OutputError,
    Problem,
    shown,
)
from geo.core.executor import Executor, dask_executor, number_blocks, run_locally
from geo.core.extras import has, later, optional
from geo.core.process import Submit, python_strings, second_process
from geo.core.values import is_unknown, json_value
from geo.core.version import __version__, code_checksum
from geo.core.writing import (
    DECIMALS,
    STAMP,
    refuse_device,
    refuse_inside,
    replaced_file,
    staged_folder,
    write_csv,
    write_json,
)

__all__ = [
    "DECIMALS", "STAMP", "BadInputError", "Executor", "GeoError", "Message", "NotFoundError",
    "OutputError", "Problem", "Submit", "__version__", "checksum", "code_checksum",
    "dask_executor", "file_checksum", "has", "is_unknown", "json_value", "later", "made_once",
    "nothing_remembered", "number_blocks", "optional", "python_strings", "refuse_device",
    "refuse_inside", "remembered", "replaced_file", "run_locally", "second_process",
    "shared_results", "shown",
    "staged_folder", "user_cache", "versions", "write_csv", "write_json",
]  # fmt: skip
