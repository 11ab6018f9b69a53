"""What an expression changes with."""

from __future__ import annotations

from collections.abc import Callable

from tcalc.check import typed as t
from tcalc.library.builtin import FLAT

#: What a local variable is bound to; None for a parameter.
BoundTo = Callable[[t.Local], "t.Typed | None"]


def smooth_parts(typed: t.Typed, bound_to: BoundTo) -> tuple[t.Typed, ...]:
    """What an expression is made of and changes with; of a local variable what it is bound to."""
    if isinstance(typed, t.Apply) and typed.form.vjp == FLAT:
        return ()
    if isinstance(typed, t.Use):
        value = bound_to(typed.local)
        return () if value is None else (value,)
    return t.inside(typed)


def steps_between(typed: t.Typed, variable: t.Typed, bound_to: BoundTo) -> list[str] | None:
    """How an expression depends on a variable: not at all, None; smoothly, []; else the functions that are flat.

    What session variables were computed by is not looked at.
    """
    flat: list[str] = []
    meets = False
    own: dict[t.Local, t.Typed] = {}
    seen: set[tuple[int, str]] = set()
    stack: list[tuple[t.Typed, str]] = [(typed, "")]
    while stack:
        each, through = stack.pop()
        if (id(each), through) in seen:
            continue
        seen.add((id(each), through))
        if _is(each, variable):
            if not through:
                return []
            meets = True
            if through not in flat:
                flat.append(through)
        elif isinstance(each, t.Bound):
            own.update(each.bindings)
        if isinstance(each, t.Use):
            value = own.get(each.local) or bound_to(each.local)
            parts: tuple[t.Typed, ...] = () if value is None else (value,)
        else:
            parts = t.inside(each)
        if isinstance(each, t.Apply) and each.form.vjp == FLAT:
            through = through or each.row.name
        stack.extend([(part, through) for part in parts])
    return flat if meets else None


def _is(typed: t.Typed, variable: t.Typed) -> bool:
    if isinstance(typed, t.Use) and isinstance(variable, t.Use):
        return typed.local is variable.local
    return isinstance(typed, t.Reference) and isinstance(variable, t.Reference) and typed.name == variable.name


def _unbound(local: t.Local) -> t.Typed | None:
    return None


def names_of(typed: t.Typed, bound_to: BoundTo = _unbound) -> set[str]:
    """The session's variables that an expression changes with."""
    found: set[str] = set()
    own: dict[t.Local, t.Typed] = {}
    seen: set[int] = set()
    stack = [typed]
    while stack:
        each = stack.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, t.Reference):
            found.add(each.name)
        elif isinstance(each, t.Bound):
            own.update(each.bindings)
        stack.extend(smooth_parts(each, lambda local: own.get(local) or bound_to(local)))
    return found
