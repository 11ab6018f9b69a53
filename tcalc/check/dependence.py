"""What an expression changes with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tcalc.check import typed as t
from tcalc.library.builtin import Flat
from tcalc.types.dtypes import is_step
from tcalc.types.tensor import TensorType

#: What a local variable is bound to; None for a parameter.
BoundTo = Callable[[t.Local], "t.Typed | None"]


def smooth_parts(typed: t.Typed, bound_to: BoundTo) -> tuple[t.Typed, ...]:
    """What an expression is made of and changes with; of a local variable what it is bound to."""
    if isinstance(typed, t.Apply) and isinstance(typed.form.vjp, Flat):
        return ()
    if isinstance(typed, t.Convert) and _is_step(typed):
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
        if isinstance(each, t.Apply) and isinstance(each.form.vjp, Flat):
            through = through or each.row.name
        elif isinstance(each, t.Convert) and _is_step(each):
            through = through or each.dtype.name
        stack.extend([(part, through) for part in parts])
    return flat if meets else None


def _is_step(convert: t.Convert) -> bool:
    source = convert.operand.type
    return isinstance(source, TensorType) and is_step(source.dtype, convert.dtype)


def _is(typed: t.Typed, variable: t.Typed) -> bool:
    if isinstance(typed, t.Use) and isinstance(variable, t.Use):
        return typed.local is variable.local
    return isinstance(typed, t.Reference) and isinstance(variable, t.Reference) and typed.name == variable.name


def _unbound(local: t.Local) -> t.Typed | None:
    return None


def names_of(typed: t.Typed, bound_to: BoundTo = _unbound) -> set[str]:
    """The session's variables that an expression changes with."""
    return set(_changing(typed, bound_to))


def changes(typed: t.Typed) -> bool:
    """Whether an expression changes with any of the session's variables."""
    return next(_changing(typed, _unbound), None) is not None


def _changing(typed: t.Typed, bound_to: BoundTo) -> Iterator[str]:
    own: dict[t.Local, t.Typed] = {}
    seen: set[int] = set()
    stack = [typed]
    while stack:
        each = stack.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, t.Reference):
            yield each.name
        elif isinstance(each, t.Bound):
            own.update(each.bindings)
        stack.extend(smooth_parts(each, lambda local: own.get(local) or bound_to(local)))


def mentioned(typed: t.Typed) -> set[str]:
    """The session's variables in an expression, whether it changes with them or not."""
    return set(_mentioned(typed))


def mentions(typed: t.Typed) -> bool:
    """Whether any of the session's variables stands in an expression."""
    return next(_mentioned(typed), None) is not None


def _mentioned(typed: t.Typed) -> Iterator[str]:
    for each in _parts([typed]):
        if isinstance(each, t.Reference) and not isinstance(each, t.Settled):
            yield each.name


def varied(values: Sequence[t.Typed]) -> set[str]:
    """The session's variables that the derivatives in some expressions are by."""
    by = [variable for each in _parts(values) if isinstance(each, t.Derivative) for variable in each.by]
    return {variable.name for variable in by if isinstance(variable, t.Reference)}


def _parts(values: Sequence[t.Typed]) -> Iterator[t.Typed]:
    """Some expressions and all that is inside of them, each once."""
    seen: set[int] = set()
    stack = [*values]
    while stack:
        each = stack.pop()
        if id(each) not in seen:
            seen.add(id(each))
            yield each
            stack.extend(t.inside(each))


def remembered(values: Sequence[t.Typed]) -> set[str]:
    """The session's variables whose past the derivatives in some expressions may look into.

    Those that a derivative is by it takes as they are, and so does what stands outside of all of them.
    """
    found: set[str] = set()
    seen: set[tuple[int, frozenset[str] | None]] = set()
    stack: list[tuple[t.Typed, frozenset[str] | None]] = [(each, None) for each in values]
    while stack:
        each, by = stack.pop()
        if (id(each), by) in seen:
            continue
        seen.add((id(each), by))
        if isinstance(each, t.Reference) and by is not None and each.name not in by:
            found.add(each.name)
        if isinstance(each, t.Bound) and by is None:
            by = frozenset()  # what a local variable is bound to may be looked into from inside
        if isinstance(each, t.Derivative):
            own = frozenset([variable.name for variable in each.by if isinstance(variable, t.Reference)])
            stack.append((each.body, own if by is None else own & by))
            stack.extend([(part, by) for part in t.inside(each) if part is not each.body and part not in each.by])
            continue
        stack.extend([(part, by) for part in t.inside(each)])
    return found
