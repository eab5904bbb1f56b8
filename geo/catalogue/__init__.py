"""Tables: row schemas, reading and editing CSV, integrity, region, status on a day, vocabulary."""

from geo.catalogue.catalogue import Catalogue, data_folder, load, name_labels, populations
from geo.catalogue.dates import last_day, parse_date, status_on
from geo.catalogue.editing import TextTable
from geo.catalogue.integrity import HALF_WAY_ROUND
from geo.catalogue.reading import (
    cell_fault,
    checked_row,
    read_own_cities,
    read_own_ends,
    read_times,
    table_file,
)
from geo.catalogue.region import AdminRegion, ReadyPlan, Region, RouteGroup
from geo.catalogue.schema import (
    KEY_COLUMN,
    MOST_PEOPLE,
    OPTIONAL,
    TABLES,
    AlignmentPoint,
    City,
    OwnCity,
    Place,
    Project,
    PublishedTime,
    Route,
    Section,
    Source,
    Zone,
    columns,
)
from geo.catalogue.validation import faults, with_closest
from geo.catalogue.vocabulary import (
    ACCURACY,
    ASSUMED,
    CHANGE,
    CLASS,
    CLASS_PLURAL,
    CLASSES_OF_MODE,
    CODE_OF_STATUS,
    CONFIDENCE,
    GROUP,
    JOINING,
    KIND,
    MODE,
    MODES,
    NOT_BEGUN,
    OPEN_CODES,
    STAGE,
    STAGES,
    STATUS_CODES,
    TRAIN_CLASS,
    TRANSFER_KINDS,
    TRAVEL,
    KnownStage,
    Label,
    Stage,
    named,
    way_labels,
)

__all__ = [
    "ACCURACY", "ASSUMED", "CHANGE", "CLASS", "CLASSES_OF_MODE", "CLASS_PLURAL", "CODE_OF_STATUS",
    "CONFIDENCE", "GROUP", "HALF_WAY_ROUND", "JOINING", "KEY_COLUMN", "KIND", "MODE", "MODES",
    "MOST_PEOPLE", "NOT_BEGUN", "OPEN_CODES", "OPTIONAL", "STAGE", "STAGES", "STATUS_CODES",
    "TABLES", "TRAIN_CLASS", "TRANSFER_KINDS", "TRAVEL", "AdminRegion", "AlignmentPoint",
    "Catalogue", "City", "KnownStage", "Label", "OwnCity", "Place", "Project", "PublishedTime",
    "ReadyPlan", "Region", "Route", "RouteGroup", "Section", "Source", "Stage", "TextTable",
    "Zone", "cell_fault", "checked_row", "columns", "data_folder", "faults", "last_day", "load",
    "name_labels", "named", "parse_date", "populations", "read_own_cities", "read_own_ends",
    "read_times", "status_on", "table_file", "way_labels", "with_closest",
]  # fmt: skip
