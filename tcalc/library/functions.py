"""Functions of functions and of names: loops, derivatives, files.

The checker reads their calls itself (`special`).
"""

from __future__ import annotations

from tcalc.library.builtin import Builtin, Form

#: How those are called whose signature is not all that there is to it.
WRITTEN = {
    "vmap": ("vmap(f)(xs)", "vmap[1](f)(xs)", "vmap(f)(xs, ys)"),
    "grad": ("grad[x](e)", "grad[x, y](e)", "grad(e)", "grad(e, x)", "grad[x](e, v)", "grad(f)", "grad[0, 1](f)"),
    "jacobian": ("jacobian[x](e)", "jacobian(f)"),
    "hessian": ("hessian[x](e)", "hessian(f)"),
    "vjp": ("vjp[x](e, v)",),
    "jvp": ("jvp[x](e, v)",),
    "minimize": ("minimize[w](loss)", "minimize[w, b](loss, steps=100, lr=0.1)"),
    "gradcheck": ("gradcheck[x](e)",),
    "load": ('load("x.npy")', 'load("x.safetensors", "weight")', 'load("-")'),
}


def _special(name: str, signature: str, doc: str, example: str) -> Builtin:
    forms, torch, written = [Form(signature)], f"kernel:{name}", WRITTEN.get(name, ())
    return Builtin(name, forms, special=name, torch=torch, over=(), doc=doc, example=example, written=written)


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
        "A function applied n times: with n = 2, f(f(x0)).",
        "iterate(x -> 2 * x, 1, 10)  #=> 1024",
    ),
    *[
        _special(name, signature, doc, example)
        for name, signature, doc, example in (
            (
                "grad",
                "(e: value, x: value = None) -> any[...]",
                "The gradient: the derivative of a scalar by a variable, in the variable's shape.",
                "grad(x -> x^3)(2.0)  #=> 12.0",
            ),
            (
                "jacobian",
                "(e: value, x: value = None) -> any[...]",
                "All derivatives of a tensor by a variable: the tensor's shape, then the variable's.",
                "jacobian(x -> x^2)([1.0, 2.0])  #=> [[2.0, 0.0], [0.0, 4.0]]",
            ),
            (
                "hessian",
                "(e: value, x: value = None) -> any[...]",
                "The second derivatives of a scalar by a variable: the variable's shape twice.",
                "hessian(x -> sum(x^3))([1.0, 2.0])  #=> [[6.0, 0.0], [0.0, 12.0]]",
            ),
            (
                "vjp",
                "(e: value, v: value) -> any[...]",
                "A cotangent v, in the shape of e, times the Jacobian: the variable's shape.",
                "let x = [1.0, 2.0] in vjp[x](x^2, [1.0, 1.0])  #=> [2.0, 4.0]",
            ),
            (
                "jvp",
                "(e: value, v: value) -> any[...]",
                "The Jacobian times a tangent v, in the variable's shape: the shape of e.",
                "let x = [1.0, 2.0] in jvp[x](x^2, [1.0, 0.0])  #=> [2.0, 0.0]",
            ),
            (
                "minimize",
                "(loss: value, steps: int = None, lr: number = None, method: text = None) -> any[...]",
                "The values of variables that make a loss least; nothing is rebound.",
                "let w = 0.0 in minimize[w]((w - 3)^2)  #=> 3.0",
            ),
            (
                "gradcheck",
                "(e: value) -> any[...]",
                "Where a gradient is furthest from finite differences, in f64: how far, the index, what both say.",
                "let x = 2.0 in gradcheck[x](x^2).difference < 0.001  #=> True",
            ),
            (
                "load",
                "(path: text, name: text = None) -> any[...]",
                'What is in a file, told by its ending: a tensor, several, or one by its name; "-" is standard input.',
                'load("examples/data/iris.csv").shape  #=> [150, 5]',
            ),
        )
    ],
]
