"""Names: what is predefined, torch's dotted names, attributes, and how errors call an expression."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcalc import library
from tcalc.check import alone, autograd, calls, derivatives, errors
from tcalc.check.arguments import Given
from tcalc.check.near import nearest
from tcalc.check.typed import Static, Typed, item_of
from tcalc.errors import TcalcError
from tcalc.library import reachable
from tcalc.library.builtin import Builtin
from tcalc.source import Span
from tcalc.syntax import nodes
from tcalc.syntax.walk import within
from tcalc.types import dtypes
from tcalc.types.dtypes import DType
from tcalc.types.tensor import Axis, ConstantType, FunctionType, TensorType, TupleType, UnknownType, kind_of

if TYPE_CHECKING:
    from tcalc.check.checker import Checker
    from tcalc.check.scope import Scope

CONSTANTS = {"pi": math.pi, "π": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}
#: Python's own types as dtypes, as torch takes them; called, `float(x)` is the default float.
PYTHON_CONVERSIONS = {"float": dtypes.F64, "int": dtypes.I64, "bool": dtypes.BOOL}
#: Modules of torch's that may stand before a function, with the space its rows are in.
SPACES = {
    "torch": "",
    "torch.linalg": "linalg",
    "torch.special": "special",
    "torch.fft": "fft",
    "torch.nn.functional": "nn.functional",
    "nn.functional": "nn.functional",
    "F": "nn.functional",
    "linalg": "linalg",
    "special": "special",
    "fft": "fft",
    "torch.Tensor": "",
    "math": "",
}
ROOTS = frozenset("torch F linalg special fft nn np numpy math".split())
#: So many names, the latest, are looked at for a label that was taken for one.
MOST_SEEN = 100
#: torch has these as attributes and as functions.
READ_OR_CALLED = ("real", "imag")
RESERVED = frozenset(["torch", "True", "False", "None"])
LONGEST_NAME = 24
#: More parts of a tuple than this are not all named in an error.
MOST_PARTS = 8
#: Tensor methods that convert to a dtype, beside `x.f64()`.
CONVERTING = {
    "float": "f32",
    "double": "f64",
    "half": "f16",
    "bfloat16": "bf16",
    "int": "i32",
    "long": "i64",
    "short": "i16",
    "bool": "bool",
}
#: What the in-place methods do that are not a function's name and an underscore.
IN_PLACE = {
    "zero_": "zeros_like({x})",
    "fill_": "full_like({x}, …)",
    "copy_": "…",
    "requires_grad_": "tensor({x}, requires_grad=True)",
    "random_": "randint(…)",
    "normal_": "randn_like({x})",
    "uniform_": "rand_like({x})",
}
#: Names of torch's that stand for something that is done in another way here.
ELSEWHERE = {
    "cuda": "tensors live where --device says",
    "no_grad": "nothing is recorded unless a gradient is asked for",
    "Tensor": "write tensor(…)",
    "Size": "a shape is a tensor of integers: [2, 3]",
    "FloatTensor": "write tensor(…) or f32(…)",
    "LongTensor": "write tensor(…) or i64(…)",
    "pass": "leave the line empty",
    "break": "tcalc has no loops",
    "continue": "tcalc has no loops",
    "format": "print(a, b) shows values",
    "append": "values never change; cat and stack put tensors together",
    "optim": "minimize[w](loss, lr=…) finds the least loss",
    "list": "[…] makes a tensor, (…) keeps its parts apart",
    "tuple": "(…) keeps its parts apart",
    "dict": "bind each part to a name, or keep them apart in a tuple",
    "isinstance": "every value's type is known before it runs",
    **dict.fromkeys(
        ("set_grad_enabled", "enable_grad", "inference_mode", "is_grad_enabled"),
        "nothing is recorded unless a gradient is asked for",
    ),
    **dict.fromkeys(("grad_fn", "retain_grad"), ":graph z shows how z is computed, with the gradient by every step"),
    **dict.fromkeys(("optimizer", "optimiser", "scheduler"), "minimize[w](loss) moves w; by hand, w -= 0.1 * w.grad"),
    **dict.fromkeys(("Variable", "Parameter"), "write tensor(…, requires_grad=True)"),
    **dict.fromkeys(("register_hook", "grad_hook"), "f(grad[x](e)) does what a hook would do to a gradient"),
    **dict.fromkeys(
        ("stride", "is_contiguous", "data_ptr", "storage", "untyped_storage", "storage_offset"),
        "how a tensor lies in memory is no part of its value",
    ),
    "as_strided": "how a tensor lies in memory is no part of its value",
    "compile": "every statement is compiled as it is",
    **dict.fromkeys(
        ("set_default_dtype", "get_default_dtype"), "--dtype chooses the default float, in the shell :dtype"
    ),
    **dict.fromkeys(("set_num_threads", "get_num_threads"), "--threads says how many"),
    **dict.fromkeys(
        ("get_rng_state", "set_rng_state", "seed", "initial_seed"),
        "torch.manual_seed(n) starts the random numbers anew",
    ),
    "set_printoptions": "values are printed so that they can be read back",
    "from_file": "write load(…)",
    "while_loop": "write iterate, fold or scan",
    "cond": "write a if c else b",
    "exit": "write exit(), or press Ctrl-D",
    "quit": "write quit(), or press Ctrl-D",
    "help": "in the shell, :help NAME",
    "range": "write arange(…)",
    "plot": "the shell draws it, :plot x y",
    "hist": "the shell draws it, :hist x; histc counts",
    "imshow": "the shell draws it, :heat A or :image A",
    **dict.fromkeys(("plt", "matplotlib"), "the shell draws, :plot x y, :hist x, :heat A"),
    **dict.fromkeys(("jnp", "jax", "tf", "cupy"), "functions are torch's, without a prefix"),
    "enumerate": "use vmap or scan",
    "zip": "use vmap or scan with several arguments",
    "svd": "write linalg.svd, whose third result is Vh",
}
#: So many results of a shell have a name: `_1`, `_2` and so on.
RESULTS_KEPT = 100
#: torch's older constructors: conversions here, and dtypes for `x.type(…)`.
LEGACY = {
    "FloatTensor": "f32",
    "DoubleTensor": "f64",
    "HalfTensor": "f16",
    "LongTensor": "i64",
    "IntTensor": "i32",
    "ShortTensor": "i16",
    "ByteTensor": "u8",
    "BoolTensor": "bool",
}
#: What people write who come from elsewhere.
SPELLINGS = {
    "concat": "cat",
    "concatenate": "cat",
    "power": "pow",
    "absolute": "abs",
    "array": "tensor",
    "asarray": "tensor",
    "amap": "vmap",
    "log1p_": "log1p",
    "transposed": "transpose",
    "length": "len",
    "expand_dims": "unsqueeze",
    "astype": "to",
    "newaxis": "None",
    "copy": "clone",
    "identity": "eye",
    "null": "None",
    "NULL": "None",
    "nil": "None",
    "TRUE": "True",
    "FALSE": "False",
    "elif": "if … else",
}


def predefined(checker: Checker, name: str, span: Span) -> Typed | None:
    """A name that stands for something from the start: a constant, a dtype, a function of the library."""
    if name in CONSTANTS:
        return checker.static_number(CONSTANTS[name], span)
    from tcalc.check.functions import RowFunction

    row = library.row(name)
    if row is not None and not row.attribute:
        return Static(span, FunctionType(RowFunction(row)))
    dtype = PYTHON_CONVERSIONS.get(name) or dtypes.lookup(name)
    if dtype is not None:
        return Static(span, ConstantType(dtype))
    row = reachable.find(name)
    return None if row is None else Static(span, FunctionType(RowFunction(row)))


def is_predefined(name: str) -> bool:
    """Whether a name stands for something where nothing binds it."""
    known = name in CONSTANTS or name in PYTHON_CONVERSIONS or name in ROOTS or name in alone.ALONE
    return known or bool(library.row(name) or dtypes.lookup(name) or reachable.find(name))


def missing(function: nodes.Define | nodes.Lambda, scope: Scope) -> list[str]:
    """The names in a function's body that nothing has yet. They are looked up when it is called."""
    every = list(within(function.body))
    own = {"args", *(each.name for each in function.parameters)}
    own |= {function.name.name} if isinstance(function, nodes.Define) else set()
    for parameter in function.parameters:  # sizes
        own |= {each.name for each in within(parameter) if isinstance(each, nodes.Name)}
    for node in every:
        if isinstance(node, nodes.Lambda):
            own |= {each.name for each in node.parameters}
        elif isinstance(node, nodes.Let):
            own |= {name.name for name, _ in node.bindings}
    labels = {id(item) for node in every if isinstance(node, nodes.Index) for item in node.items}
    found = [node for node in every if isinstance(node, nodes.Name) and id(node) not in labels]
    return [
        name
        for name in dict.fromkeys([node.name for node in sorted(found, key=lambda node: node.span.start)])
        if name not in own and scope.lookup(name) is None and not is_predefined(name)
    ]


def is_result(name: str) -> bool:
    """Whether a name is that of a shell's result, `_1`."""
    return name[:1] == "_" and name[1:].isdecimal() and name.isascii()


def is_reserved(name: str) -> bool:
    """Whether a name cannot be rebound."""
    return name in RESERVED or dtypes.lookup(name) is not None or is_result(name)


def refuse_reserved(name: str, span: Span) -> None:
    """An error for a name that cannot be rebound."""
    if is_result(name):
        raise TcalcError("name", f"{name} is a result of the shell's by its number, and cannot be bound", span)
    if is_reserved(name):
        raise TcalcError("name", f"{name} cannot be rebound", span)


def unknown(checker: Checker, name: str, span: Span) -> TcalcError:
    """A name that nothing has."""
    if is_result(name):
        told = f"there is no {name}: in the shell, the last {RESULTS_KEPT} results are named so"
        return TcalcError("name", told, span)
    if name in ELSEWHERE:
        return TcalcError("name", f"there is no {name}: {ELSEWHERE[name]}", span)
    if name in alone.ALONE:
        return alone.refused(name, span)
    if checker.surroundings.brief:
        return errors.unknown_name(name, span, (), SPELLINGS)
    bound = [*checker.locals, *checker.scope.names()]
    error = errors.unknown_name(name, span, [*bound, *CONSTANTS, *library.names(), *reachable.names()], SPELLINGS)
    labelled = _labelled(checker, name, bound)
    return TcalcError("name", f"there is no {name}: {labelled}", span) if labelled else error


def _labelled(checker: Checker, label: str, bound: Sequence[str]) -> str:
    """What a name that nothing has is instead: the label of an axis of one of the names that are bound."""
    for name in bound[-MOST_SEEN:]:
        local, variable = checker.locals.get(name), checker.scope.lookup(name)
        type = local.type if local is not None else variable.type if variable is not None else None
        if isinstance(type, TensorType):
            for position, axis in enumerate(type.axes):
                if isinstance(axis, Axis) and axis.label == label:
                    return f"it labels an axis of {name}, whose size is {name}.shape[{position}]"
    return ""


def dotted(node: nodes.Expr) -> str | None:
    """`torch.linalg.norm` as text, None where the expression is no dotted name."""
    parts: list[str] = []
    while isinstance(node, nodes.Attribute):
        parts.append(node.name)
        node = node.value
    if not isinstance(node, nodes.Name):
        return None
    parts.append(node.name)
    return ".".join(reversed(parts))


def is_torch(node: nodes.Attribute) -> bool:
    """Whether a dotted name begins with one of torch's modules."""
    path = dotted(node)
    return path is not None and path.partition(".")[0] in ROOTS


def torch_name(checker: Checker, node: nodes.Attribute) -> Builtin | DType | float | str | None:
    """What a dotted torch name means: a row, a dtype, a constant; its text where torch has no such thing here.

    None where the expression is no dotted torch name, or its first part is a variable.
    """
    root: nodes.Expr = node
    while isinstance(root, nodes.Attribute):
        root = root.value
    if not isinstance(root, nodes.Name) or root.name not in ROOTS:
        return None
    if root.name != "torch" and checker.lookup(root.name, root.span) is not None:
        return None
    path = dotted(node)
    assert path is not None
    prefix, _, name = path.rpartition(".")
    space = SPACES.get(prefix)
    if path in autograd.ROWS:
        return library.row(autograd.ROWS[path])
    if prefix in ("np", "numpy") and name in CONSTANTS:
        return CONSTANTS[name]
    if space is None:
        return path
    row = library.row(name, space)
    if row is not None:
        return row
    if prefix == "torch" and name == "Tensor":
        return checker.default_float
    if space == "":
        dtype = dtypes.lookup(LEGACY.get(name, name))
        if dtype is not None:
            return dtype
        if name in CONSTANTS:
            return CONSTANTS[name]
    return reachable.find(name, ("Tensor", "") if prefix == "torch.Tensor" else (space,)) or path


def unknown_torch(checker: Checker, node: nodes.Attribute) -> TcalcError:
    """A dotted torch name that has no row."""
    path = dotted(node) or node.span.text
    if path in autograd.OTHERWISE:
        return TcalcError("name", f"there is no {path}: {autograd.OTHERWISE[path]}", node.span)
    if path.startswith("torch.optim"):
        return TcalcError("name", f"there is no {path}: {ELSEWHERE['optim']}", node.span)
    if path.split(".")[0] in ("np", "numpy"):
        if path.endswith("random.seed"):
            return TcalcError("name", f"there is no {path}: write torch.manual_seed(n)", node.span)
        return TcalcError("name", f"there is no {path}; functions are torch's, without a prefix", node.span)
    if path.startswith(("nn.", "torch.nn.")) and "functional" not in path:
        return TcalcError(
            "name", f"there are no modules like {path}; write the function with its weights as arguments", node.span
        )
    prefix, _, name = path.rpartition(".")
    if prefix == "torch" and name in alone.ALONE:
        return alone.refused(name, node.span)
    if name in ELSEWHERE:
        return TcalcError("name", f"there is no {path}: {ELSEWHERE[name]}", node.span)
    space = SPACES.get(prefix, "")
    known = () if checker.surroundings.brief else (*library.names(space), *reachable.names((space,)))
    of_torch = [dtype.torch_name for dtype in dtypes.DTYPES] if prefix == "torch" else []
    near = nearest(name, [*of_torch, *known])
    hint = f"; did you mean {' or '.join(f'{prefix}.{each}' for each in near)}?" if near else ""
    return TcalcError("name", f"there is no {path}{hint}", node.span)


def attribute(checker: Checker, node: nodes.Attribute) -> Typed:
    """`x.T`, `x.shape`, `torch.pi`, `pair.values`."""
    found = torch_name(checker, node)
    if found is not None:
        from tcalc.check.functions import RowFunction

        if isinstance(found, Builtin):
            return Static(node.span, FunctionType(RowFunction(found)))
        if isinstance(found, DType):
            return Static(node.span, ConstantType(found))
        if isinstance(found, float):
            return checker.static_number(found, node.span)
        raise unknown_torch(checker, node)
    value = checker.check(node.value)
    type = value.type
    if isinstance(type, TupleType):
        if node.name in type.names:
            return item_of(value, type.names.index(node.name), node.span)
        raise unknown_part(node.value, type, node.name, node.name_span)
    if node.name == "grad":
        return derivatives.accumulated(checker, node, value)
    if node.name in ("requires_grad", "is_leaf") and not isinstance(type, FunctionType):
        return derivatives.recorded(checker, node, value)
    if node.name in ("device", "is_cuda"):
        from tcalc.check.devices import attribute as of_device

        return of_device(checker, node)
    row = library.row(node.name)
    if row is not None and (row.attribute or row.name in READ_OR_CALLED):
        return calls.apply_row(checker, row, node, [Given(None, value, node.value)])
    if isinstance(type, UnknownType):
        return Static(node.span, type)
    if row is not None:
        raise uncalled(node, node)
    raise unknown_method(checker, node, value)


def uncalled(method: nodes.Attribute, node: nodes.Expr) -> TcalcError:
    """A method that is not called, `x.sum`; or that with what it works over, `x.sum[0]`."""
    closing = "]" * (isinstance(node, nodes.Index) and not node.span.text.endswith("]"))  # while it is being typed
    error = TcalcError("type", f"{method.name} is a function: write {node.span.text}{closing}()", method.name_span)
    error.kind = "uncalled"
    return error


def unknown_part(node: nodes.Expr, type: TupleType, name: str, span: Span) -> TcalcError:
    """A part of a tuple by a name that none has."""
    if not type.names:
        has = f"take parts by number: {node.span.text}[0]"
    elif len(type.names) <= MOST_PARTS:
        has = f"its parts are {', '.join(type.names)}"
    else:
        near = nearest(name, type.names)
        has = f"did you mean {' or '.join(near)}?" if near else f"it has {len(type.names)} parts"
    return TcalcError("name", f"{called(node)} has no part {name}; {has}", span)


def unknown_method(checker: Checker, node: nodes.Attribute, receiver: Typed) -> TcalcError:
    """`x.frobnicate`"""
    name = node.name
    if name.endswith("_") and not name.startswith("_"):
        target = node.value.name if isinstance(node.value, nodes.Name) else "x"
        if name not in IN_PLACE and method(name.rstrip("_")) is None:
            return TcalcError("name", f"values never change, so there is no {name}", node.name_span)
        plain = IN_PLACE.get(name, f"{target}.{name.rstrip('_')}(…)").replace("{x}", target)
        return TcalcError(
            "name", f"values never change, so there is no {name}; write {target} = {plain}", node.name_span
        )
    row = library.row(name)
    if row is not None and row.attribute:
        return TcalcError("type", f"{name} is no function: write {node.span.text}", node.name_span)
    if name in ELSEWHERE:
        return TcalcError("name", f"there is no {name}: {ELSEWHERE[name]}", node.name_span)
    if name == "save":
        return alone.refused(name, node.name_span)
    what = kind_of(receiver.type)
    known = () if checker.surroundings.brief else (*library.names(), *reachable.names(reachable.METHODS))
    near = nearest(name, known)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    if name in SPELLINGS:
        hint = f"; tcalc's is {SPELLINGS[name]}"
    return TcalcError("name", f"{called(node.value)} ({what}) has no {name}{hint}", node.name_span)


def method(name: str) -> Builtin | None:
    """The function that a name after a dot calls."""
    row = library.row(name)
    if row is None or (not row.attribute and "" not in row.spaces and "linalg" not in row.spaces):
        return reachable.find(name, reachable.METHODS)
    return None if row.attribute else row


def conversion_method(name: str) -> DType | None:
    """The dtype that `x.double()`, `x.f64()` convert to."""
    return dtypes.lookup(CONVERTING.get(name, name))


def called(node: nodes.Node) -> str:
    """What to call an expression in a sentence: its own text where that is short, else "this"."""
    return shown(node.span.text) or "this"


def axis_of(node: nodes.Node, position: int) -> str:
    """What to call an axis in a sentence: "x's axis 0", of a long expression "axis 0"."""
    short = shown(node.span.text)
    return f"{short}'s axis {position}" if short else f"axis {position}"


def shown(text: str) -> str:
    """The text where it is short enough to stand in a sentence, else nothing."""
    return text if 0 < len(text) <= LONGEST_NAME and "\n" not in text else ""


def party(node: nodes.Expr, call: nodes.Expr, position: int) -> str:
    """What to call an argument in a sentence: its name, or its place in the call."""
    if isinstance(node, nodes.Name | nodes.Attribute) and shown(node.span.text) and dotted(node) is not None:
        return node.span.text
    if isinstance(call, nodes.Binary | nodes.Compare):
        return "the right side" if position == 1 else "the left side"
    if isinstance(call, nodes.Unary):
        return "the operand"
    if shown(node.span.text):
        return node.span.text
    if isinstance(call, nodes.Call) and isinstance(call.function, nodes.Attribute) and not is_torch(call.function):
        if call.function.value is node:
            return "the left side"
        position -= 1
    return f"the {('first', 'second', 'third', 'fourth', 'fifth')[min(position, 4)]} argument"


def makes_axes(node: nodes.Expr) -> bool:
    """Whether an operand's own expression makes an axis for a broadcast: `None` in an index, `unsqueeze`, keepdim."""
    if isinstance(node, nodes.Index):
        for item in node.items:
            if isinstance(item, nodes.Constant) and item.value is None:
                return True
            if isinstance(item, nodes.Argument) or (isinstance(item, nodes.Name) and item.name.startswith("keepdim")):
                return True
        return makes_axes(node.value)
    if isinstance(node, nodes.Call):
        function = node.function
        name = function.name if isinstance(function, nodes.Name | nodes.Attribute) else ""
        if name in ("unsqueeze", "reshape", "view", "meshgrid"):
            return True
        if any(argument.name in ("keepdim", "keepdims") for argument in node.arguments):
            return True
        return makes_axes(function) or any(makes_axes(argument.value) for argument in node.arguments)
    if isinstance(node, nodes.Attribute | nodes.Pipe):
        return makes_axes(node.value)
    if isinstance(node, nodes.Binary):
        return makes_axes(node.left) or makes_axes(node.right)
    if isinstance(node, nodes.Unary):
        return makes_axes(node.operand)
    return False
