"""What neural networks and signals are made of, written with NumPy: windows by loops, losses and norms by formula."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from tests.library.numpy_elementwise import softmax

Array = Any


def several(value: Any, count: int) -> tuple[Any, ...]:
    return tuple(value) * (count // len(value)) if isinstance(value, tuple) else (value,) * count


# Networks


def layer_norm(x: Array, normalized_shape: Any, weight: Array = 1, bias: Array = 0, eps: float = 1e-5) -> Array:
    count = len(normalized_shape) if isinstance(normalized_shape, tuple) else 1
    axes = tuple(range(-count, 0))
    spread = np.var(x, axis=axes, keepdims=True) + eps
    return (x - np.mean(x, axis=axes, keepdims=True)) / np.sqrt(spread) * weight + bias


def batch_norm(
    x: Array,
    running_mean: Array = None,
    running_var: Array = None,
    weight: Array = None,
    bias: Array = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Array:
    if training:
        others = tuple(i for i in range(x.ndim) if i != 1)
        running_mean, running_var = np.mean(x, axis=others), np.var(x, axis=others)

    def over(each: Array) -> Array:
        return np.reshape(each, (-1, *[1] * (x.ndim - 2)))

    found = (x - over(running_mean)) / np.sqrt(over(running_var) + eps)
    return found * (1 if weight is None else over(weight)) + (0 if bias is None else over(bias))


def attention(
    query: Array,
    key: Array,
    value: Array,
    attn_mask: Array = None,
    is_causal: bool = False,
    scale: float | None = None,
    **_: Any,
) -> Array:
    scores = query @ np.swapaxes(key, -1, -2) * (scale if scale is not None else 1 / np.sqrt(query.shape[-1]))
    if is_causal:
        scores = np.where(np.tri(*scores.shape[-2:]) > 0, scores, -np.inf)
    if attn_mask is not None:
        scores = np.where(attn_mask, scores, -np.inf) if attn_mask.dtype == bool else scores + attn_mask
    return softmax(scores, -1) @ value


def reduced(losses: Array, reduction: str) -> Array:
    return np.sum(losses) if reduction == "sum" else np.mean(losses) if reduction == "mean" else losses


def loss(each: Callable[..., Array]) -> Callable[..., Array]:
    """Of each element, then reduced."""

    def whole(x: Array, target: Array, reduction: str = "mean", **options: Any) -> Array:
        return reduced(each(x, target, **options), reduction)

    return whole


def smooth(x: Array, target: Array, beta: float = 1.0) -> Array:
    size = np.abs(x - target)
    return np.where(size < beta, size**2 / (2 * beta), size - beta / 2) if beta else size


def huber(x: Array, target: Array, delta: float = 1.0) -> Array:
    return delta * smooth(x, target, delta)


def entropy(x: Array, target: Array, weight: Array = 1) -> Array:
    """torch holds a logarithm above -100."""
    return -weight * (target * np.maximum(np.log(x), -100) + (1 - target) * np.maximum(np.log1p(-x), -100))


def entropy_of_logits(x: Array, target: Array, weight: Array = 1, pos_weight: Array = 1) -> Array:
    return weight * (pos_weight * target * np.log1p(np.exp(-x)) + (1 - target) * (x + np.log1p(np.exp(-x))))


def divergence(x: Array, target: Array, reduction: str = "mean", log_target: bool = False) -> Array:
    """ "batchmean" divides by the size of the first axis."""
    target = np.exp(target) if log_target else target
    losses = np.where(target == 0, 0, target * (np.log(target) - x))
    return np.sum(losses) / np.float64(losses.shape[0]) if reduction == "batchmean" else reduced(losses, reduction)


def class_axis(x: Array) -> int:
    return 0 if x.ndim == 1 else 1


def picked(x: Array, target: Array) -> Array:
    """The elements at the classes, along their axis."""
    axis = class_axis(x)
    return np.take_along_axis(x, np.expand_dims(target, axis), axis).squeeze(axis)


def weighed(losses: Array, weights: Array, reduction: str) -> Array:
    return np.sum(losses) / np.sum(weights) if reduction == "mean" else reduced(losses, reduction)


def negative_log_likelihood(
    x: Array, target: Array, weight: Array = None, ignore_index: int = -100, reduction: str = "mean"
) -> Array:
    kept = target != ignore_index
    weights = kept * (1.0 if weight is None else weight[np.where(kept, target, 0)])
    losses = -weights * picked(x, np.where(kept, target, 0))
    return weighed(losses, weights, reduction)


def cross_entropy(
    x: Array,
    target: Array,
    weight: Array = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Array:
    """Of classes or of their probabilities."""
    axis = class_axis(x)
    logs = x - np.log(np.sum(np.exp(x), axis=axis, keepdims=True))
    count = x.shape[axis]
    shape = [1] * x.ndim
    shape[axis] = count
    by_class = np.reshape(np.ones(count) if weight is None else weight, shape)
    if target.shape == x.shape and target.dtype.kind == "f":
        target = target * (1 - label_smoothing) + label_smoothing / count
        losses = -np.sum(by_class * target * logs, axis=axis)
        return np.sum(losses) / np.float64(losses.size) if reduction == "mean" else reduced(losses, reduction)
    kept = target != ignore_index
    safe = np.where(kept, target, 0)
    weights = kept * np.ravel(by_class)[safe]
    likely = weighed(-weights * picked(logs, safe), weights, reduction)
    if not label_smoothing:
        return likely
    spread = weighed(-1.0 * kept * np.sum(by_class * logs, axis=axis), weights, reduction)
    return (1 - label_smoothing) * likely + label_smoothing / count * spread


def cosine_similarity(a: Array, b: Array, dim: int = 1, eps: float = 1e-8) -> Array:
    a, b = np.broadcast_arrays(a, b)
    norms = [np.maximum(np.sqrt(np.sum(each * each, axis=dim)), eps) for each in (a, b)]
    return np.sum(a * b, axis=dim) / (norms[0] * norms[1])


def distances(a: Array, c: Array, p: float = 2.0) -> Array:
    apart = np.abs(a[..., :, None, :] - c[..., None, :, :])
    if p == math.inf:
        return np.max(apart, axis=-1, initial=0)
    if p == 0:
        return np.sum(apart != 0, axis=-1)
    return np.sum(apart**p, axis=-1) ** (1 / p)


# Windows


def convolved(count: int) -> Callable[..., Array]:
    def convolution(
        x: Array,
        weight: Array,
        bias: Array = None,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
    ) -> Array:
        """A sum of products at each place of the window."""
        alone = x.ndim == count + 1
        x = x[None] if alone else x
        stride, dilation = several(stride, count), several(dilation, count)
        spans = [d * (k - 1) for d, k in zip(dilation, weight.shape[2:], strict=True)]
        if padding == "same":
            around = [(span // 2, span - span // 2) for span in spans]
        else:
            around = [(p, p) for p in several(0 if padding == "valid" else padding, count)]
        x = np.pad(x, [(0, 0), (0, 0), *around])
        sizes = [(n - s - 1) // t + 1 for n, s, t in zip(x.shape[2:], spans, stride, strict=True)]
        found = np.zeros((x.shape[0], weight.shape[0], *sizes), np.result_type(x, weight))
        each, out = weight.shape[1], weight.shape[0] // groups
        for place in product(*map(range, sizes)):
            steps = zip(place, stride, spans, dilation, strict=True)
            window = x[(slice(None), slice(None), *[slice(i * t, i * t + s + 1, d) for i, t, s, d in steps])]
            for o in range(weight.shape[0]):
                group = window[:, o // out * each : (o // out + 1) * each]
                at: Any = (slice(None), o, *place)
                found[at] = np.sum(group * weight[o], axis=tuple(range(1, count + 2)))
        if bias is not None:
            found = found + np.reshape(bias, (-1, *[1] * count))
        return found[0] if alone else found

    return convolution


def transposed(count: int) -> Callable[..., Array]:
    def convolution(
        x: Array,
        weight: Array,
        bias: Array = None,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        dilation: Any = 1,
    ) -> Array:
        """Each element adds its multiple of the window."""
        alone = x.ndim == count + 1
        x = x[None] if alone else x
        stride, dilation, padding, more = (several(v, count) for v in (stride, dilation, padding, output_padding))
        spans = [d * (k - 1) + 1 for d, k in zip(dilation, weight.shape[2:], strict=True)]
        sizes = [(n - 1) * t + s + m for n, t, s, m in zip(x.shape[2:], stride, spans, more, strict=True)]
        each, out = x.shape[1] // groups, weight.shape[1]
        found = np.zeros((x.shape[0], out * groups, *sizes), np.result_type(x, weight))
        for place in np.ndindex(x.shape[2:]):
            to = tuple(slice(i * t, i * t + s, d) for i, t, s, d in zip(place, stride, spans, dilation, strict=True))
            for c in range(x.shape[1]):
                first = c // each * out
                part = x[(slice(None), c, *place)].reshape(-1, *[1] * (count + 1)) * weight[c]
                found[(slice(None), slice(first, first + out), *to)] += part
        keep = [slice(p, n - p) for p, n in zip(padding, sizes, strict=True)]
        found = found[(slice(None), slice(None), *keep)]
        if bias is not None:
            found = found + np.reshape(bias, (-1, *[1] * count))
        return found[0] if alone else found

    return convolution


def places(n: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> list[int]:
    """Where windows begin, counted from before the padding."""
    left = n + 2 * padding - dilation * (kernel - 1) - 1
    count = (-(-left // stride) if ceil_mode else left // stride) + 1
    if ceil_mode and (count - 1) * stride >= n + padding:
        count -= 1
    return [i * stride for i in range(count)]


def pooled(
    count: int,
    each: Callable[[Array, tuple[int, ...]], float],
    x: Array,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
) -> Array:
    """`each` takes a window's elements, and the places of those in one plane."""
    kernel, padding, dilation = several(kernel_size, count), several(padding, count), several(dilation, count)
    stride = kernel if stride is None else several(stride, count)
    sizes = x.shape[-count:]
    starts = [places(*each_axis, ceil_mode) for each_axis in zip(sizes, kernel, stride, padding, dilation, strict=True)]
    found = np.zeros((*x.shape[:-count], *map(len, starts)))
    for lead in np.ndindex(x.shape[:-count]):
        for place in product(*[range(len(s)) for s in starts]):
            lines = [
                [
                    begins[i] - p + d * j
                    for j in range(k)
                    if begins[i] + d * j < n + 2 * p  # a window may reach over the padding's end
                ]
                for begins, i, p, d, k, n in zip(starts, place, padding, dilation, kernel, sizes, strict=True)
            ]
            inside = [[i for i in line if 0 <= i < n] for line, n in zip(lines, sizes, strict=True)]
            window = x[lead][np.ix_(*inside)]
            flat = [int(np.ravel_multi_index(i, sizes)) for i in product(*inside)]
            found[lead + place] = each(window, (math.prod(map(len, lines)), *flat))
    return found


def max_pool(count: int) -> Callable[..., Any]:
    def pool(x: Array, return_indices: bool = False, **options: Any) -> Any:
        values = pooled(count, lambda window, _: np.max(window), x, **options)
        if not return_indices:
            return values
        return values, pooled(count, lambda window, flat: flat[1 + int(np.argmax(window))], x, **options)

    return pool


def mean_pool(count: int) -> Callable[..., Array]:
    def pool(x: Array, count_include_pad: bool = True, divisor_override: int | None = None, **options: Any) -> Array:
        """torch's mean of i64 rounds towards zero."""

        def mean(window: Array, places: tuple[int, ...]) -> float:
            return float(np.sum(window)) / (divisor_override or (places[0] if count_include_pad else window.size))

        found = pooled(count, mean, x, **options)
        return np.trunc(found) if x.dtype == np.int64 else found

    return pool


def adaptive(count: int) -> Callable[..., Array]:
    def pool(x: Array, output_size: Any) -> Array:
        """Means of parts as equal as can be, which may overlap."""
        for axis, size in zip(range(-count, 0), several(output_size, count), strict=True):
            n = x.shape[axis]
            parts = [
                np.mean(np.take(x, range(i * n // size, -(-(i + 1) * n // size)), axis=axis), axis=axis)
                for i in range(size)
            ]
            x = (
                np.stack(parts, axis)
                if parts
                else np.zeros([0 if i == axis % x.ndim else m for i, m in enumerate(x.shape)])
            )
        return x

    return pool


MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def padded(x: Array, pad: Any, mode: str = "constant", value: float | None = None) -> Array:
    """Pairs from the last axis on; a negative one takes away."""
    if not x.ndim:
        return x
    pads = [(0, 0)] * x.ndim
    for i in range(len(pad) // 2):
        pads[-1 - i] = (pad[2 * i], pad[2 * i + 1])
    cut = x[tuple(slice(max(-a, 0), n - max(-b, 0)) for (a, b), n in zip(pads, x.shape, strict=True))]
    more = [(max(a, 0), max(b, 0)) for a, b in pads]
    if mode == "constant":
        return np.pad(cut, more, constant_values=value or 0)
    return np.pad(cut, more, mode=MODES[mode])  # type: ignore[call-overload]  # one of them


# Spectra


def transform(name: str) -> Callable[..., Array]:
    function: Any = getattr(np.fft, name)
    lacking: dict[str, Any] = {"fft2": (-2, -1), "ifft2": (-2, -1)}

    def transformed(x: Array, norm: str | None = None, **options: Any) -> Array:
        if "n" in options or name in ("fft", "ifft", "rfft", "irfft"):
            return function(x, options.get("n"), options.get("dim", -1), norm)
        s, dim = options.get("s"), options.get("dim", lacking.get(name))
        s = s if s is None or isinstance(s, tuple) else (s,)
        dim = tuple(range(-len(s), 0)) if dim is None and s is not None else dim
        axes = dim if dim is None or isinstance(dim, tuple) else (dim,)
        if s is not None and axes is not None:
            s = tuple(x.shape[a] if n == -1 else n for n, a in zip(s, axes, strict=True))
        whole: Any = getattr(np.fft, name.replace("2", "n"))
        return whole(x, s, axes, norm)

    return transformed


ORACLES: dict[str, Callable[..., Any]] = {
    "linear": lambda x, weight, bias=0: x @ np.swapaxes(weight, -1, -2) + bias,
    "layer_norm": layer_norm,
    "batch_norm": batch_norm,
    "embedding": lambda x, weight, padding_idx=None: weight[x],
    "scaled_dot_product_attention": attention,
    "mse_loss": loss(lambda x, target, weight=1: weight * (x - target) ** 2),
    "l1_loss": loss(lambda x, target: np.abs(x - target)),
    "smooth_l1_loss": loss(smooth),
    "huber_loss": loss(huber),
    "binary_cross_entropy": loss(entropy),
    "binary_cross_entropy_with_logits": loss(entropy_of_logits),
    "kl_div": divergence,
    "cross_entropy": cross_entropy,
    "nll_loss": negative_log_likelihood,
    "cosine_similarity": cosine_similarity,
    "cdist": distances,
    **{f"conv{n}d": convolved(n) for n in (1, 2, 3)},
    **{f"conv_transpose{n}d": transposed(n) for n in (1, 2)},
    **{f"max_pool{n}d": max_pool(n) for n in (1, 2)},
    **{f"avg_pool{n}d": mean_pool(n) for n in (1, 2)},
    **{f"adaptive_avg_pool{n}d": adaptive(n) for n in (1, 2)},
    "pad": padded,
    **{name: transform(name) for name in ("fft", "ifft", "rfft", "irfft", "fft2", "ifft2", "fftn", "ifftn")},
    "fftshift": lambda x, dim=None: np.fft.fftshift(x, dim),
    "ifftshift": lambda x, dim=None: np.fft.ifftshift(x, dim),
    "fftfreq": lambda n, d=1.0: np.fft.fftfreq(n, d),
    "rfftfreq": lambda n, d=1.0: np.fft.rfftfreq(n, d),
}
