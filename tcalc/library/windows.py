"""Convolutions and pooling: a window that slides along the last axes, and padding to go with it."""

from __future__ import annotations

from collections.abc import Callable

from tcalc.library.builtin import KERNEL, Builtin, Form, Rule, Vjp
from tcalc.library.flops import NOTHING, convolved, convolved_back, pooled
from tcalc.library.rules import assumed, by_axes, divided, given, several, tensor
from tcalc.library.vjps import Called, shape_of
from tcalc.types import dtypes
from tcalc.types import size as sizes
from tcalc.types.broadcast import Axes, meet
from tcalc.types.facts import simplify
from tcalc.types.match import Match
from tcalc.types.mismatch import Mismatch, Place, Undetermined, sizes_meet, which_axis
from tcalc.types.size import Size
from tcalc.types.tensor import Axis, TensorType, TupleType, Type

FUNCTIONAL = ("nn.functional",)
BOTH = ("", "nn.functional")
SPATIAL = {1: "l", 2: "h, w", 3: "d, h, w"}


def _parts(match: Match, count: int) -> tuple[tuple[Axis, ...], Axis, tuple[Axis, ...]]:
    """The batch's axis where there is one, the channels', and those that a window slides along."""
    x = tensor(match)
    if x.rank is None:
        raise Undetermined
    if x.rank not in (count + 1, count + 2):
        last = SPATIAL[count]
        raise Mismatch("shape", f"{{0}} is {x}, and must be [c, {last}] or [n, c, {last}]", Place("x"), depth=3)
    axes: tuple[Axis, ...] = x.axes  # type: ignore[assignment]  # no packs: it has a rank
    return axes[: -count - 1], axes[-count - 1], axes[-count:]


def _numbers(match: Match, name: str, count: int, least: int) -> tuple[Size, ...]:
    """An option that is one size for all axes or one for each."""
    values = several(match[name])
    if len(values) == 1:
        values *= count
    if len(values) != count:
        raise Mismatch("shape", f"{name} is one number or {count}, and not {len(values)}", depth=4)
    for value in values:
        if not assumed(match, value, least):
            raise Mismatch("value", f"{name} is at least {least}, and not {sizes.text(value)}", depth=4)
    return values


class _Window:
    """One axis with the window that slides along it."""

    __slots__ = ("axis", "dilation", "kernel", "match", "padding", "stride", "where")

    def __init__(
        self, match: Match, axis: Axis, where: str, kernel: Size, stride: Size, padding: Size, dilation: Size
    ) -> None:
        self.match, self.axis, self.where = match, axis, where
        self.kernel, self.stride, self.padding, self.dilation = kernel, stride, padding, dilation

    @property
    def span(self) -> Size:
        """From the window's first element to its last, both counted."""
        return sizes.add(sizes.mul(self.dilation, sizes.sub(self.kernel, 1)), 1)

    def slid(self, ceil: bool = False) -> Axis:
        """The axis of the window's places; with `ceil` the last one may reach over the end."""
        room = sizes.add(self.axis.size, sizes.mul(2, self.padding))
        left, stride = sizes.sub(room, self.span), self.stride
        if ceil:
            left = sizes.add(left, sizes.sub(stride, 1))
        if not assumed(self.match, left, 0):
            padded = f", {sizes.text(room)} with padding" if self.padding != 0 else ""
            sentence = f"{{0s}} {self.where} is {sizes.text(self.axis.size)}{padded}, and the window spans "
            raise Mismatch("shape", sentence + sizes.text(self.span), Place("x", self.axis), depth=5)
        count = sizes.add(sizes.floordiv(left, stride), 1)
        if ceil:  # the last place begins before the end
            begin = sizes.add(self.axis.size, self.padding)
            if not isinstance(count, int) or not isinstance(stride, int) or not isinstance(begin, int):
                raise Undetermined
            count -= (count - 1) * stride >= begin
        return self.resized(count)

    def spread(self, extra: Size) -> Axis:
        """The axis whose windows' places these are, which a transposed convolution gives."""
        between = sizes.mul(self.stride, sizes.sub(self.axis.size, 1))
        size = sizes.add(sizes.sub(sizes.add(between, self.span), sizes.mul(2, self.padding)), extra)
        if not assumed(self.match, size, 1):
            sentence = f"{{0s}} {self.where} is {sizes.text(self.axis.size)}, which leaves a size of {sizes.text(size)}"
            raise Mismatch("shape", sentence, Place("x", self.axis), depth=5)
        return self.resized(size)

    def resized(self, size: Size) -> Axis:
        """The axis with another size."""
        return self.axis.resized(size if self.match.facts is None else simplify(size, self.match.facts))


def _windows(match: Match, kernel: tuple[Size, ...], axes: tuple[Axis, ...], padding: object) -> list[_Window]:
    """A window for each axis that one slides along."""
    count = len(axes)
    strides = kernel if match["stride"] is None else _numbers(match, "stride", count, 1)
    paddings = _numbers(match, "padding", count, 0) if padding is None else (0,) * count
    dilations = _numbers(match, "dilation", count, 1) if "dilation" in match.arguments else (1,) * count
    rank = len(tensor(match).axes)
    return [
        _Window(match, axis, which_axis(rank - count + i, rank), *options)
        for i, (axis, *options) in enumerate(zip(axes, kernel, strides, paddings, dilations, strict=True))
    ]


# Convolutions


def _refuse_uneven(match: Match, axis: Axis, groups: Size) -> None:
    """The groups are of equal size."""
    if not assumed(match, groups, 1):
        raise Mismatch("value", f"groups is at least 1, and not {sizes.text(groups)}", depth=4)
    if divided(match, axis.size, groups) is None:
        sentence = f"{{0s}} first axis is {sizes.text(axis.size)}, which {sizes.text(groups)} groups do not divide"
        raise Mismatch("shape", sentence, Place("weight", axis), depth=4)


def _convolved(count: int, transposed: bool) -> Callable[[Match], Axes]:
    def axes(match: Match) -> Axes:
        batch, channels, along = _parts(match, count)
        weight, groups = tensor(match, "weight"), match["groups"]
        if weight.rank is None:
            raise Undetermined
        first, second, *kernel = weight.axes
        assert isinstance(first, Axis) and isinstance(second, Axis)
        assert isinstance(groups, int | sizes.Poly | sizes.Unknown)
        _refuse_uneven(match, first, groups)
        taken = first if transposed else second if groups == 1 else Axis(sizes.mul(second.size, groups))
        if meet(channels, taken) is None:
            _refuse_channels(match, channels, taken, len(batch), 0 if transposed else 1)
        windows = _windows(match, tuple([axis.size for axis in kernel if isinstance(axis, Axis)]), along, _same(match))
        for size in weight.shape:
            if not assumed(match, size, 1):
                raise Mismatch("shape", f"{{0}} is {weight}, which has no elements", Place("weight"), depth=4)
        if not transposed:
            new = along if match["padding"] == "same" else tuple([window.slid() for window in windows])
            return (*batch, first, *new)
        extras = _numbers(match, "output_padding", count, 0)
        for extra, window in zip(extras, windows, strict=True):
            if isinstance(extra, int) and all(
                isinstance(n, int) and extra >= n for n in (window.stride, window.dilation)
            ):
                raise Mismatch("shape", "output_padding is smaller than stride or dilation", depth=4)
        out = Axis(sizes.mul(second.size, groups), second.label)
        if given(match, "bias") and tensor(match, "bias").axes:
            bias = tensor(match, "bias").axes[0]
            assert isinstance(bias, Axis)
            if not sizes.agree(bias.size, out.size):
                sentence = f"{{0}} is {tensor(match, 'bias')}, and must be [{sizes.text(out.size)}]"
                raise Mismatch("shape", sentence, Place("bias", bias), depth=4)
        return (*batch, out, *[window.spread(extra) for window, extra in zip(windows, extras, strict=True)])

    return axes


def _refuse_channels(match: Match, channels: Axis, taken: Axis, position: int, taking: int) -> None:
    x, weight, groups = tensor(match), tensor(match, "weight"), match["groups"]
    places = Place("x", channels), Place("weight", taken)
    if groups == 1 or taking == 0:
        raise sizes_meet(places[0], position, len(x.axes), places[1], taking, len(weight.axes))
    takes = f"{sizes.text(taken.size)} in {groups} groups"
    sentence = f"{{0}} has {sizes.text(channels.size)} channels, and {{1}} takes {takes}"
    raise Mismatch("shape", sentence, *places, depth=4)


def _same(match: Match) -> str | None:
    """The padding that is given by name."""
    padding = match["padding"]
    if not isinstance(padding, str):
        return None
    if padding not in ("same", "valid"):
        raise Mismatch("value", f'padding is a number, "same" or "valid", and not "{padding}"', depth=5)
    if padding == "same" and any(stride != 1 for stride in several(match["stride"])):
        raise Mismatch("value", 'padding="same" is for a stride of 1', depth=5)
    return padding


def _convolution(count: int) -> Builtin:
    kernel = ", ".join("kmn"[:count])
    before = f"(x: N[*s], weight: N[o, c, {kernel}], bias: N[o] = None, stride: sizes = 1"
    rule = by_axes(_convolved(count, False))
    ones = {1: "[[1., 1.]]", 2: "[[[1., 1.]]]", 3: "[[[[1., 1.]]]]"}[count]
    places = ", ".join(("depth", "height", "width")[-count:] if count > 1 else ("length",))
    return Builtin(
        f"conv{count}d",
        [
            Form(f"{before}, padding: sizes = 0, dilation: sizes = 1, groups: int = 1) -> N[...]", rule, vjp=KERNEL),
            Form(f"{before}, padding: text, dilation: sizes = 1, groups: int = 1) -> N[...]", rule, vjp=KERNEL),
        ],
        torch=f"kernel:conv{count}d",
        spaces=BOTH,
        over=(),
        flops=convolved,
        hints={"shape": f"the input is [batch, channels, {places}], the weight [out, channels, {places}]"},
        doc="Convolution as torch has it (cross-correlation) of x [n, c, …] with weight [out, c, …] along the last "
        f"{'axis' if count == 1 else f'{count} axes'}.",
        example=f"conv{count}d({'[' * count}[1., 2., 4.]{']' * count}, [{ones}])"
        f"  #=> {'[' * count}[3.0, 6.0]{']' * count}",
    )


def _transposed_convolution(count: int) -> Builtin:
    kernel = ", ".join("kmn"[:count])
    ones = {1: "[[1., 1.]]", 2: "[[[1., 1.]]]"}[count]
    return Builtin(
        f"conv_transpose{count}d",
        [
            Form(
                f"(x: N[*s], weight: N[o, c, {kernel}], bias: N[b] = None, stride: sizes = 1, padding: sizes = 0,"
                " output_padding: sizes = 0, groups: int = 1, dilation: sizes = 1) -> N[...]",
                by_axes(_convolved(count, True)),
                vjp=KERNEL,
            )
        ],
        torch=f"kernel:conv_transpose{count}d",
        spaces=BOTH,
        over=(),
        flops=convolved_back,
        doc=f"The transpose of conv{count}d, of x [n, c, …] and weight [c, out, …].",
        example=f"conv_transpose{count}d({'[' * count}[1., 2.]{']' * count}, [{ones}])"
        f"  #=> {'[' * count}[1.0, 3.0, 2.0]{']' * count}",
    )


# Pooling


def _pooled(count: int) -> Callable[[Match], Axes]:
    def axes(match: Match) -> Axes:
        batch, channels, along = _parts(match, count)
        windows = _windows(match, _numbers(match, "kernel_size", count, 1), along, None)
        for window in windows:
            if not assumed(match, window.kernel, sizes.mul(2, window.padding)):
                sentence = f"padding is at most half of the kernel's size, and {sizes.text(window.padding)} is more"
                raise Mismatch("value", sentence, depth=4)
        for axis in (channels, *along):
            if axis.size == 0:
                raise Mismatch("shape", f"{{0}} is {tensor(match)}, which has no elements", Place("x", axis), depth=4)
        return (*batch, channels, *[window.slid(bool(match["ceil_mode"])) for window in windows])

    return axes


def _largest(count: int) -> Rule:
    pooled = _pooled(count)

    def rule(match: Match) -> Type:
        values = match.result(match.signature.result, pooled(match))
        assert isinstance(values, TensorType)
        if not match["return_indices"]:
            return values
        return TupleType((values, TensorType(dtypes.I64, values.axes)))

    return rule


def _mean(count: int) -> Rule:
    """torch rounds the means of i64 towards 0, and refuses other integers: their means are floating."""
    pooled = _pooled(count)

    def rule(match: Match) -> Type:
        divisor = match.arguments.get("divisor_override")
        if divisor == 0:
            raise Mismatch("value", "divisor_override is 0", depth=4)
        dtype = match.result_dtype("real")
        return TensorType(dtype if dtype is dtypes.I64 else dtypes.float_of(dtype, match.default_float), pooled(match))

    return rule


def _adapted(count: int) -> Callable[[Match], Axes]:
    def axes(match: Match) -> Axes:
        batch, channels, along = _parts(match, count)
        for axis in (channels, *along):
            if axis.size == 0:
                raise Mismatch("shape", f"{{0}} is {tensor(match)}, which has no elements", Place("x", axis), depth=4)
        wanted = _numbers(match, "output_size", count, 0)
        if match["output_size"] == wanted[:1] != wanted:
            raise Mismatch("shape", f"output_size is one number or {count} in a tuple", depth=4)
        return (*batch, channels, *[axis.resized(size) for axis, size in zip(along, wanted, strict=True)])

    return axes


def _pools(count: int) -> list[Builtin]:
    sized = "kernel_size: sizes, stride: sizes = None, padding: sizes = 0"
    x, one = f"{'[' * count}[1., 5., 2., 4.]{']' * count}", "2" if count == 1 else f"({'1, ' * (count - 1)}2)"
    two = f"{'[' * count}[{{}}]{']' * count}"
    along = "the last axis" if count == 1 else f"the last {count} axes"
    divisor = ", divisor_override: int = None" if count > 1 else ""
    return [
        Builtin(
            f"max_pool{count}d",
            [
                Form(
                    f"(x: real[*s], {sized}, dilation: sizes = 1, ceil_mode: flag = False,"
                    " return_indices: flag = False) -> real[...]",
                    _largest(count),
                    vjp=KERNEL,
                )
            ],
            torch="kernel:max_pool1d" if count == 1 else f"nn.functional.max_pool{count}d",
            spaces=BOTH,
            over=(),
            flops=pooled(count),
            doc=f"The largest element of each window along {along}; windows lie side by side unless stride says more.",
            example=f"max_pool{count}d({x}, {one})  #=> {two.format('5.0, 4.0')}",
        ),
        Builtin(
            f"avg_pool{count}d",
            [
                Form(
                    f"(x: real[*s], {sized}, ceil_mode: flag = False, count_include_pad: flag = True{divisor})"
                    " -> real[...]",
                    _mean(count),
                    vjp=KERNEL,
                )
            ],
            torch=f"kernel:avg_pool{count}d",
            spaces=BOTH if count == 1 else FUNCTIONAL,
            over=(),
            flops=pooled(count),
            doc=f"The mean of each window along {along}; windows lie side by side unless stride says more.",
            example=f"avg_pool{count}d({x}, {one})  #=> {two.format('3.0, 3.0')}",
        ),
        Builtin(
            f"adaptive_avg_pool{count}d",
            [Form("(x: R[*s], output_size: sizes) -> R[...]", by_axes(_adapted(count)), vjp=KERNEL)],
            torch=f"nn.functional.adaptive_avg_pool{count}d",
            spaces=BOTH if count == 1 else FUNCTIONAL,
            over=(),
            doc=f"Means over output_size nearly equal parts of {along}.",
            example=f"adaptive_avg_pool{count}d({x}, {one})  #=> {two.format('3.0, 3.0')}",
        ),
    ]


# Padding


def _padded(match: Match) -> Axes:
    """Pairs of sizes, for the last axis first; a negative one cuts off."""
    x, pad, mode = tensor(match), several(match["pad"]), match["mode"]
    if mode not in ("constant", "reflect", "replicate", "circular"):
        raise Mismatch("value", f'mode is "constant", "reflect", "replicate" or "circular", and not "{mode}"', depth=5)
    if mode != "constant" and match["value"] is not None:
        raise Mismatch("value", f'value is for mode="constant", and mode is "{mode}"', depth=5)
    if x.rank is None:
        raise Undetermined
    count = len(pad) // 2
    if len(pad) % 2:
        raise Mismatch("shape", f"pad has two numbers for each axis, and here {len(pad)}", depth=4)
    if count > x.rank or (mode != "constant" and not (1 <= count <= 3 and x.rank in (count + 1, count + 2))):
        raise Mismatch("shape", f"{{0}} is {x}, and pad is for {count} of its axes", Place("x"), depth=4)
    axes = [axis for axis in x.axes if isinstance(axis, Axis)]
    for i in range(count):
        axis, before, after = axes[-1 - i], pad[2 * i], pad[2 * i + 1]
        size = sizes.add(sizes.add(axis.size, before), after)
        left = sum(n for n in (before, after) if isinstance(n, int) and n < 0)  # what is cut off is cut off first
        if not assumed(match, size, 0) or not assumed(match, sizes.add(axis.size, left), 0):
            sentence = f"{{0s}} {which_axis(x.rank - 1 - i, x.rank)} is {sizes.text(axis.size)}, which leaves "
            raise Mismatch("shape", sentence + "less than nothing", Place("x", axis), depth=4)
        for n in (before, after) if mode != "constant" else ():
            most = sizes.sub(axis.size, 1) if mode == "reflect" else axis.size
            if left < 0 or (mode != "replicate" and not assumed(match, most, n)):
                sentence = f"{{0s}} {which_axis(x.rank - 1 - i, x.rank)} is {sizes.text(axis.size)}, "
                raise Mismatch("shape", sentence + f'too short for "{mode}"', Place("x", axis), depth=4)
        axes[-1 - i] = axis.resized(size)
    return tuple(axes)


def _cut_off(call: Called) -> Vjp | None:
    """Without what was put around it. Of elements that are repeated, or were cut off, autograd finds it."""
    pad, shape = call["pad"], shape_of(call)
    if call["mode"] != "constant" or any(n < 0 for n in pad):
        return None
    text = "g"
    for place in range(0, len(pad), 2):
        if pad[place] or pad[place + 1]:
            axis = len(shape) - 1 - place // 2
            text = f"narrow({text}, {axis}, {pad[place]}, {shape[axis]})"
    return {"x": text}


ROWS = [
    *[_convolution(count) for count in (1, 2, 3)],
    *[_transposed_convolution(count) for count in (1, 2)],
    *[row for count in (1, 2) for row in _pools(count)],
    Builtin(
        "pad",
        [
            Form(
                '(x: any[*s], pad: sizes, mode: text = "constant", value: number = None) -> any[...]',
                by_axes(_padded),
                vjp=_cut_off,
            )
        ],
        torch="kernel:pad",
        spaces=FUNCTIONAL,
        over=(),
        flops=NOTHING,
        doc="x with zeros, or as mode says, around it: widths before and after, for the last axis first.",
        example="pad([1, 2], (1, 2))  #=> [0, 1, 2, 0, 0]",
    ),
]
