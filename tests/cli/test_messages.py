"""The command line speaks Chinese and English."""

from __future__ import annotations

import argparse
import ast
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import geo
from geo.cli.main import _parser, main
from geo.cli.messages import language_of, messages, spoken, translated, translated_error
from geo.cli.output import print_sheet, print_table
from geo.core.errors import BadInputError, Problem

PACKAGE = Path(geo.__file__).parent
SPEAKING = {"BadInputError", "OutputError", "ArgumentTypeError", "say"}
#: What the programming interface says: commands check before it is reached.
INTERNAL = {"access_measures.py", "engines", "show.py", "isochrones.py", "_ends.py"}


def template(node):
    """The text of a literal with {} for every value in it; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(v.value if isinstance(v, ast.Constant) else "{}" for v in node.values)
    return None


def spoken_in(path):
    """Messages of one module: arguments of errors and of `say`, and every `expected …`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    quiet = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)
             for part in node.values}  # fmt: skip
    quiet |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) in quiet:
            continue
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in SPEAKING and node.args and (text := template(node.args[0])):
                yield from text.split("\n")
        elif (text := template(node)) and text.startswith("expected ") and "\n" not in text:
            yield text


def known(text):
    """Whether every word of a message has its Chinese; messages of values alone need none."""
    if not re.search(r"[A-Za-z]{3}", text.replace("{}", "")) or text.endswith(" to"):
        return True
    keys = messages()["messages"]
    return text in keys or text in messages()["terms"] or translated(text, "zh") != text


def headings_of(path):
    """Headings of the tables a module prints."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print_table":
            for part in ast.walk(node.args[1]):
                if isinstance(part, ast.Dict):
                    yield from filter(None, map(template, part.values))


def modules():
    found = [path for path in sorted(PACKAGE.rglob("*.py"))
             if not INTERNAL & set(path.relative_to(PACKAGE).parts)]  # fmt: skip
    assert len(found) > 60
    return found


def test_every_message_has_its_chinese():
    silent = {f"{path.name}: {text}" for path in modules() for text in spoken_in(path)
              if not known(text)}  # fmt: skip
    assert silent == set()


def test_every_heading_has_its_chinese():
    heard = {text for path in modules() for text in headings_of(path)}
    assert {"status", "published km"} <= heard
    assert {text for text in heard if not known(text)} == set()


def helps(parser):
    yield from filter(None, [parser.description, parser.epilog])
    yield from (group.title for group in parser._action_groups if group.title)
    for action in parser._actions:
        if action.help and action.help is not argparse.SUPPRESS:
            yield action.help
        if isinstance(action, argparse._SubParsersAction):
            yield from (entry.help for entry in action._choices_actions)
            for command in action.choices.values():
                yield from helps(command)


def test_every_help_has_its_chinese():
    texts = {line for text in helps(_parser()) for line in text.split("\n")}
    assert len(texts) > 60
    assert {text for text in texts if not known(text)} == set()


def test_the_chinese_holds_every_value_once():
    for english, chinese in messages()["messages"].items():
        values = [f"«{number}»" for number in range(english.count("{}"))]
        said = chinese.format(*values) if values else chinese
        assert all(said.count(value) == 1 for value in values), english
        assert said.count("«") == len(values), english


@given(st.text(max_size=80))
def test_any_text_can_be_said(text):
    assert translated(text, "en") == text
    assert translated(text, "zh").count("\n") == text.count("\n")


def test_values_stay_as_they_are():
    text = "tables/x.csv: cannot be"
    assert translated(text, "zh") == text
    assert translated("no city 'open {0} {}'; closest: 成都", "zh") == (
        "没有城市'open {0} {}'；相近的有：成都"
    )


def test_an_error_keeps_its_place():
    error = BadInputError(
        [
            Problem(
                "tables/routes.csv",
                7,
                "mode",
                "tram",
                "expected an id used once; row 3 has it too",
            )
        ]
    )
    assert translated_error(error, "en") == str(error)
    assert translated_error(error, "zh") == (
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
    assert "两城之间的最快路径" in capsys.readouterr().out
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    with pytest.raises(SystemExit) as stop:
        main(["od", "成都", "重庆", "--k", "0"])
    assert stop.value.code == 2
    assert "应为 1 到 50 之间的整数" in capsys.readouterr().err
    assert main(["od", "成都", "成渝"]) == 2
    assert capsys.readouterr().err.startswith("没有城市'成渝'")


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
    text = "expected a known id (did you mean a\u2028\x1b[2Jb?)"
    error = BadInputError([Problem("tables/places.csv", 3, "source", "a", text)])
    for language in ("zh", "en"):
        said = translated_error(error, language)
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
        token = spoken.set(language)
        print_sheet(sheet)
        spoken.reset(token)
        lines = capsys.readouterr().out.splitlines()
        mode = {"en": "rail", "zh": "铁路"}[language]
        assert [line.split() for line in lines if line.startswith(mode)] == [
            [mode, "12.3", *names.split()],
            [mode, "2", cut],
        ]
        assert lines[-1].endswith("甲 · 乙")
        assert not [line for line in lines if "water" in line or "水运" in line or "gaps" in line]


def test_numbers_stand_to_the_right_and_positions_keep_their_digits(capsys):
    rows = [{"name_zh": "重庆北", "km": 7.25, "lon": 106.54321, "opened": "2006"},
            {"name_zh": "b", "km": -1234.5, "lon": 99.0, "opened": "1952-07-01"}]  # fmt: skip
    print_table(rows, {"name_zh": "place", "km": "km", "lon": "lon", "opened": "opened"})
    assert capsys.readouterr().out.splitlines() == [
        "place        km       lon  opened",
        "重庆北      7.2  106.5432  2006",
        "b       -1234.5   99.0000  1952-07-01",
    ]
