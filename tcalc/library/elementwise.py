"""Functions of one number or a few, element by element; the shapes of several are broadcast."""

from __future__ import annotations

from tcalc.library.builtin import COMPLEX, STEP, Builtin, ByAutograd, Form, Vjp
from tcalc.library.flops import MULTIPLIED, NOTHING
from tcalc.library.indexing import found_by_axis
from tcalc.library.rules import tensor
from tcalc.library.vjps import Called, formulas, larger
from tcalc.types import dtypes
from tcalc.types.match import Match
from tcalc.types.tensor import TensorType, Type

#: Where torch has a function under more than one prefix.
SPECIAL = ("", "special")
NEURAL = ("", "nn.functional")


def _complex_of_parts(match: Match) -> Type:
    """Two real tensors side by side; half-width ones become f32, as torch has no complex dtype for them."""
    return TensorType(dtypes.complex_of(match.promoted("R"), match.default_float), match.pack("s"))


def _double(match: Match) -> Type:
    """`float_power` computes in f64, or c128."""
    return TensorType(dtypes.promote(match.promoted("any"), dtypes.F64), match.pack("s"))


def _truth(match: Match) -> Type:
    """The square of a bool is an i64."""
    x = tensor(match)
    return TensorType(dtypes.I64 if x.dtype is dtypes.BOOL else match.result_dtype("any"), x.axes)


_NO_ROW = ByAutograd("its derivative is a function without a row")


def _each(
    word: str, rows: str, *, result: str = "", spaces: tuple[str, ...] = ("",), flat: bool = False
) -> list[Builtin]:
    """Rows of one argument, from lines `name | doc | example  #=> result`; aliases follow the name."""
    found = []
    for line in rows.strip().splitlines():
        name, doc, example = [part.strip() for part in line.split("|")]
        name, *aliases = name.split()
        vjp = STEP if flat else _NO_ROW if name == "i0" else COTANGENTS[name]
        form = Form(f"(x: {word}[*s]) -> {result or word}[*s]", vjp=vjp)
        found.append(Builtin(name, [form], doc=doc, example=example, aliases=tuple(aliases), spaces=spaces))
    return found


#: Integers become floating; complex numbers are welcome.
ANALYTIC = """
exp | e to the power of each element. | exp([0., 1.])  #=> [1.0, 2.7182817]
log | Natural logarithm of each element; -inf at zero, nan below. | log([1., e])  #=> [0.0, 1.0]
log2 | Logarithm to base 2 of each element; -inf at zero, nan below. | log2([1, 8])  #=> [0.0, 3.0]
log10 | Logarithm to base 10 of each element; -inf at zero, nan below. | log10([1, 100])  #=> [0.0, 2.0]
sqrt | Square root of each element; nan below zero. | sqrt([4, 9])  #=> [2.0, 3.0]
rsqrt | 1 over the square root of each element. | rsqrt([4, 16])  #=> [0.5, 0.25]
reciprocal | 1 over each element; inf at zero. | reciprocal([2, 4])  #=> [0.5, 0.25]
sin | Sine of each element, in radians. | sin([0., pi / 2])  #=> [0.0, 1.0]
cos | Cosine of each element, in radians. | cos([0., pi])  #=> [1.0, -1.0]
tan | Tangent of each element, in radians. | tan([0., pi / 4])  #=> [0.0, 1.0]
asin arcsin | Angle whose sine is each element; nan outside -1 to 1. | asin([0., 1.])  #=> [0.0, 1.5707964]
acos arccos | Angle whose cosine is each element; nan outside -1 to 1. | acos([1., 0.])  #=> [0.0, 1.5707964]
atan arctan | Angle whose tangent is each element. | atan([0., 1.])  #=> [0.0, 0.7853982]
sinh | Hyperbolic sine of each element. | sinh([0., 1.])  #=> [0.0, 1.1752012]
cosh | Hyperbolic cosine of each element. | cosh([0., 1.])  #=> [1.0, 1.5430807]
asinh arcsinh | Number whose hyperbolic sine is each element. | asinh([0., 1.])  #=> [0.0, 0.8813736]
acosh arccosh | Number whose hyperbolic cosine is each element. | acosh([1., 2.])  #=> [0.0, 1.3169578]
atanh arctanh | Number whose hyperbolic tangent is each element. | atanh([0., 0.5])  #=> [0.0, 0.54930615]
"""
ANALYTIC_SPECIAL = """
exp2 | 2 to the power of each element. | exp2([0, 3])  #=> [1.0, 8.0]
log1p | log(1 + x), exact for small x too. | log1p([0., 1.])  #=> [0.0, 0.6931472]
expm1 | exp(x) - 1, exact for small x too. | expm1([0., 1.])  #=> [0.0, 1.7182818]
sinc | sin(pi*x) / (pi*x), and 1 at zero. | sinc([0., 0.5])  #=> [1.0, 0.63661975]
"""
ANALYTIC_NEURAL = """
sigmoid | 1 / (1 + exp(-x)), element by element. | sigmoid([0., 2.])  #=> [0.5, 0.880797]
tanh | Hyperbolic tangent of each element. | tanh([0., 1.])  #=> [0.0, 0.7615942]
"""
REAL_SPECIAL = """
erf | Error function of each element. | erf([0., 1.])  #=> [0.0, 0.8427008]
erfc | 1 minus the error function of each element. | erfc([0., 1.])  #=> [1.0, 0.15729921]
erfinv | Inverse of the error function of each element. | erfinv([0., 0.5])  #=> [0.0, 0.47693628]
digamma | Derivative of lgamma at each element. | digamma([1., 2.])  #=> [-0.5772157, 0.42278433]
i0 | Modified Bessel function of order 0 of each element. | i0([0., 1.])  #=> [1.0, 1.266066]
"""
REAL = """
lgamma | Logarithm of the gamma function's magnitude at each element. | lgamma([1., 5.])  #=> [0.0, 3.1780539]
deg2rad | Degrees to radians. | deg2rad([0., 180.])  #=> [0.0, 3.1415927]
rad2deg | Radians to degrees. | rad2deg([0., pi])  #=> [0.0, 180.0]
frac | What trunc cuts off each element, with the element's sign. | frac([1.5, -2.25])  #=> [0.5, -0.25]
"""
WHOLE = """
floor | Largest integer at or below each element. | floor([1.5, -1.5])  #=> [1.0, -2.0]
ceil | Smallest integer at or above each element. | ceil([1.5, -1.5])  #=> [2.0, -1.0]
trunc fix | Each element without its fraction: rounded towards zero. | trunc([1.5, -1.5])  #=> [1.0, -1.0]
"""
TESTS = """
isnan | Whether each element is nan. | isnan([1., nan])  #=> [False, True]
isinf | Whether each element is infinite. | isinf([1., -inf])  #=> [False, True]
isfinite | Whether each element is neither infinite nor nan. | isfinite([1., inf])  #=> [True, False]
isreal | Whether each element's imaginary part is 0. | isreal([1 + 0j, 1 + 1j])  #=> [True, False]
"""
ORDERED_TESTS = """
isposinf | Whether each element is inf. | isposinf([inf, -inf])  #=> [True, False]
isneginf | Whether each element is -inf. | isneginf([inf, -inf])  #=> [False, True]
signbit | Whether each element has its sign bit set. | signbit([1., -1.])  #=> [False, True]
"""


def _clamped(call: Called) -> Vjp:
    """Inside the bounds it is x that counts, outside the bound that it met."""
    low, high = call.get("min") is not None, call.get("max") is not None
    inside = " * ".join(["g", *["(x >= min)"] * low, *["(x <= max)"] * high])
    return {
        "x": inside,
        "min": "g * (x < min)" + " * (min < max)" * high,
        "max": "g * (x > max)" if not low else "g * (maximum(x, min) > max)",
    }


#: The cotangents of those above that have a formula, from lines `name | cotangent of x`.
COTANGENTS = formulas("""
exp | g * out
log | g / x
log2 | g / (x * log(2))
log10 | g / (x * log(10))
sqrt | g / (2 * out)
rsqrt | -g * out^3 / 2
reciprocal | -g * out^2
sin | g * cos(x)
cos | -g * sin(x)
tan | g * (1 + out^2)
asin | g / sqrt(1 - x^2)
acos | -g / sqrt(1 - x^2)
atan | g / (1 + x^2)
sinh | g * cosh(x)
cosh | g * sinh(x)
asinh | g / sqrt(1 + x^2)
acosh | g / sqrt(x^2 - 1)
atanh | g / (1 - x^2)
exp2 | g * out * log(2)
log1p | g / (1 + x)
expm1 | g * (out + 1)
sigmoid | g * out * (1 - out)
tanh | g * (1 - out^2)
erf | g * 2 / sqrt(pi) * exp(-x^2)
erfc | -g * 2 / sqrt(pi) * exp(-x^2)
erfinv | g * sqrt(pi) / 2 * exp(out^2)
sinc | where(x == 0, 0, g * (cos(pi * x) - out) / x)
digamma | g * polygamma(1, x)
lgamma | g * digamma(x)
deg2rad | g * (pi / 180)
rad2deg | g * (180 / pi)
frac | g
""")


_STEP_OF_REALS = ByAutograd("of real numbers it is a step, of complex ones it is not")

ROWS = [
    *_each("F", ANALYTIC),
    *_each("F", ANALYTIC_SPECIAL, spaces=SPECIAL),
    *_each("F", ANALYTIC_NEURAL, spaces=NEURAL),
    *_each("R", REAL_SPECIAL, spaces=SPECIAL),
    *_each("R", REAL),
    *_each("real", WHOLE, flat=True),
    *_each("any", TESTS, result="bool", flat=True),
    *_each("order", ORDERED_TESTS, result="bool", flat=True),
    Builtin(
        "round",
        [Form("(x: real[*s]) -> real[*s]", vjp=STEP), Form("(x: R[*s], decimals: int) -> R[*s]", vjp=STEP)],
        spaces=SPECIAL,
        doc="Nearest integer, or the nearest with so many decimals; halves go to the even one.",
        example="round([1.5, 2.5, -0.7])  #=> [2.0, 2.0, -1.0]",
    ),
    Builtin(
        "abs",
        [Form("(x: num[*s]) -> real[*s]", vjp={"x": "g * sign(x)"})],
        aliases=("absolute",),
        doc="Magnitude of each element; of a complex number the real one.",
        example="abs([-3, 4])  #=> [3, 4]",
    ),
    Builtin(
        "sign",
        [Form("(x: order[*s]) -> order[*s]", vjp=STEP)],
        doc="-1, 0 or 1 as each element is negative, zero or positive; 0 for nan.",
        example="sign([-3., 0., 5.])  #=> [-1.0, 0.0, 1.0]",
    ),
    Builtin(
        "sgn",
        [Form("(x: any[*s]) -> any[*s]", vjp=_STEP_OF_REALS)],
        doc="Sign of each element; of a complex number the one of magnitude 1 in its direction.",
        example="sgn([-3., 0., 5.])  #=> [-1.0, 0.0, 1.0]",
    ),
    Builtin(
        "square",
        [Form("(x: any[*s]) -> any[*s]", _truth, vjp={"x": "g * 2 * x"})],
        flops=MULTIPLIED,
        doc="Each element times itself.",
        example="square([-3, 4])  #=> [9, 16]",
    ),
    Builtin(
        "nan_to_num",
        [
            Form(
                "(x: any[*s], nan: number = None, posinf: number = None, neginf: number = None) -> any[*s]",
                vjp={"x": "g * isfinite(x)"},
            )
        ],
        doc="nan becomes 0, infinities the largest and the smallest number, or what is given.",
        example="nan_to_num([1., nan])  #=> [1.0, 0.0]",
    ),
    # Complex numbers
    Builtin(
        "real",
        [Form("(x: any[*s]) -> real[*s]", vjp={"x": "g"})],
        flops=NOTHING,
        doc="Real part of each element.",
        example="real([1 + 2j])  #=> [1.0]",
    ),
    Builtin(
        "imag",
        [Form("(x: any[*s]) -> real[*s]", vjp=_STEP_OF_REALS)],
        torch="kernel:imag",
        flops=NOTHING,
        doc="Imaginary part of each element; of real numbers it is 0.",
        example="imag([1 + 2j])  #=> [2.0]",
    ),
    Builtin(
        "conj",
        [Form("(x: any[*s]) -> any[*s]", vjp={"x": "g"})],
        flops=NOTHING,
        doc="Complex conjugate of each element.",
        example="conj([1 + 2j])  #=> [1.0-2.0j]",
    ),
    Builtin(
        "angle",
        [Form("(x: F[*s]) -> real[*s]", vjp=_STEP_OF_REALS)],
        doc="Angle of each complex number in the plane, in radians.",
        example="angle([1j, -1 + 0j])  #=> [1.5707964, 3.1415927]",
    ),
    Builtin(
        "complex",
        [Form("(real: R[*s], imag: R[*s]) -> complex[*s]", _complex_of_parts, vjp=COMPLEX)],
        torch="kernel:complex",
        flops=NOTHING,
        doc="Complex numbers from their real and imaginary parts.",
        example="complex([1., 2.], [0.5, -1.])  #=> [1.0+0.5j, 2.0-1.0j]",
    ),
    Builtin(
        "polar",
        [Form("(abs: R[*s], angle: R[*s]) -> complex[*s]", _complex_of_parts, vjp=COMPLEX)],
        torch="kernel:polar",
        doc="Complex numbers from their magnitudes and angles in radians.",
        example="polar([2.], [0.])  #=> [2.0+0.0j]",
    ),
    # Of several
    Builtin(
        "atan2",
        [Form("(a: R[*s], b: R[*s]) -> R[*s]", vjp={"a": "g * b / (a^2 + b^2)", "b": "-g * a / (a^2 + b^2)"})],
        aliases=("arctan2",),
        doc="Angle of the point (b, a) in radians, in all four quadrants.",
        example="atan2([0., 1.], [1., 0.])  #=> [0.0, 1.5707964]",
    ),
    Builtin(
        "hypot",
        [Form("(a: R[*s], b: R[*s]) -> R[*s]", vjp={"a": "g * a / out", "b": "g * b / out"})],
        doc="sqrt(a^2 + b^2), the length of the hypotenuse over legs a and b.",
        example="hypot([3., 5.], [4., 12.])  #=> [5.0, 13.0]",
    ),
    Builtin(
        "fmod",
        [Form("(a: real[*s], b: real[*s]) -> real[*s]", vjp={"a": "g", "b": "-g * trunc(a / b)"})],
        doc="Remainder with the sign of the dividend, element by element.",
        example="fmod([-7., 7.], 3.)  #=> [-1.0, 1.0]",
    ),
    Builtin(
        "maximum",
        [
            Form(
                "(a: order[*s], b: order[*s]) -> order[*s]",
                fold=max,
                vjp=larger(">"),
            )
        ],
        doc="The larger of the two, element by element; nan where either is nan.",
        example="maximum([1, 5], [3, 2])  #=> [3, 5]",
    ),
    Builtin(
        "minimum",
        [
            Form(
                "(a: order[*s], b: order[*s]) -> order[*s]",
                fold=min,
                vjp=larger("<"),
            )
        ],
        doc="The smaller of the two, element by element; nan where either is nan.",
        example="minimum([1, 5], [3, 2])  #=> [1, 2]",
    ),
    Builtin(
        "fmax",
        [
            Form(
                "(a: order[*s], b: order[*s]) -> order[*s]",
                vjp={"a": "g * (a >= b or isnan(b))", "b": "g * (b > a or isnan(a))"},
            )
        ],
        doc="The larger of the two, element by element; the other one where one is nan.",
        example="fmax([1., nan], [3., 2.])  #=> [3.0, 2.0]",
    ),
    Builtin(
        "fmin",
        [
            Form(
                "(a: order[*s], b: order[*s]) -> order[*s]",
                vjp={"a": "g * (a <= b or isnan(b))", "b": "g * (b < a or isnan(a))"},
            )
        ],
        doc="The smaller of the two, element by element; the other one where one is nan.",
        example="fmin([1., nan], [3., 2.])  #=> [1.0, 2.0]",
    ),
    Builtin(
        "clamp",
        [Form("(x: real[*s], min: real[*s] = None, max: real[*s] = None) -> real[*s]", vjp=_clamped)],
        torch="kernel:clamp",
        aliases=("clip",),
        doc="Each element, held between min and max; max wins where min is above it.",
        example="clamp([-2, 0, 7], 0, 5)  #=> [0, 0, 5]",
    ),
    *[
        Builtin(
            f"clamp_{bound}",
            [Form(f"(x: real[*s], {bound}: real[*s]) -> real[*s]", vjp=vjp)],
            torch=f"kernel:clamp_{bound}",
            doc=f"Each element, held {where}.",
            example=example,
        )
        for bound, where, example, vjp in (
            (
                "min",
                "at min or above",
                "clamp_min([-2, 0, 7], 0)  #=> [0, 0, 7]",
                {"x": "g * (x >= min)", "min": "g * (x < min)"},
            ),
            (
                "max",
                "at max or below",
                "clamp_max([-2, 0, 7], 5)  #=> [-2, 0, 5]",
                {"x": "g * (x <= max)", "max": "g * (x > max)"},
            ),
        )
    ],
    Builtin(
        "where",
        [
            Form(
                "(condition: bool[*s], a: any[*s], b: any[*s]) -> any[*s]",
                vjp={"a": "where(condition, g, 0)", "b": "where(condition, 0, g)"},
            ),
            Form("(condition: any[*s]) -> i64[...]", found_by_axis, vjp=STEP),
        ],
        receiver=1,
        flops=NOTHING,
        doc="a where the condition holds, b elsewhere; of a condition alone the indices where it does, axis by axis.",
        example="where([True, False], [1, 2], 0)  #=> [1, 0]",
    ),
    Builtin(
        "lerp",
        [
            Form(
                "(a: F[*s], b: F[*s], weight: F[*s]) -> F[*s]",
                vjp={"a": "g * (1 - weight)", "b": "g * weight", "weight": "g * (b - a)"},
            )
        ],
        doc="a + weight*(b - a): from a at weight 0 to b at weight 1.",
        example="lerp([0., 10.], [10., 20.], 0.5)  #=> [5.0, 15.0]",
    ),
    Builtin(
        "copysign",
        [Form("(a: R[*s], b: R[*s]) -> R[*s]", vjp={"a": "g * sign(a) * sign(out)"})],
        doc="The magnitude of a with the sign of b.",
        example="copysign([1., 2.], [-1., 1.])  #=> [-1.0, 2.0]",
    ),
    Builtin(
        "heaviside",
        [Form("(a: order[*s], values: order[*s]) -> order[*s]", vjp={"values": "g * (a == 0)"})],
        torch="kernel:heaviside",
        doc="0 where a is below zero, 1 where it is above, and values where it is zero.",
        example="heaviside([-1., 0., 2.], 0.5)  #=> [0.0, 0.5, 1.0]",
    ),
    Builtin(
        "logaddexp",
        [Form("(a: F[*s], b: F[*s]) -> F[*s]", vjp={"a": "g * exp(a - out)", "b": "g * exp(b - out)"})],
        doc="log(exp(a) + exp(b)), without overflow.",
        example="logaddexp([0.], [0.])  #=> [0.6931472]",
    ),
    Builtin(
        "xlogy",
        [Form("(a: R[*s], b: R[*s]) -> R[*s]", vjp={"a": "g * log(b)", "b": "g * a / b"})],
        spaces=SPECIAL,
        doc="a*log(b), and 0 where a is 0.",
        example="xlogy([0., 2.], [0., 1.])  #=> [0.0, 0.0]",
    ),
    Builtin(
        "float_power",
        [
            Form(
                "(a: any[*s], b: any[*s]) -> any[*s]",
                _double,
                vjp={
                    "a": "where(b == 0, 0, g * b * float_power(a, b - 1))",
                    "b": "where(a == 0, 0, g * out * log(f64(a)))",
                },
            )
        ],
        doc="Power in double precision, element by element.",
        example="float_power([2, 3], -1)  #=> f64([0.5, 0.3333333333333333])",
    ),
    Builtin(
        "gcd",
        [Form("(a: int[*s], b: int[*s]) -> int[*s]", vjp=STEP)],
        doc="Greatest common divisor, element by element; never negative.",
        example="gcd([12, 7], 8)  #=> [4, 1]",
    ),
    Builtin(
        "lcm",
        [Form("(a: int[*s], b: int[*s]) -> int[*s]", vjp=STEP)],
        torch="kernel:lcm",
        doc="Least common multiple, element by element; never negative.",
        example="lcm([4, 7], 6)  #=> [12, 42]",
    ),
    Builtin(
        "allclose",
        [
            Form(
                "(a: T[*s], b: T[*s], rtol: number = 1e-5, atol: number = 1e-8, equal_nan: flag = False) -> bool[]",
                vjp=STEP,
            )
        ],
        torch="kernel:allclose",
        doc="Whether |a - b| is at most atol + rtol*|b| everywhere; nan is near nothing unless equal_nan.",
        example="allclose([1.0, 2.0], [1.0, 2.000001])  #=> True",
    ),
    Builtin(
        "equal",
        [Form("(a: T[*s], b: T[*t]) -> bool[]", vjp=STEP)],
        torch="kernel:equal",
        doc="Whether two tensors have one shape and the same elements; nan equals nothing, itself included.",
        example="equal([1, 2], [1, 3])  #=> False",
    ),
    Builtin(
        "isclose",
        [
            Form(
                "(a: T[*s], b: T[*s], rtol: number = 1e-5, atol: number = 1e-8, equal_nan: flag = False) -> bool[*s]",
                vjp=STEP,
            )
        ],
        doc="Whether |a - b| is at most atol + rtol*|b|, element by element; nan is near nothing unless equal_nan.",
        example="isclose([1., 2.], [1., 2.1])  #=> [True, False]",
    ),
]
