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
    *[
        _special(name, signature, doc, example)
        for name, signature, doc, example in (
            (
                "grad",
                "(e: value, x: value = None) -> any[...]",
                "The derivative of a scalar by a variable.",
                "grad(x -> x^3)(2.0)  #=> 12.0",
            ),
            (
                "jacobian",
                "(e: value, x: value = None) -> any[...]",
                "All derivatives of a tensor by a variable.",
                "jacobian(x -> x^2)([1.0, 2.0])  #=> [[2.0, 0.0], [0.0, 4.0]]",
            ),
            (
                "hessian",
                "(e: value, x: value = None) -> any[...]",
                "The second derivatives of a scalar by a variable.",
                "hessian(x -> sum(x^3))([1.0, 2.0])  #=> [[6.0, 0.0], [0.0, 12.0]]",
            ),
            (
                "vjp",
                "(e: value, v: value) -> any[...]",
                "A vector times the Jacobian.",
                "let x = [1.0, 2.0] in vjp[x](x^2, [1.0, 1.0])  #=> [2.0, 4.0]",
            ),
            (
                "jvp",
                "(e: value, v: value) -> any[...]",
                "The Jacobian times a vector.",
                "let x = [1.0, 2.0] in jvp[x](x^2, [1.0, 0.0])  #=> [2.0, 0.0]",
            ),
            (
                "minimize",
                "(loss: value, steps: int = None, lr: number = None, method: text = None) -> any[...]",
                "The values of variables that make a loss least.",
                "let w = 0.0 in minimize[w]((w - 3)^2)  #=> 3.0",
            ),
            (
                "gradcheck",
                "(e: value) -> any[...]",
                "How far a derivative is from finite differences.",
                "let x = 2.0 in gradcheck[x](x^2) < 0.001  #=> True",
            ),
            (
                "load",
                "(path: text) -> any[...]",
                "The tensor in a file: csv, npy or json.",
                'load("examples/data/iris.csv").shape  #=> [150, 5]',
            ),
        )
    ],
]
