"""Functions on functions and on names: the checker reads their calls itself (`special`)."""

from __future__ import annotations

from tcalc.library.builtin import Builtin, Form


def _special(name: str, signature: str, doc: str, example: str) -> Builtin:
    return Builtin(name, [Form(signature)], special=name, torch=f"kernel:{name}", over=(), doc=doc, example=example)


ROWS = [
    _special(
        "vmap",
        "(f: function) -> any[...]",
        "The function mapped over the first axis of its arguments; `vmap[1](f)` over another.",
        "vmap(row -> sum(row))([[1, 2], [3, 4]])  #=> [3, 7]",
    ),
    _special(
        "scan",
        "(f: function, init: value, xs: value) -> any[...]",
        "`f(state, x)` gives the next state and an output: the last state and the stacked outputs.",
        "scan((s, x) -> (s + x, s * x), 0, [1, 2, 3])[1]  #=> [0, 2, 9]",
    ),
    _special(
        "fold",
        "(f: function, init: value, xs: value) -> any[...]",
        "`f(state, x)` gives the next state, along the first axis: the last state.",
        "fold((a, x) -> a * 10 + x, 0, [1, 2, 3])  #=> 123",
    ),
    _special(
        "iterate",
        "(f: function, x0: value, n: int) -> any[...]",
        "A function applied n times.",
        "iterate(x -> 2 * x, 1, 10)  #=> 1024",
    ),
    _special(
        "grad", "(e: value, x: value = None) -> any[...]", "The derivative of a scalar by a variable.", "1  #=> 1"
    ),
    _special(
        "jacobian", "(e: value, x: value = None) -> any[...]", "All derivatives of a tensor by a variable.", "1  #=> 1"
    ),
    _special(
        "hessian",
        "(e: value, x: value = None) -> any[...]",
        "The second derivatives of a scalar by a variable.",
        "1  #=> 1",
    ),
    _special("vjp", "(e: value, v: value) -> any[...]", "A vector times the Jacobian.", "1  #=> 1"),
    _special("jvp", "(e: value, v: value) -> any[...]", "The Jacobian times a vector.", "1  #=> 1"),
    _special("minimize", "(loss: value) -> any[...]", "The values of variables that make a loss least.", "1  #=> 1"),
    _special(
        "gradcheck",
        "(e: value) -> any[...]",
        "How far a derivative is from finite differences.",
        "1  #=> 1",
    ),
    _special("load", "(path: text) -> any[...]", "The tensor in a file: csv or npy.", "1  #=> 1"),
]
