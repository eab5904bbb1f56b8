"""The vocabulary of the tables, with every label in Chinese and English."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, NamedTuple, get_args

#: What a table may say of today.
KnownStage = Literal["open", "construction", "planned"]
#: On an earlier date also unknown: when the works began is not known.
Stage = Literal["open", "construction", "unknown", "planned"]
#: From the most to the least advanced; the traveller meets the least advanced of several.
STAGES: tuple[Stage, ...] = get_args(Stage)
Mode = Literal["road", "rail", "water"]
RouteClass = Literal[
    "expressway", "trunk", "hsr", "intercity", "conventional", "waterway", "ferry"
]
PlaceKind = Literal["station", "interchange", "junction", "border", "port", "airport", "tunnel",
                    "bridge", "town", "end"]  # fmt: skip
Confidence = Literal["high", "medium", "low"]
TimeKind = Literal["timetable", "press", "plan", "recalled", ""]
TrainClass = Literal["emu", "conventional"]
Change = Literal["add", "upgrade", "close", "delay"]
MODES: tuple[Mode, ...] = get_args(Mode)
CLASSES_OF_MODE: dict[str, set[str]] = {
    "road": {"expressway", "trunk"},
    "rail": {"hsr", "intercity", "conventional"},
    "water": {"waterway", "ferry"},
}
#: Traffic changes from one route to another only at a shared place of these kinds.
TRANSFER_KINDS = frozenset({"station", "interchange", "junction", "port", "airport"})

#: A new line of a mode can join others at places of these kinds.
JOINING = {
    "road": TRANSFER_KINDS | {"town", "end"},
    "rail": frozenset({"station", "junction", "end"}),
    "water": frozenset({"port", "junction", "end"}),
}


class Label(NamedTuple):
    """A text in both languages."""

    zh: str
    en: str

    @property
    def capital(self) -> Label:
        """The text as a sentence begins with it."""
        return Label(self.zh, self.en[:1].upper() + self.en[1:])


STAGE = {
    "open": Label("已通车", "Open"),
    "partly open": Label("部分通车", "Partly open"),
    "construction": Label("在建", "Under construction"),
    "unknown": Label("不详", "Unknown"),
    "planned": Label("规划", "Planned"),
}
ASSUMED = Label("预计通车", "Expected open")
#: What today is under way or planned, on a date before it began.
NOT_BEGUN = Label("未开工", "Not begun")


class StatusCode(NamedTuple):
    """What one letter of a status by year means."""

    stage: Stage
    assumed: bool
    label: Label


#: The letters in which pages and timelines write a status, one per section and date.
STATUS_CODES = {
    "o": StatusCode("open", assumed=False, label=STAGE["open"]),
    "a": StatusCode("open", assumed=True, label=ASSUMED),
    "c": StatusCode("construction", assumed=False, label=STAGE["construction"]),
    "u": StatusCode("unknown", assumed=False, label=STAGE["unknown"]),
    "p": StatusCode("planned", assumed=False, label=STAGE["planned"]),
    "n": StatusCode("planned", assumed=False, label=NOT_BEGUN),
}
#: "n" is "p" on a date that is past.
CODE_OF_STATUS = {
    (code.stage, code.assumed): key for key, code in STATUS_CODES.items() if key != "n"
}
OPEN_CODES = frozenset(key for key, code in STATUS_CODES.items() if code.stage == "open")
CLASS = {
    "hsr": Label("高速铁路", "High-speed rail"),
    "intercity": Label("城际铁路", "Intercity rail"),
    "conventional": Label("普速铁路", "Conventional rail"),
    "expressway": Label("高速公路", "Expressway"),
    "trunk": Label("干线公路", "Main road"),
    "waterway": Label("内河航道", "Waterway"),
    "ferry": Label("轮渡", "Ferry"),
}
#: Classes as sentences count them.
CLASS_PLURAL = {
    "expressway": Label("高速公路", "expressways"),
    "trunk": Label("干线公路", "main roads"),
    "hsr": Label("高速铁路", "high-speed railways"),
    "intercity": Label("城际与快速铁路", "intercity railways"),
    "conventional": Label("普速铁路", "conventional railways"),
    "waterway": Label("航道", "waterways"),
    "ferry": Label("轮渡", "ferries"),
}
#: What a mode is called in a sentence, one and several, where its lines are of other classes.
_WAYS = {
    "road": (Label("公路", "road"), Label("公路", "roads")),
    "rail": (Label("铁路", "railway"), Label("铁路", "railways")),
    "water": (Label("水运", "waterway"), Label("水运", "waterways")),
}
MODE = {
    "rail": Label("铁路", "Rail"),
    "road": Label("公路", "Road"),
    "water": Label("水运", "Water"),
    "air": Label("航空", "Air"),
}
TRAIN_CLASS = {
    "emu": Label("动车组", "multiple units"),
    "conventional": Label("普速列车", "conventional trains"),
}
#: How a traveller may go: by one mode, or by all of them.
TRAVEL = {"any": Label("综合", "All modes"), "road": MODE["road"], "rail": MODE["rail"]}
GROUP = {
    "named": Label("骨干通道", "Named corridor"),
    "inter17": Label("省际高速通道", "Inter-provincial corridor"),
    "expansion": Label("扩容工程", "Capacity expansion"),
    "ring": Label("环线", "Ring"),
    "background": Label("其他线路", "Other route"),
}
KIND = {
    "station": Label("车站", "Stations"),
    "interchange": Label("互通与枢纽", "Interchanges"),
    "border": Label("跨界点", "Border crossings"),
    "port": Label("港口", "Ports"),
    "airport": Label("机场", "Airports"),
    "city": Label("城市", "City"),
}
CHANGE = {
    "add": Label("新建", "New"),
    "upgrade": Label("扩能", "Upgrade"),
    "close": Label("关闭", "Closure"),
    "delay": Label("推迟", "Delay"),
}
ACCURACY = {
    "surveyed": Label("按测绘数据", "Surveyed"),
    "approximate": Label("近似", "Approximate"),
    "sketch": Label("示意", "Sketch"),
}
CONFIDENCE = {
    "high": Label("高", "High"),
    "medium": Label("中", "Medium"),
    "low": Label("低", "Low"),
}


def way_labels(mode: str, classes: Collection[str]) -> tuple[Label, Label]:
    """
    Return what the lines of a mode are called in a sentence, one and several of them.

    Parameters
    ----------
    mode
        The mode.
    classes
        The classes of the lines meant: roads of one class, and ferries alone, go by its name.

    Returns
    -------
    one, several
        Texts in both languages, not capitalised.

    Examples
    --------
    >>> way_labels("road", ["expressway"])[1].en, way_labels("road", ["expressway", "trunk"])[1].en
    ('expressways', 'roads')
    """
    (only, *others) = sorted(set(classes)) or [""]
    if others or only not in {"expressway", "trunk", "ferry"}:
        return _WAYS[mode]
    return Label(CLASS[only].zh, CLASS[only].en.lower()), CLASS_PLURAL[only]


def named(labels: dict[str, Label], key: str) -> Label:
    """
    Return the label of a value, or the value itself where it has none.

    Parameters
    ----------
    labels, key
        Labels by value, and the value.

    Returns
    -------
    label
        The text in both languages.

    Examples
    --------
    >>> named(MODE, "rail"), named(MODE, "tram").en
    (Label(zh='铁路', en='Rail'), 'tram')
    """
    return labels.get(key) or Label(key, key)
