"""The bends between the layers of a neural network, element by element or over one axis."""

from __future__ import annotations

from tcalc.library.builtin import Builtin, Form, Vjp
from tcalc.library.rules import by_axes, chosen_axes, divided, tensor
from tcalc.library.vjps import Called, along, formulas, shape_of
from tcalc.types import size as sizes
from tcalc.types.broadcast import Axes
from tcalc.types.match import Match
from tcalc.types.mismatch import Mismatch, Place, Undetermined, which_axis
from tcalc.types.tensor import Axis

NEURAL = ("", "nn.functional")


def _gelu(call: Called) -> Vjp | None:
    """The distribution function and x times its density; of the approximation autograd."""
    text = "g * (erfc(-x / sqrt(2)) / 2 + x * exp(-x^2 / 2) / sqrt(2 * pi))"
    return {"x": text} if call["approximate"] == "none" else None


def _each(word: str, rows: str, spaces: tuple[str, ...] = NEURAL, prefix: str = "nn.functional.") -> list[Builtin]:
    """Rows of one argument, from lines `name(options) | doc | example  #=> result`."""
    found = []
    for line in rows.strip().splitlines():
        head, doc, example = [part.strip() for part in line.split("|")]
        name, _, options = head.removesuffix(")").partition("(")
        vjp = _gelu if name == "gelu" else COTANGENTS[name]
        form = Form(f"(x: {word}[*s]{', ' if options else ''}{options}) -> {word}[*s]", vjp=vjp)
        found.append(Builtin(name, [form], torch=prefix + name, doc=doc, example=example, spaces=spaces))
    return found


INTEGERS_TOO = """
relu | Each element, or 0 where it is negative. | relu([-1., 2.])  #=> [0.0, 2.0]
relu6 | Each element, held between 0 and 6. | relu6([-1., 2., 9.])  #=> [0.0, 2.0, 6.0]
"""
SMOOTH = """
gelu(approximate: text = "none") | x times the normal distribution function at x. | gelu([0., 1.])  #=> [0.0, 0.8413447]
leaky_relu(negative_slope: number = 0.01) | x, or negative_slope*x below zero. | leaky_relu([-1., 2.])  #=> [-0.01, 2.0]
elu(alpha: number = 1.0) | x, or alpha*(exp(x) - 1) where x is negative. | elu([0., 1.])  #=> [0.0, 1.0]
selu | elu, scaled to keep mean 0 and variance 1. | selu([0., 1.])  #=> [0.0, 1.050701]
celu(alpha: number = 1.0) | x, or alpha*(exp(x / alpha) - 1) where x is negative. | celu([0., 1.])  #=> [0.0, 1.0]
mish | x*tanh(softplus(x)). | mish([0., 1.])  #=> [0.0, 0.86509836]
hardsigmoid | x/6 + 1/2, held between 0 and 1. | hardsigmoid([-3., 0., 3.])  #=> [0.0, 0.5, 1.0]
hardswish | x*hardsigmoid(x). | hardswish([0., 3.])  #=> [0.0, 3.0]
logsigmoid | log(sigmoid(x)), exact for large -x too. | logsigmoid([0.])  #=> [-0.6931472]
"""
COMPLEX_TOO = """
silu | x*sigmoid(x). | silu([0., 1.])  #=> [0.0, 0.7310586]
softsign | x / (1 + abs(x)). | softsign([0., 1.])  #=> [0.0, 0.5]
tanhshrink | x - tanh(x). | tanhshrink([0., 1.])  #=> [0.0, 0.23840582]
"""

#: The cotangents of those above that have a formula, from lines `name | cotangent of x`.
COTANGENTS = formulas("""
relu | g * (x > 0)
relu6 | g * (x > 0) * (x < 6)
leaky_relu | g * where(x > 0, 1, negative_slope)
elu | g * where(x > 0, 1, out + alpha)
celu | g * where(x > 0, 1, exp(x / alpha))
hardsigmoid | g * (abs(x) < 3) / 6
logsigmoid | g * sigmoid(-x)
selu | g * where(x > 0, 1.0507009873554805, out + 1.7580993408473766)
mish | let s = tanh(softplus(x)) in g * (s + x * (1 - s^2) * sigmoid(x))
hardswish | g * where(x <= -3, 0, where(x < 3, x / 3 + 0.5, 1))
silu | g * sigmoid(x) * (1 + x * (1 - sigmoid(x)))
softsign | g / (1 + abs(x))^2
tanhshrink | g * tanh(x)^2
""")

#: Over one axis: name, prefixes, doc, example, cotangent.
OVER_AN_AXIS = (
    (
        "softmax",
        ("", "nn.functional", "special"),
        "exp(x) divided by its sum over an axis, without overflow.",
        "softmax[0]([0., 0.])  #=> [0.5, 0.5]",
        "out * (g - sum(g * out, D, keepdim=True))",
    ),
    (
        "log_softmax",
        ("", "nn.functional", "special"),
        "Logarithm of the softmax over an axis, exact for small probabilities too.",
        "log_softmax[0]([0., 0.])  #=> [-0.6931472, -0.6931472]",
        "g - exp(out) * sum(g, D, keepdim=True)",
    ),
    (
        "softmin",
        NEURAL,
        "Softmax of -x over an axis.",
        "softmin[0]([0., 0.])  #=> [0.5, 0.5]",
        "out * (sum(g * out, D, keepdim=True) - g)",
    ),
)


def _halved(match: Match) -> Axes:
    """The axis in two."""
    x, positions = tensor(match), chosen_axes(match)
    assert positions is not None
    (position,) = positions
    axis = x.axes[position]
    if not isinstance(axis, Axis):
        raise Undetermined
    size = divided(match, axis.size, 2)
    if size is None:
        sentence = f"{{0s}} {which_axis(position, len(x.axes))} is {sizes.text(axis.size)}, which 2 does not divide"
        raise Mismatch("shape", sentence, Place("x", axis), depth=4)
    return (*x.axes[:position], axis.resized(size), *x.axes[position + 1 :])


def _gated(call: Called) -> Vjp:
    dim = call["dim"]
    half = shape_of(call)[dim] // 2
    parts = f"a = narrow(x, {dim}, 0, {half}), s = sigmoid(narrow(x, {dim}, {half}, {half}))"
    return {"x": f"let {parts} in cat([g * s, g * a * s * (1 - s)], {dim})"}


def _of_length_one(call: Called) -> Vjp | None:
    """Of the 2-norm; what is shorter than eps is divided by that."""
    if call["p"] != 2:
        return None
    along = "g - out * sum(g * out, dim, keepdim=True)"
    return {"x": f"let r = norm(x, 2, dim, keepdim=True) in where(r < eps, g, {along}) / clamp_min(r, eps)"}


ROWS = [
    *_each("real", INTEGERS_TOO),
    *_each("R", SMOOTH),
    *_each("F", COMPLEX_TOO),
    Builtin(
        "softplus",
        [
            Form(
                "(x: R[*s], beta: number = 1, threshold: number = 20) -> R[*s]",
                vjp={"x": "g * where(beta * x > threshold, 1, sigmoid(beta * x))"},
            )
        ],
        torch="nn.functional.softplus",
        spaces=NEURAL,
        doc="log(1 + exp(beta*x)) / beta, a smooth relu.",
        example="softplus([0., 1.])  #=> [0.6931472, 1.3132617]",
    ),
    Builtin(
        "hardtanh",
        [
            Form(
                "(x: real[*s], min_val: number = -1, max_val: number = 1) -> real[*s]",
                vjp={"x": "g * (x > min_val) * (x < max_val)"},
            )
        ],
        torch="nn.functional.hardtanh",
        spaces=NEURAL,
        doc="x, held between min_val and max_val.",
        example="hardtanh([-2., 0.5])  #=> [-1.0, 0.5]",
    ),
    Builtin(
        "logit",
        [
            Form(
                "(x: R[*s], eps: number = None) -> R[*s]",
                vjp=lambda call: (
                    {"x": "where(isnan(out), nan, g / (x * (1 - x)))"}
                    if call.get("eps") is None
                    else {"x": "g * (x >= eps) * (x <= 1 - eps) / (x * (1 - x))"}
                ),
            )
        ],
        spaces=("", "special"),
        doc="log(x / (1 - x)), the inverse of sigmoid.",
        example="logit([0.5, 0.75])  #=> [0.0, 1.0986123]",
    ),
    *[
        Builtin(
            name,
            [Form("(x: R[*l, n, *r], dim: axis(n), dtype: dtype = None) -> R[*l, n, *r]", vjp=along(vjp))],
            torch=f"nn.functional.{name}",
            spaces=spaces,
            doc=doc,
            example=example,
        )
        for name, spaces, doc, example, vjp in OVER_AN_AXIS
    ],
    Builtin(
        "glu",
        [Form("(x: R[*s], dim: axis = -1) -> R[...]", by_axes(_halved), vjp=_gated)],
        torch="nn.functional.glu",
        spaces=("nn.functional",),
        doc="The first half of an axis times sigmoid of the second.",
        example="glu([4., 0.])  #=> [2.0]",
    ),
    Builtin(
        "normalize",
        [
            Form(
                "(x: R[*l, n, *r], p: number = 2, dim: axis(n) = 1, eps: number = 1e-12) -> R[*l, n, *r]",
                vjp=_of_length_one,
            )
        ],
        torch="nn.functional.normalize",
        spaces=("nn.functional",),
        doc="x divided by its p-norm (2) over an axis (1); zeros stay zeros.",
        example="normalize[0]([3., 4.])  #=> [0.6, 0.8]",
    ),
]
