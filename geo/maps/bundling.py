"""The scripts of a page: modules of `assets`, inlined in the order of their imports."""

from __future__ import annotations

import re

from geo.maps.texts import asset

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([\w-]+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
_COMMENT = re.compile(r"^ *(?://[^\n]*|/\*\*.*?\*/)\n", re.MULTILINE | re.DOTALL)
_CAST = re.compile(r"/\*\* @type \{[^\n]*?\} \*/ ?")
_INDENT = re.compile(r"^ +", re.MULTILINE)


def page_script(name: str) -> str:
    """
    Return a module and all it imports as one script, whose exports join the namespace `geo`.

    A page opened as a file may not load modules from other files, so each becomes a function
    that is called once: what it does not export stays its own.
    """
    modules: dict[str, str] = {}
    names: list[str] = []
    _add_module(name, modules, names)
    inner = "\n".join(modules.values())
    exported = f"return {{ {', '.join(names)} }};"
    return (
        "globalThis.geo = { ...globalThis.geo, ...(() => {\n"
        f'"use strict";\n{inner}\n{exported}\n}})() }};\n'
    )


def _add_module(name: str, modules: dict[str, str], names: list[str]) -> None:
    """Add what a module imports, then the module itself, each once."""
    if name in modules:
        return
    source = asset(f"{name}.js")
    for other in _IMPORT.findall(source):
        _add_module(other, modules, names)
    own = _EXPORT.findall(source)
    body = source
    for pattern in (_COMMENT, _CAST, _IMPORT, _EXPORT, _INDENT):
        body = pattern.sub("", body)
    listed = ", ".join(own)
    modules[name] = (
        f"const {{ {listed} }} = (() => {{\n{body.strip()}\nreturn {{ {listed} }};\n}})();"
    )
    names += own
