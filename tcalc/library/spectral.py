"""Discrete Fourier transforms, and the frequencies of their results."""

from __future__ import annotations

from tcalc.library.builtin import COMPLEX, Builtin, Form, Rule, VjpRule
from tcalc.library.flops import NOTHING, from_half, to_half, transform
from tcalc.library.rules import assumed, by_axes, chosen_axes, given, new_size, several, tensor
from tcalc.types import size as sizes
from tcalc.types.broadcast import Axes
from tcalc.types.match import Match, normal_axis
from tcalc.types.mismatch import Mismatch, Place, Undetermined, which_axis
from tcalc.types.size import Size
from tcalc.types.tensor import Axis, Type

NORMS = (None, "backward", "ortho", "forward")


def _checked(match: Match) -> None:
    norm = match.arguments.get("norm")
    if norm not in NORMS:
        raise Mismatch("value", f'norm is "backward", "ortho" or "forward", and not "{norm}"', depth=5)


def _length(match: Match, position: int, size: Size) -> Size:
    """How many points are transformed: at least one."""
    if not assumed(match, size, 1):
        axis = tensor(match).axes[position]
        assert isinstance(axis, Axis)
        where = which_axis(position, len(tensor(match).axes))
        sentence = f"{{0s}} {where} is {sizes.text(axis.size)}, and the transform is of {sizes.text(size)} points"
        raise Mismatch("shape", sentence, Place("x", axis), depth=5)
    return size


def _resized(axes: Axes, position: int, size: Size) -> Axes:
    axis = axes[position]
    assert isinstance(axis, Axis)
    return (*axes[:position], axis.resized(size), *axes[position + 1 :])


def _along(kind: str) -> Rule:
    """The rule of a transform along one axis: of complex numbers, or of real ones to half a spectrum or back."""

    def axes(match: Match) -> Axes:
        _checked(match)
        x, n = tensor(match), match["n"]
        positions = chosen_axes(match)
        assert positions is not None
        (position,) = positions
        axis = x.axes[position]
        assert isinstance(axis, Axis)
        size: Size = axis.size
        if kind == "half to real":
            size = sizes.mul(2, sizes.sub(size, 1))
        if n is not None:
            assert isinstance(n, int | sizes.Poly | sizes.Unknown)
            size = n
        size = _length(match, position, size)
        if kind == "real to half":
            size = sizes.add(sizes.floordiv(size, 2), 1)
        return _resized(x.axes, position, size)

    return _real(axes) if kind == "real to half" else by_axes(axes)


def _real(axes: object) -> Rule:
    """A transform of real numbers."""
    assert callable(axes)

    def rule(match: Match) -> Type:
        if tensor(match).dtype.kind == "complex":
            raise Mismatch("dtype", f"{{0}} is {tensor(match)}, but must be real", Place("x"), depth=5)
        return match.result(match.signature.result, axes(match))

    return rule


def _several(match: Match) -> Axes:
    """The axes of a transform along several, resized to `s` where that is given. An axis counts once."""
    _checked(match)
    x = tensor(match)
    wanted = several(match["s"]) if given(match, "s") else None
    dims = match.arguments.get("dim")
    if dims is None:
        if x.rank is None:
            raise Undetermined
        dims = tuple(range(-len(wanted), 0)) if wanted is not None else tuple(range(x.rank))
    positions: list[int] = []
    for dim in several(dims):
        if not isinstance(dim, int):
            raise Undetermined
        position = normal_axis(dim, x)
        if position in positions:
            raise Mismatch("shape", f"dim names axis {position} twice", Place("x"), depth=3)
        positions.append(position)
    if wanted is not None and len(wanted) != len(positions):
        raise Mismatch("shape", f"s has {len(wanted)} sizes, and dim names {len(positions)} axes", depth=4)
    axes = x.axes
    for i, position in enumerate(positions):
        axis = axes[position]
        assert isinstance(axis, Axis)
        size = axis.size if wanted is None or wanted[i] == -1 else wanted[i]
        axes = _resized(axes, position, _length(match, position, size))
    return axes


def _shifted(match: Match) -> Axes:
    x = tensor(match)
    if given(match, "dim"):
        chosen_axes(match)
    if not x.axes or match["dim"] == ():
        raise Mismatch("shape", f"{{0}} is {x}, and a shift needs an axis", Place("x"), depth=3)
    return x.axes


def _shifted_back(inverse: str) -> VjpRule:
    return lambda call: {"x": f"{inverse}(g)" if call.get("dim") is None else f"{inverse}(g, dim)"}


def _frequencies(half: bool) -> Rule:
    def axes(match: Match) -> Axes:
        n = new_size(match, match["n"], "n")
        return (Axis(sizes.add(sizes.floordiv(n, 2), 1) if half else n),)

    return by_axes(axes)


def _transform(name: str, result: str, kind: str, doc: str, example: str) -> Builtin:
    form = Form(
        f"(x: L[*s], n: int = None, dim: axis = -1, norm: text = None) -> {result}[...]", _along(kind), vjp=COMPLEX
    )
    flops = {"real to half": to_half, "half to real": from_half}.get(kind, transform)
    return Builtin(name, [form], torch=f"kernel:{name}", spaces=("fft",), flops=flops, doc=doc, example=example)


def _transform_of_several(name: str, dim: str, doc: str, example: str) -> Builtin:
    signature = f"(x: L[*s], s: sizes = None, dim: axes = {dim}, norm: text = None) -> complex[...]"
    form = Form(signature, by_axes(_several), vjp=COMPLEX)
    return Builtin(name, [form], torch=f"kernel:{name}", spaces=("fft",), flops=transform, doc=doc, example=example)


ROWS = [
    _transform(
        "fft",
        "complex",
        "complex",
        "Discrete Fourier transform along an axis.",
        "abs(fft([1., 0., 0., 0.]))  #=> [1.0, 1.0, 1.0, 1.0]",
    ),
    _transform(
        "ifft",
        "complex",
        "complex",
        "Inverse of fft, along an axis.",
        "ifft([4., 0., 0., 0.]).real  #=> [1.0, 1.0, 1.0, 1.0]",
    ),
    _transform(
        "rfft",
        "complex",
        "real to half",
        "The first half of the Fourier transform of real numbers, which tells it all.",
        "abs(rfft([1., 0., 0., 0.]))  #=> [1.0, 1.0, 1.0]",
    ),
    _transform(
        "irfft",
        "real",
        "half to real",
        "Inverse of rfft; n is the length of the result, to be given where it is odd.",
        "irfft([4., 0., 0.])  #=> [1.0, 1.0, 1.0, 1.0]",
    ),
    _transform_of_several(
        "fft2",
        "(-2, -1)",
        "Discrete Fourier transform along two axes.",
        "fft2([[1., 0.]]).real  #=> [[1.0, 1.0]]",
    ),
    _transform_of_several(
        "ifft2", "(-2, -1)", "Inverse of fft2, along two axes.", "ifft2([[2., 0.]]).real  #=> [[1.0, 1.0]]"
    ),
    _transform_of_several(
        "fftn",
        "None",
        "Discrete Fourier transform along all axes, or some.",
        "fftn([[1., 0.]]).real  #=> [[1.0, 1.0]]",
    ),
    _transform_of_several(
        "ifftn", "None", "Inverse of fftn, along all axes, or some.", "ifftn([[2., 0.]]).real  #=> [[1.0, 1.0]]"
    ),
    *[
        Builtin(
            name,
            [Form("(x: any[*s], dim: axes = None) -> any[...]", by_axes(_shifted), vjp=_shifted_back(inverse))],
            torch=f"fft.{name}",
            spaces=("fft",),
            flops=NOTHING,
            doc=doc,
            example=example,
        )
        for name, inverse, doc, example in (
            (
                "fftshift",
                "ifftshift",
                "With frequency 0 moved from the beginning to the middle of every axis, or of some.",
                "fftshift([0, 1, -2, -1])  #=> [-2, -1, 0, 1]",
            ),
            ("ifftshift", "fftshift", "Inverse of fftshift.", "ifftshift([-2, -1, 0, 1])  #=> [0, 1, -2, -1]"),
        )
    ],
    *[
        Builtin(
            name,
            [Form("(n: int, d: number = 1.0, dtype: dtype = None) -> R[...]", _frequencies(half))],
            torch=f"fft.{name}",
            spaces=("fft",),
            over=(),
            doc=doc,
            example=example,
        )
        for name, half, doc, example in (
            (
                "fftfreq",
                False,
                "The frequencies of fft's results, of n numbers that are d apart.",
                "fftfreq(4)  #=> [0.0, 0.25, -0.5, -0.25]",
            ),
            (
                "rfftfreq",
                True,
                "The frequencies of rfft's results, of n numbers that are d apart.",
                "rfftfreq(4)  #=> [0.0, 0.25, 0.5]",
            ),
        )
    ],
]
