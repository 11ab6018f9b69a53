"""The options of `minimize`: which there are for each method, and what they may be."""

from __future__ import annotations

from collections.abc import Sequence

from tcalc.check.arguments import Given
from tcalc.errors import TcalcError
from tcalc.types.tensor import ConstantType, TupleType, Type

#: The methods, each with how many steps it takes at most where nothing is said, and torch's options of it.
METHODS: dict[str, tuple[int, tuple[str, ...]]] = {
    "lbfgs": (500, ("history_size",)),
    "adam": (2000, ("betas", "eps", "weight_decay")),
    "sgd": (2000, ("momentum", "nesterov", "weight_decay")),
}
_ALWAYS = ("method", "steps", "lr")
#: Those that are integers from 1 on, and those that may be 0.
_COUNTS, _FROM_0 = ("steps", "history_size"), ("weight_decay", "momentum")


def options_of(given: Sequence[Given]) -> dict[str, object]:
    """The options of a call. Raises TcalcError where one is none that the method takes."""
    options: dict[str, object] = {"method": "lbfgs", "steps": None, "lr": None}
    for each in given:
        name = str(each.name)
        if name not in _ALWAYS and not any(name in own for _, own in METHODS.values()):
            known = ", ".join(sorted(options))
            raise TcalcError("type", f"minimize has no option {name}; it has {known}", each.node.span)
        options[name] = _option(name, each)
    steps, own = METHODS[str(options["method"])]
    for each in given:
        if each.name not in _ALWAYS and each.name not in own:
            methods = [f'"{method}"' for method, (_, names) in METHODS.items() if each.name in names]
            raise TcalcError(
                "type",
                f'{each.name} is an option of {" and ".join(methods)}, not of "{options["method"]}"',
                each.node.span,
            )
    if options.get("nesterov") and not options.get("momentum"):
        raise TcalcError("value", "nesterov needs a momentum above 0", given[0].node.span)
    options["steps"] = options["steps"] or steps
    return options


def _option(name: str, given: Given) -> object:
    value = _value(given.typed.type)
    if name == "method":
        if isinstance(value, str) and value.lower() in METHODS:
            return value.lower()
        listed = ", ".join(f'"{method}"' for method in METHODS)
        raise TcalcError("value", f"method is one of {listed}", given.node.span)
    if name in _COUNTS:
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        raise TcalcError("value", f"{name} is an integer from 1 on, known while checking", given.node.span)
    if name == "nesterov":
        if isinstance(value, bool):
            return value
        raise TcalcError("value", "nesterov is True or False", given.node.span)
    if name == "betas":
        if isinstance(value, tuple) and len(value) == 2 and all(_is_number(each) and 0 <= each < 1 for each in value):
            return value
        raise TcalcError("value", "betas are two numbers from 0 up to 1, (0.9, 0.999)", given.node.span)
    if isinstance(value, int | float) and _is_number(value) and (value > 0 or (value == 0 and name in _FROM_0)):
        return value
    least = "from 0 on" if name in _FROM_0 else "above 0"
    raise TcalcError("value", f"{name} is a number {least}, known while checking", given.node.span)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value < float("inf")


def _value(type: Type) -> object:
    """What is known of an argument while checking."""
    if isinstance(type, TupleType):
        return tuple(map(_value, type.items))
    return type.value if isinstance(type, ConstantType) else getattr(type, "static", None)
