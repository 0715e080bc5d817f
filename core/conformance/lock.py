"""The contract as it was declared at each version, kept in `core/hooks/contract.lock.json`, and what may change in it.

`python -m core.conformance.lock` writes down what the code declares under its `API_VERSION`. A version that is written
down stays as it is, unless it was not released yet: `--not-yet-released`.
"""

import json
import sys
import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from packaging.version import Version

import core.hooks as surface
from core.hooks import contract, values
from core.hooks.contract import API_VERSION, Hook
from core.hooks.specs import ALL_HOOKS

LOCK = Path(contract.__file__).with_name("contract.lock.json")
HOW = "请提高 core/hooks/contract.py 的 API_VERSION，再运行 python -m core.conformance.lock"
Declared = Mapping[str, Any]


def declared() -> dict[str, Any]:
    """Return the contract as the code declares it: hooks, values and their fields, names that a plugin may import."""
    kinds = {name: kind for name, kind in sorted(vars(values).items()) if is_dataclass(kind)}
    return {
        "hooks": {hook.name: _hook(hook) for hook in ALL_HOOKS},
        "values": {name: _fields(kind) for name, kind in kinds.items()},
        "names": sorted(surface.__all__),
    }


def locked() -> dict[str, Any]:
    """Return the contract of each version that was written down."""
    written: dict[str, Any] = json.loads(LOCK.read_text(encoding="utf-8"))
    return written


def faults(written: Mapping[str, Declared], now: Declared, version: str) -> Iterator[str]:
    """Yield what is wrong: a contract other than the one written down, or something taken away within one major."""
    if version not in written:
        yield f"接口 {version} 没有记在 {LOCK.name}。{HOW}"
    elif written[version] != now:
        yield f"接口变了，{LOCK.name} 里的 {version} 不是这样：{'；'.join(differences(written[version], now))}。{HOW}"
    versions = sorted(written, key=Version)
    for older, newer in pairwise(versions):
        if Version(older).major == Version(newer).major:
            yield from (
                f"接口 {newer} 比 {older} {broken}；这要提高大版本，并提前 12 个月警告"
                for broken in taken_away(written[older], written[newer])
            )


def differences(before: Declared, after: Declared) -> Iterator[str]:
    """Yield which hooks, values and names differ."""
    for part in ("hooks", "values"):
        for name in sorted(before[part].keys() | after[part].keys()):
            if before[part].get(name) != after[part].get(name):
                yield name
    yield from sorted(set(before["names"]) ^ set(after["names"]))


def taken_away(before: Declared, after: Declared) -> Iterator[str]:
    """Yield what a plugin made for the older contract would miss under the newer one."""
    answered = _answered(after)
    for name, hook in before["hooks"].items():
        if name not in after["hooks"]:
            yield f"少了接口 {name}"
        else:
            yield from _taken_from_hook(name, hook, after["hooks"][name])
    for name, held in before["values"].items():
        if name not in after["values"]:
            yield f"少了 {name}"
        else:
            yield from _taken_from_value(name, held, after["values"][name], is_answered=name in answered)
    yield from (f"少了名称 {name}" for name in sorted(set(before["names"]) - set(after["names"])))


def write(*, not_yet_released: bool) -> str:
    """Write the present contract down, and return what was done or why not, in words."""
    written = locked() if LOCK.exists() else {}
    now = declared()
    if written.get(API_VERSION) == now:
        return f"{LOCK.name} 已是接口 {API_VERSION} 现在的样子。"
    if API_VERSION in written and not not_yet_released:
        raise SystemExit(f"接口 {API_VERSION} 已经记下，不再改动。{HOW}。还没有发布的版本可加 --not-yet-released。")
    written[API_VERSION] = now
    if found := list(faults(written, now, API_VERSION)):
        raise SystemExit("\n".join(found))
    LOCK.write_text(json.dumps(written, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return f"已把接口 {API_VERSION} 记入 {LOCK}。"


def _taken_from_hook(name: str, before: Declared, after: Declared) -> Iterator[str]:
    for argument, kind in before["arguments"].items():
        now = after["arguments"].get(argument)
        if now is None:
            yield f"{name} 少了参数 {argument}"
        elif now != kind:
            yield f"{name} 的参数 {argument} 从 {kind} 变成了 {now}"
    for what in ("kind", "merge", "on_error", "item"):
        if what in before and before[what] != after[what]:
            yield f"{name} 的 {what} 从 {before[what]} 变成了 {after[what]}"
    if after["budget_ms"] < before["budget_ms"]:
        yield f"{name} 的时间从 {before['budget_ms']} 毫秒减到了 {after['budget_ms']}"


def _taken_from_value(name: str, before: Declared, after: Declared, *, is_answered: bool) -> Iterator[str]:
    for field, held in before.items():
        now = after.get(field)
        if now is None:
            yield f"{name} 少了 {field}"
        elif not _takes(now["type"], held["type"]):
            yield f"{name} 的 {field} 从 {held['type']} 变成了 {now['type']}"
        elif held["has_default"] and not now["has_default"]:
            yield f"{name} 的 {field} 不再有默认值"
    for field in after.keys() - before.keys():
        if is_answered and not after[field]["has_default"]:
            yield f"{name} 多了必须给出的 {field}"


def _takes(now: str, before: str) -> bool:
    """Tell whether whatever was a value of the older type is one of the newer."""
    return set(before.split(" | ")) <= set(now.split(" | "))


def _answered(contract: Declared) -> set[str]:
    """Return the values that plugins make: what hooks answer, and what that holds."""
    found: set[str] = set()
    waiting = [hook["item"] for hook in contract["hooks"].values()]
    while waiting:
        name = waiting.pop()
        if name in contract["values"] and name not in found:
            found.add(name)
            kinds = " ".join(field["type"] for field in contract["values"][name].values())
            waiting += [other for other in contract["values"] if other in kinds]
    return found


def _hook(hook: Hook[..., Any]) -> dict[str, Any]:
    hints = get_type_hints(hook.spec)
    return {
        "arguments": {name: _words(hints[name]) for name in hook.arguments},
        "kind": hook.kind,
        "merge": hook.merge,
        "on_error": hook.on_error,
        "item": hook.item.__name__,
        "budget_ms": hook.budget_ms,
        "since": hook.since,
    }


def _fields(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {
        each.name: {
            "type": _words(hints[each.name]),
            "has_default": each.default is not MISSING or each.default_factory is not MISSING,
        }
        for each in fields(kind)
    }


def _words(kind: Any) -> str:
    """Return a type as text, alternatives apart, whatever they were called in the code."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return " | ".join(sorted(repr(each) for each in inner))
    if origin in (Union, types.UnionType):
        return " | ".join(_words(each) for each in inner)
    if origin is not None:
        return f"{origin.__name__}[{', '.join('...' if each is Ellipsis else _words(each) for each in inner)}]"
    return "None" if kind is type(None) else getattr(kind, "__name__", str(kind))


def main() -> None:
    """Write the contract down."""
    print(write(not_yet_released="--not-yet-released" in sys.argv[1:]))  # noqa: T201 -- a script of the developers'


if __name__ == "__main__":
    main()
