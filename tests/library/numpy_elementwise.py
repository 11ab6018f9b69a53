"""NumPy's answer for element-wise rows: arithmetic, functions of one and of several tensors, activations.

An oracle takes a row's arguments by the names in its signature, as arrays and plain values, and gives arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

Array = Any


def elements(function: Callable[[float], float]) -> Callable[[Array], Array]:
    """A function of one number on all elements."""

    def mapped(x: Array) -> Array:
        return np.array([function(float(each)) for each in np.ravel(x)], dtype=np.float64).reshape(np.shape(x))

    return mapped


def log_gamma(x: float) -> float:
    """The poles are infinite."""
    return math.inf if x <= 0 and (math.isinf(x) or x == math.floor(x)) else math.lgamma(x)


def digamma(x: float) -> float:
    """By recurrence up to where the asymptotic series holds; by reflection below 0."""
    if x == 0:
        return math.copysign(math.inf, -x)
    if not math.isfinite(x):
        return math.inf if x > 0 else math.nan
    if x < 0:
        return math.nan if x == math.floor(x) else digamma(1 - x) - math.pi / math.tan(math.pi * x)
    below = 0.0
    while x < 10:
        below -= 1 / x
        x += 1
    y = 1 / (x * x)
    return below + math.log(x) - 0.5 / x - y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y * (1 / 240 - y / 132))))


def erf_inverse(y: float) -> float:
    """By bisection."""
    if not abs(y) < 1:
        return math.copysign(math.inf, y) if abs(y) == 1 else math.nan
    low, high = -6.0, 6.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if math.erf(middle) < y else (low, middle)
    return (low + high) / 2


erf = elements(math.erf)


def quotient(a: Array, b: Array, rounding_mode: str | None = None) -> Array:
    if rounding_mode is None:
        return np.true_divide(a, b)
    return np.floor_divide(a, b) if rounding_mode == "floor" else np.trunc(np.true_divide(a, b))


def powers(a: Array, b: Array) -> Array:
    """Of integers to a power that may be negative, in f64, as the row has it of static numbers."""
    if np.ndim(b) == 0 and b < 0 and np.issubdtype(np.asarray(a).dtype, np.integer):
        a = np.asarray(a, np.float64)
    return np.power(a, b)


def clamped(x: Array, min: Array = None, max: Array = None) -> Array:
    x = x if min is None else np.maximum(x, min)
    return x if max is None else np.minimum(x, max)


def finite(x: Array, nan: Any = None, posinf: Any = None, neginf: Any = None) -> Array:
    return np.nan_to_num(x, nan=nan or 0.0, posinf=posinf, neginf=neginf)


def sign(x: Array) -> Array:
    return x if np.asarray(x).dtype == bool else np.sign(x)


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def softplus(x: Array, beta: float = 1, threshold: float = 20) -> Array:
    return np.where(x * beta > threshold, x, np.log1p(np.exp(np.minimum(x * beta, 700))) / beta)


def gelu(x: Array, approximate: str = "none") -> Array:
    if approximate == "tanh":
        return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    return 0.5 * x * (1 + erf(x / math.sqrt(2)))


def elu(x: Array, alpha: float = 1.0) -> Array:
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def logit(x: Array, eps: float | None = None) -> Array:
    x = x if eps is None else np.clip(x, eps, 1 - eps)
    return np.log(x / (1 - x))


def softmax(x: Array, dim: int) -> Array:
    shifted = np.exp(x - np.max(x, axis=dim, keepdims=True, initial=-np.inf))
    return shifted / shifted.sum(axis=dim, keepdims=True)


def normalized(x: Array, p: float = 2, dim: int = 1, eps: float = 1e-12) -> Array:
    norm = np.sum(np.abs(x) ** p, axis=dim, keepdims=True) ** (1 / p)
    return x / np.maximum(norm, eps)


ARITHMETIC: dict[str, Callable[..., Any]] = {
    "add": lambda a, b, alpha=1: a + alpha * b if alpha != 1 else a + b,
    "sub": lambda a, b, alpha=1: a - alpha * b if alpha != 1 else a - b,
    "mul": np.multiply,
    "div": quotient,
    "floor_divide": np.floor_divide,
    "remainder": np.remainder,
    "pow": powers,
    "neg": lambda a: np.negative(a),
    "positive": lambda a: np.positive(a),
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "logical_and": np.logical_and,
    "logical_or": np.logical_or,
    "logical_not": lambda a: np.logical_not(a),
    "logical_xor": np.logical_xor,
    "bitwise_and": np.bitwise_and,
    "bitwise_or": np.bitwise_or,
    "bitwise_xor": np.bitwise_xor,
    "bitwise_not": lambda a: np.bitwise_not(a),
}
#: Rows `(x)` that NumPy has under the same name.
SAME = (
    "exp log log2 log10 sqrt reciprocal sin cos tan sinh cosh tanh exp2 log1p expm1 sinc i0 deg2rad rad2deg"
    " isnan isinf isfinite isreal isposinf isneginf signbit abs square real imag conj angle floor ceil trunc"
).split()
ONE: dict[str, Callable[..., Any]] = {
    **{name: getattr(np, name) for name in SAME},
    "reciprocal": lambda x: 1 / x,
    "i0": lambda x: np.i0(x).reshape(np.shape(x)),
    "signbit": lambda x: x < 0 if np.asarray(x).dtype.kind in "bui" else np.signbit(x),
    "isposinf": lambda x: np.asarray(x) == np.inf,
    "isneginf": lambda x: np.asarray(x) == -np.inf,
    "square": lambda x: x * x,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": np.arctanh,
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "sigmoid": sigmoid,
    "erf": erf,
    "erfc": elements(math.erfc),
    "erfinv": elements(erf_inverse),
    "digamma": elements(digamma),
    "lgamma": elements(log_gamma),
    "frac": lambda x: x - np.trunc(x),
    "round": lambda x, decimals=0: np.round(x, decimals),
    "sign": sign,
    "sgn": sign,
    "nan_to_num": finite,
}
SEVERAL: dict[str, Callable[..., Any]] = {
    "complex": lambda real, imag: real + 1j * np.asarray(imag, np.float64),
    "polar": lambda abs, angle: abs * np.exp(1j * angle),
    "atan2": np.arctan2,
    "hypot": np.hypot,
    "fmod": np.fmod,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "fmax": np.fmax,
    "fmin": np.fmin,
    "clamp": clamped,
    "clamp_min": clamped,
    "clamp_max": clamped,
    "where": lambda condition, a=None, b=None: (
        np.nonzero(np.atleast_1d(condition)) if a is None else np.where(condition, a, b)
    ),
    "lerp": lambda a, b, weight: a + weight * (b - a),
    "copysign": np.copysign,
    "heaviside": lambda a, values: np.where(a == 0, values, a > 0),
    "logaddexp": lambda a, b: np.log(np.exp(a) + np.exp(b)),
    "xlogy": lambda a, b: np.where((a == 0) & ~np.isnan(b), 0, a * np.log(b)),
    "float_power": np.float_power,
    "gcd": np.gcd,
    "lcm": np.lcm,
    "isclose": lambda a, b, **options: np.isclose(a, b, **options),
    "allclose": lambda a, b, **options: np.isclose(a, b, **options).all(),
    "equal": lambda a, b: np.array_equal(a, b),
}
ACTIVATIONS: dict[str, Callable[..., Any]] = {
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "gelu": gelu,
    "leaky_relu": lambda x, negative_slope=0.01: np.where(x > 0, x, negative_slope * x),
    "elu": elu,
    "selu": lambda x: 1.0507009873554805 * elu(x, 1.6732632423543772),
    "celu": lambda x, alpha=1.0: np.maximum(x, 0) + np.minimum(alpha * np.expm1(x / alpha), 0),
    "mish": lambda x: x * np.tanh(softplus(x)),
    "hardsigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "hardswish": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "logsigmoid": lambda x: -np.log1p(np.exp(-x)),
    "silu": lambda x: x * sigmoid(x),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "tanhshrink": lambda x: x - np.tanh(x),
    "softplus": softplus,
    "hardtanh": lambda x, min_val=-1, max_val=1: np.clip(x, min_val, max_val),
    "logit": logit,
    "softmax": softmax,
    "log_softmax": lambda x, dim: np.log(softmax(x, dim)),
    "softmin": lambda x, dim: softmax(-x, dim),
    "normalize": normalized,
}
ORACLES = {**ARITHMETIC, **ONE, **SEVERAL, **ACTIVATIONS}
