"""How PyTorch's programs ask for gradients, read as tcalc's own forms of the same.

`torch.autograd.grad(y, x)` is `(grad[x](y),)`, `x.requires_grad_()` on a line is `x = tensor(x, requires_grad=True)`.
"""

from __future__ import annotations

from collections.abc import Sequence

from tcalc.errors import TcalcError
from tcalc.source import Span
from tcalc.syntax import nodes

#: torch's functions of functions, with the rows that do the same.
ROWS = {
    **dict.fromkeys(("torch.func.grad", "torch.autograd.grad"), "grad"),
    **dict.fromkeys(("torch.func.jacrev", "torch.func.jacfwd", "torch.autograd.functional.jacobian"), "jacobian"),
    **dict.fromkeys(("torch.func.hessian", "torch.autograd.functional.hessian"), "hessian"),
    "torch.func.vmap": "vmap",
}
#: What they do not have here, with how it is written.
OTHERWISE = {
    "torch.func.vjp": "vjp[x](e, v) is the product of v with the Jacobian of e",
    "torch.func.grad_and_value": "write (grad[x](e), e)",
    "torch.autograd.gradcheck": "write gradcheck[x](e)",
    "torch.autograd.gradgradcheck": "write gradcheck[x](sum(grad[x](e)))",
    "torch.autograd.Variable": "write tensor(…, requires_grad=True)",
    "torch.autograd.Function": "functions are differentiated as they are; detach(e) cuts",
    "torch.nn.Parameter": "write tensor(…, requires_grad=True)",
    "nn.Parameter": "write tensor(…, requires_grad=True)",
}
#: Options that say how torch keeps its record, which is kept here anyway.
RECORDING = frozenset(
    "retain_graph create_graph only_inputs allow_unused materialize_grads strict vectorize strategy".split()
)
OUTPUTS = ("outputs", "inputs", "grad_outputs")
PARAMETERS = ("torch.nn.Parameter", "torch.nn.parameter.Parameter", "nn.Parameter")
PRODUCT = ("func", "inputs", "v")


def expression(node: nodes.Call) -> nodes.Expr | None:
    """A call as it is written here; None where it is none of torch's forms. Raises TcalcError."""
    function = node.function
    if not isinstance(function, nodes.Attribute):
        return None
    if function.name == "requires_grad_" and not _is_off(node):
        return _leaf(node.span, function.value)
    path = _path(function)
    if path == "torch.autograd.grad":
        return _grad(node)
    if path in PARAMETERS:
        return _parameter(node, path)
    if path in ("torch.func.jvp", "torch.autograd.functional.jvp", "torch.autograd.functional.vjp"):
        return _product(node, path)
    return None


def statement(given: nodes.Statement) -> nodes.Statement | None:
    """A statement as it is written here; None where it is none of torch's forms."""
    if isinstance(given, nodes.Update) and isinstance(given.target, nodes.Attribute):
        return _assigned(given, given.target)
    if not isinstance(given, nodes.Show) or not isinstance(given.value, nodes.Call):
        return None
    call = given.value
    if not isinstance(call.function, nodes.Attribute):
        return None
    target, name = call.function.value, call.function.name
    if name == "requires_grad_" and isinstance(target, nodes.Name):
        value = _called(call.span, "detach", [target]) if _is_off(call) else _leaf(call.span, target)
        return nodes.Bind(given.span, True, target, None, value)
    if name == "zero_" and isinstance(target, nodes.Attribute) and target.name == "data":
        inner = target.value
        if isinstance(inner, nodes.Attribute) and inner.name == "grad":
            zero = nodes.Attribute(call.function.span, inner, "zero_", call.function.name_span)
            return nodes.Show(given.span, given.silent, nodes.Call(call.span, zero, ()))
    if name == "backward" and _path(call.function) == "torch.autograd.backward" and call.arguments:
        (of, *rest) = call.arguments
        result = of.value
        if isinstance(result, nodes.ListOf | nodes.TupleOf) and len(result.items) == 1:
            (result,) = result.items
        method = nodes.Attribute(call.function.span, result, "backward", call.function.name_span)
        return nodes.Show(given.span, given.silent, nodes.Call(call.span, method, tuple(rest)))
    return None


def _assigned(given: nodes.Update, target: nodes.Attribute) -> nodes.Statement | None:
    """`x.requires_grad = True`, `w.data -= lr * w.grad`"""
    variable, value = target.value, given.value
    if not isinstance(variable, nodes.Name):
        return None
    if target.name == "requires_grad" and not given.operator and isinstance(value, nodes.Constant):
        made = _leaf(given.span, variable) if value.value is True else _called(given.span, "detach", [variable])
        return nodes.Bind(given.span, True, variable, None, made)
    if target.name == "data" and given.operator:
        return nodes.Update(given.span, given.silent, variable, given.operator, _called(value.span, "detach", [value]))
    return None


def _path(node: nodes.Expr) -> str:
    from tcalc.check.names import dotted

    return dotted(node) or ""


def _is_off(call: nodes.Call) -> bool:
    """`x.requires_grad_(False)`"""
    first = call.arguments[0].value if call.arguments else None
    return isinstance(first, nodes.Constant) and first.value is False


def _leaf(span: Span, value: nodes.Expr) -> nodes.Call:
    marked = nodes.Argument(span, "requires_grad", nodes.Constant(span, True))
    return nodes.Call(span, _function(span, "tensor"), (nodes.Argument(value.span, None, value), marked))


def _function(span: Span, name: str) -> nodes.Attribute:
    """`torch.name`, which no variable hides."""
    return nodes.Attribute(span, nodes.Name(span, "torch"), name, span)


def _called(span: Span, name: str, values: Sequence[nodes.Expr], over: Sequence[nodes.Expr] = ()) -> nodes.Call:
    """`name[over](values)`"""
    function: nodes.Expr = _function(span, name)
    if over:
        function = nodes.Index(span, function, tuple(over))
    return nodes.Call(span, function, tuple([nodes.Argument(value.span, None, value) for value in values]))


def _bound(node: nodes.Call, names: Sequence[str], path: str) -> list[nodes.Expr | None]:
    """The arguments of a call by these names, without those that say how torch keeps its record."""
    found: dict[str, nodes.Expr] = {}
    for place, argument in enumerate(node.arguments):
        name = argument.name or (names[place] if place < len(names) else "")
        if name in names and name not in found:
            found[name] = argument.value
        elif name not in RECORDING:
            raise TcalcError("type", f"{path} takes {', '.join(names)}", argument.span)
    return [found.get(name) for name in names]


def _listed(node: nodes.Expr) -> tuple[nodes.Expr, ...]:
    return node.items if isinstance(node, nodes.ListOf | nodes.TupleOf) else (node,)


def _parameter(node: nodes.Call, path: str) -> nodes.Expr:
    """`torch.nn.Parameter(e)`, a leaf; with `requires_grad=False` the value alone."""
    data, marked = _bound(node, ("data", "requires_grad"), path)
    if data is None:
        raise TcalcError("type", f"{path} takes a tensor", node.span)
    is_off = isinstance(marked, nodes.Constant) and marked.value is False
    return _called(node.span, "detach", [data]) if is_off else _leaf(node.span, data)


def _grad(node: nodes.Call) -> nodes.Expr:
    """`torch.autograd.grad(outputs, inputs, grad_outputs)`: a tuple, also of one."""
    outputs, inputs, cotangents = _bound(node, OUTPUTS, "torch.autograd.grad")
    if outputs is None or inputs is None:
        raise TcalcError("type", "torch.autograd.grad takes outputs and inputs: torch.autograd.grad(y, x)", node.span)
    variables = _listed(inputs)
    for each in variables:
        if not isinstance(each, nodes.Name):
            raise TcalcError("grad", f"a gradient is by a variable's name, and {each.span.text} is none", each.span)
    results = _listed(outputs)
    if len(results) != 1:
        raise TcalcError("grad", "a gradient is of one output here; add up several", outputs.span)
    values = [*results, *(_listed(cotangents) if cotangents is not None else ())]
    call = _called(node.span, "grad", values, variables)
    return call if len(variables) > 1 else nodes.TupleOf(node.span, (call,))


def _product(node: nodes.Call, path: str) -> nodes.Expr:
    """`torch.func.jvp(f, (x,), (v,))`, `torch.autograd.functional.vjp(f, x, v)`: the value, and the product."""
    function, inputs, vector = _bound(node, PRODUCT, path)
    kind = path.rpartition(".")[2]
    if function is None or inputs is None or vector is None:
        raise TcalcError("type", f"{path} takes a function, its argument and v; {kind}[x](e, v) is shorter", node.span)
    if len(_listed(inputs)) != 1 or len(_listed(vector)) != 1:
        raise TcalcError("type", f"{path} takes one argument here; {kind}[x, y](e, v) is by several", node.span)
    ((point,), (v,)) = _listed(inputs), _listed(vector)
    at = nodes.Name(node.span, "x")
    value = nodes.Call(node.span, function, (nodes.Argument(node.span, None, at),))
    body = nodes.TupleOf(node.span, (value, _called(node.span, kind, [value, v], [at])))
    return nodes.Let(node.span, ((at, point),), body)
