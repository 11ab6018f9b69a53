"""Repairs of a gradient of what is no scalar."""

from __future__ import annotations

from collections.abc import Iterator

from tcalc.check.repairs.changes import Change, Fault, attribute, called, indexed, name, with_argument, with_function
from tcalc.syntax import nodes

#: What a direction may be called.
COTANGENTS = ("v", "u", "g", "cotangent")


def of_a_scalar(fault: Fault) -> Iterator[Change]:
    """`grad[x](e)` to `grad[x](sum(e))` or `jacobian[x](e)`, `z.backward()` to `sum(z).backward()`."""
    node = fault.node
    if isinstance(node, nodes.Call) and isinstance(node.function, nodes.Attribute):
        method = node.function
        if method.name == "backward" and not node.arguments:
            total = called(name("sum", method.value.span), [method.value])
            yield Change(node, with_function(node, attribute(total, "backward")), 0)
    if not isinstance(node, nodes.Call) or not node.arguments:
        return
    over = node.function
    kind = over.value if isinstance(over, nodes.Index) else over
    if not isinstance(kind, nodes.Name) or kind.name not in ("grad", "hessian"):
        return
    body = node.arguments[0].value
    yield Change(node, with_argument(node, 0, called(name("sum", body.span), [body])), 0)
    if kind.name != "grad":
        return
    yield Change(node, with_function(node, _of_kind("jacobian", over)), 1)
    type = fault.type_of(body)
    if type is not None and len(node.arguments) == 1:
        cotangent = next(word for word in COTANGENTS if word not in fault.known)
        vjp = called(_of_kind("vjp", over), [body, name(cotangent, body.span)])
        yield Change(node, vjp, 2, given=[(cotangent, type.unstatic())])


def _of_kind(kind: str, over: nodes.Expr) -> nodes.Expr:
    """Another derivative by the same names."""
    function = name(kind, over.span)
    return indexed(function, over.items) if isinstance(over, nodes.Index) else function
