"""The command line speaks Chinese and English."""

from __future__ import annotations

import ast
import gettext
import importlib.util
import json
import re
import string
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

import geo
from geo.catalogue import vocabulary
from geo.cli.main import main
from geo.cli.messages import LOCALE, _, error_text, language_of, speaking, word
from geo.cli.output import print_sheet, print_table
from geo.core import BadInputError, Message, NotFoundError, Problem
from geo.scenarios import corridor_profile

PACKAGE = Path(geo.__file__).parent
FOLDER = LOCALE / "zh" / "LC_MESSAGES"
SCRIPT = PACKAGE.parent / "scripts" / "translations.py"
#: What only programs read: commands check before it is reached.
INTERNAL = {"algorithms", "geometry"}


@pytest.fixture(scope="module")
def translations():
    """The script that keeps the catalogues."""
    if not SCRIPT.exists():
        pytest.skip("installed without the repository")
    spec = importlib.util.spec_from_file_location("translations", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def placeholders(text):
    """Names, conversions and formats of a template, sorted; percent signs of argparse too."""
    try:
        braces = [part[1:] for part in string.Formatter().parse(text) if part[1] is not None]
    except ValueError:
        braces = text
    return sorted(set(braces)), sorted(re.findall(r"%(?:\(\w+\))?[sdr]", text))


def test_every_message_of_the_code_has_its_chinese(translations):
    code = {message.id for message in translations.extracted() if message.id}
    known = translations.read(FOLDER / "geo.po")
    assert len(code) > 300
    assert code == {message.id for message in known if message.id}
    assert not known.obsolete


@pytest.mark.parametrize("name", ["geo", "words", "argparse"])
def test_the_chinese_is_whole(translations, name):
    for message in translations.read(FOLDER / f"{name}.po"):
        if not message.id:
            continue
        english = message.id if isinstance(message.id, str) else message.id[0]
        chinese = message.string if isinstance(message.string, str) else message.string[0]
        assert chinese, english
        assert not message.fuzzy, english
        assert placeholders(chinese) == placeholders(english)


@pytest.mark.parametrize("name", ["geo", "words", "argparse"])
def test_what_is_shipped_is_compiled_from_what_is_written(translations, name):
    with (FOLDER / f"{name}.mo").open("rb") as file:
        shipped = gettext.GNUTranslations(file)._catalog
    written = {}
    for message in translations.read(FOLDER / f"{name}.po"):
        if message.pluralizable:
            written |= {(message.id[0], k): text for k, text in enumerate(message.string)}
        elif message.id:
            written[message.id] = message.string
    assert {key: text for key, text in shipped.items() if key} == written


def test_what_is_said_is_a_template(translations):
    """A text with its values in it already could not be looked up."""
    finished = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if not INTERNAL & set(path.relative_to(PACKAGE).parts)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) in translations.KEYWORDS
        and any(isinstance(part, ast.JoinedStr) for part in node.args)
    ]
    assert finished == []


def test_every_word_of_the_tables_has_its_chinese(cat, drawn):
    sheet = corridor_profile(drawn, cat.find_route("成渝高铁"), date=cat.region.as_of)
    words = {
        *geo.connectivity_indices(geo.build_network(drawn, year=2025)), *sheet,
        *(mode for mode in (*vocabulary.MODES, "any", "all")),
        *get_args(vocabulary.RouteClass), *get_args(vocabulary.Confidence),
        *get_args(vocabulary.Change), *get_args(vocabulary.Stage), "partly open", "partial",
        "replaced", "kept", "city", "route", "region", "place", "page", "format", "group", "layer",
        "error", "warning", "info", "input", "output",
    } - {"reasons"}  # fmt: skip
    with speaking("zh"):
        assert {text for text in words if word(text) == text} == set()


@given(st.text(max_size=80))
def test_any_text_can_be_said(text):
    for language in ("zh", "en"):
        with speaking(language):
            assert _(Message("no {kind} {name!r}", kind="x", name=text)).count(repr(text)) == 1
    with speaking("en"):
        assert _(text) == text


def test_values_stay_as_they_are():
    with speaking("zh"):
        assert _("tables/x.csv: cannot be") == "tables/x.csv: cannot be"
        error = NotFoundError("city", "open {0} {}", ["成都"])
        assert error_text(error) == "没有城市'open {0} {}'；相近的有：成都"


def test_a_message_in_a_message_is_translated_too():
    reason = Message("a sketch, points accurate to {metres:.0f} m", metres=800.4)
    text = Message("{name} ({id}): {text}", name="open", id="x", text=reason)
    assert text == "open (x): a sketch, points accurate to 800 m"
    with speaking("zh"):
        assert _(text) == "open（x）：示意线形，点位精度 800 m"


def test_an_error_keeps_its_place():
    text = Message("expected an id used once; row {row} has it too", row=3)
    error = BadInputError([Problem("tables/routes.csv", 7, "mode", "tram", text)])
    with speaking("en"):
        assert error_text(error) == str(error)
    with speaking("zh"):
        assert error_text(error) == (
            "tables/routes.csv:7 mode: 'tram': 编号不应重复；第 3 行也用了它"
        )


@pytest.mark.parametrize(
    ("names", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LC_ALL": "", "LANG": "de_DE"}, "en"),
        ({"LANG": "C"}, "en"),
    ],
)
def test_the_locale_decides(names, language):
    assert language_of(names) == language


def test_a_table_and_its_sentence_in_both_languages(capsys):
    assert main(["cut", "四川", "重庆", "--mode", "water", "--year", "2026", "--lang", "zh"]) == 0
    chinese = capsys.readouterr().out
    assert main(["cut", "四川", "重庆", "--mode", "water", "--year", "2026"]) == 0
    english = capsys.readouterr().out
    assert "条相互独立的联系连接四川与重庆" in chinese
    assert chinese.splitlines()[1].split() == ["方式", "名称", "起", "讫"]
    assert "independent links hold 四川 and 重庆 together" in english
    assert english.splitlines()[1].split() == ["mode", "name", "中文", "from", "to"]
    assert "水运" in chinese
    assert "水运" not in english


def test_help_and_refusals_in_chinese(capsys, monkeypatch):
    with pytest.raises(SystemExit) as stop:
        main(["od", "--lang=zh", "--help"])
    assert stop.value.code == 0
    shown = capsys.readouterr().out
    assert "两端之间的最快路径" in shown
    assert shown.startswith("用法：")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    with pytest.raises(SystemExit) as stop:
        main(["od", "成都", "重庆", "--k", "0"])
    assert stop.value.code == 2
    assert "参数 --k：'0'：应为 1 到 50 之间的整数" in capsys.readouterr().err
    assert main(["od", "成都", "成渝"]) == 2
    assert capsys.readouterr().err.startswith("没有城市'成渝'")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["stats", "--mode"], "参数 --mode：应给出一个值"),
        (["stats", "--mode", "tram"], "没有 'tram' 这一选项"),
        (["od", "成都"], "缺少参数：TO"),
        (["routes", "--foo"], "不认识的参数：--foo"),
        (["new", "x", "--bbox=1,2,3,4", "--place", "y"], "不能与"),
        (["new", "x", "--bor", "y"], "有歧义"),
    ],
)
def test_what_argparse_says_is_chinese_too(capsys, arguments, said):
    with pytest.raises(SystemExit) as stop:
        main([*arguments, "--lang", "zh"])
    assert stop.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


def test_results_for_machines_know_no_language(capsys):
    said = []
    for language in ("zh", "en"):
        assert main(["routes", "--group", "named", "--json", "--lang", language]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert json.loads(said[0])["routes"]


def test_a_wrong_language_is_refused(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["routes", "--lang", "fr"])
    assert stop.value.code == 2
    assert "--lang" in capsys.readouterr().err


def test_nothing_in_an_error_steers_a_terminal_in_any_language():
    text = Message("{text} (did you mean {close}?)", text=Message("expected a known id"),
                   close="a\u2028\x1b[2Jb")  # fmt: skip
    error = BadInputError([Problem("tables/places.csv", 3, "source", "a", text)])
    for language in ("zh", "en"):
        with speaking(language):
            said = error_text(error)
        assert said.isprintable()
        assert said.count("\\u2028\\x1b[2Jb") == 1


def test_a_sheet_is_printed_as_facts_and_tables(capsys):
    """Nothing empty is shown, lists of names stand last, in the language of the command."""
    sheet = {
        "from": "甲",
        "modes": {
            "rail": [{"names_zh": ["一线", "二线"], "names_en": ["One", "Two"], "route_ids": ["x"],
                      "time_min": 12.34, "lanes": None}],
            "water": [],
        },
        "redundancy": {"rail": {"value": 2, "cut": ["一线"], "cut_en": ["One"]},
                       "water": {"value": 0, "cut": [], "cut_en": []}},
        "gaps": [],
        "cities_served": ["甲", "乙"],
    }  # fmt: skip
    for language, names, cut in (("en", "One · Two", "One"), ("zh", "一线 · 二线", "一线")):
        with speaking(language):
            print_sheet(sheet)
        lines = capsys.readouterr().out.splitlines()
        mode = {"en": "rail", "zh": "铁路"}[language]
        assert [line.split() for line in lines if line.startswith(mode)] == [
            [mode, "12.3", *names.split()],
            [mode, "2", cut],
        ]
        assert lines[-1].endswith("甲 · 乙")
        assert not [line for line in lines if "water" in line or "水运" in line or "gaps" in line]


def test_numbers_stand_to_the_right_and_positions_keep_their_digits(capsys):
    rows = [{"name": "重庆北", "km": 7.25, "lon": 106.54321, "opened": "2006"},
            {"name": "b", "km": -1234.5, "lon": 99.0, "opened": "1952-07-01"}]  # fmt: skip
    print_table(rows, {"name": "place", "km": "km", "lon": "lon", "opened": "opened"})
    assert capsys.readouterr().out.splitlines() == [
        "place        km       lon  opened",
        "重庆北      7.2  106.5432  2006",
        "b       -1234.5   99.0000  1952-07-01",
    ]


def test_a_cell_is_text_and_no_markup(capsys):
    print_table([{"name": "[red]x[/red] :car:"}], {"name": "[b]"})
    assert capsys.readouterr().out.splitlines() == ["[b]", "[red]x[/red] :car:"]


def test_progress_and_errors_on_a_terminal(capsys, monkeypatch):
    """Colours and bars only there, and the words are the same."""
    from geo.cli import output

    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    for terminal in (False, True):
        monkeypatch.setattr("sys.stderr.isatty", lambda t=terminal: t)
        monkeypatch.setattr("sys.stdout.isatty", lambda t=terminal: t)
        output.complain("no city 'x'")
        with output.stages(2) as step:
            step("layers")
            step("maps")
            step("more than were expected")
        with output.blocks() as counted:
            counted(1, 3)
        output.print_table([{"mode": "road"}], {"mode": "mode"})
        out, err = capsys.readouterr()
        assert "no city 'x'" in err
        assert out.split()[-1] == "road"
        assert ("\x1b[" in err) == terminal
        assert ("layers" in err) == terminal
