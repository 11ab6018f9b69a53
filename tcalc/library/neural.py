"""Layers and losses of neural networks, as functions of the data and the weights."""

from __future__ import annotations

from tcalc.library.builtin import KERNEL, LONG, Builtin, Form, VjpRule
from tcalc.library.flops import NOTHING, attention, crossed, distances, dots, with_bias
from tcalc.library.losses import (
    averaged,
    by_weights,
    diverged,
    of_classes,
    of_probabilities,
    of_two_classes,
    over_channels,
    rows_added,
)
from tcalc.library.rules import assumed, by_axes, chosen_axes, divided, given, one_label, tensor
from tcalc.types import size as sizes
from tcalc.types.broadcast import Axes, Spread
from tcalc.types.match import Match
from tcalc.types.mismatch import Mismatch, Place, Undetermined
from tcalc.types.size import Size
from tcalc.types.tensor import Axis, TensorType

NEURAL = ("nn.functional",)
REDUCTIONS = ("mean", "sum", "none")


def _reduced(match: Match, axes: Axes) -> Axes:
    """A loss is one number, unless `reduction` is "none"."""
    reduction = match["reduction"]
    if reduction not in REDUCTIONS:
        raise Mismatch("value", f'reduction is "mean", "sum" or "none", and not "{reduction}"', depth=5)
    return axes if reduction == "none" else ()


def _loss(match: Match) -> Axes:
    return _reduced(match, match.pack("s"))


def _divergence(match: Match) -> Axes:
    """As a loss; "batchmean" divides the sum by the length of the first axis, as the definition over a batch has it."""
    reduction = match["reduction"]
    if reduction == "batchmean":
        if not match.pack("s"):
            raise Mismatch("shape", "{0} has no axes, and batchmean divides by the size of one", Place("x"), depth=4)
        return ()
    if reduction not in REDUCTIONS:
        sentence = f'reduction is "batchmean", "mean", "sum" or "none", and not "{reduction}"'
        raise Mismatch("value", sentence, depth=5)
    return _loss(match)


def _class_loss(match: Match) -> Axes:
    """One class for each of x's places; the scores of the classes are on axis 1, or on the only one."""
    x, target = tensor(match, "x"), tensor(match, "target")
    if x.rank is None or target.rank is None:
        raise Undetermined
    places = x.shape[:1] + x.shape[2:] if x.rank > 1 else ()
    if len(places) != target.rank or not all(map(sizes.agree, places, target.shape)):
        needed = ", ".join([sizes.text(size) for size in places])
        sentence = f"{{0}} is {target}, and must be [{needed}], one class for each place of {{1}}"
        raise Mismatch("shape", sentence, Place("target"), Place("x"), depth=4)
    return _reduced(match, tensor(match, "target").axes)


def _probability_loss(match: Match) -> Axes:
    """Targets that are probabilities; the classes are on axis 1, or on the only one."""
    x, target = tensor(match, "x"), tensor(match, "target")
    if x.rank is None or target.rank is None:
        raise Undetermined
    same = x.rank == target.rank and all(map(sizes.agree, x.shape, target.shape))
    if not same or not x.axes:
        raise Mismatch("shape", f"{{0}} is {target}, and must be as {{1}}, {x}", Place("target"), Place("x"), depth=3)
    one_label(target.axes, "target", x.axes, "x")
    if given(match, "weight"):
        classes, weight = x.shape[0 if x.rank == 1 else 1], tensor(match, "weight")
        if not sizes.agree(weight.shape[0], classes):
            sentence = f"{{0}} is {weight}, and must have a number for each of {sizes.text(classes)} classes"
            raise Mismatch("shape", sentence, Place("weight"), depth=4)
        one_label(weight.axes, "weight", x.axes[:1] if x.rank == 1 else x.axes[1:2], "x")
    return _reduced(match, x.axes[:-1] if x.rank == 1 else (x.axes[0], *x.axes[2:]))


def _alike(match: Match) -> Axes:
    """Two tensors compared along one axis of what they broadcast to."""
    axes = match.pack("s")
    dim = match["dim"]
    rank = len(axes)
    if not isinstance(dim, int) or not all(isinstance(axis, Axis) for axis in axes):
        raise Undetermined
    if not -rank <= dim < rank:
        raise Mismatch("shape", f"there is no axis {dim} of {rank}", Place("a"), depth=3)
    return (*axes[: dim % rank], *axes[dim % rank + 1 :])


def _normalized(match: Match) -> Axes:
    """The last axes have the sizes that are given, and so have weight and bias."""
    x, wanted = tensor(match), match["normalized_shape"]
    shape = wanted if isinstance(wanted, tuple) else (wanted,)
    if x.rank is None:
        raise Undetermined
    last = x.shape[x.rank - len(shape) :] if len(shape) <= x.rank else ()
    if not shape or len(last) != len(shape) or not all(map(sizes.agree, last, shape)):
        given = ", ".join([sizes.text(size) for size in shape])
        raise Mismatch("shape", f"{{0}} is {x}, and does not end in [{given}]", Place("x"), depth=4)
    for name in ("weight", "bias"):
        if match.arguments.get(name) is not None:
            own = tensor(match, name)
            if own.rank != len(shape) or not all(map(sizes.agree, own.shape, shape)):
                raise Mismatch("shape", f"{{0}} is {own}, and not as the last axes of {x}", Place(name), depth=4)
            one_label(own.axes, name, x.axes[x.rank - len(shape) :], "x")
    return x.axes


def _rooted(match: Match) -> Axes:
    """The result has x's dtype, whatever the weight's: of a complex one half would be lost."""
    if given(match, "weight") and tensor(match, "weight").dtype.kind == "complex" != tensor(match).dtype.kind:
        raise Mismatch("dtype", f"{{0}} is {tensor(match, 'weight')}, and weights are real", Place("weight"), depth=5)
    return _normalized(match)


def _embedded(match: Match) -> Axes:
    """A row of the weight for each index. `padding_idx` is for the derivative; it names a row."""
    padding, rows = match["padding_idx"], match.axis("n").size
    if padding and isinstance(padding, int) and isinstance(rows, int) and not -rows <= padding < rows:
        raise Mismatch("shape", f"padding_idx is {padding}, and {{0}} has {rows} rows", Place("weight"), depth=4)
    return (*match.pack("i"), match.axis("d"))


def _batch_normalized(match: Match) -> Axes:
    """By the mean and variance that are given, or when training by the batch's own."""
    x = tensor(match)
    if match.axis("c").size == 0:
        raise Mismatch("shape", f"{{0}} is {x}, which has no channels", Place("x"), depth=4)
    if not match["training"]:
        for name in ("running_mean", "running_var"):
            if not given(match, name):
                raise Mismatch("type", f"{name} is needed where training is False", depth=4)
    elif given(match, "running_mean") != given(match, "running_var"):
        raise Mismatch("type", "running_mean and running_var are both given, or neither", depth=4)
    elif x.rank is not None:
        counts: Size = 1
        for i, size in enumerate(x.shape):
            counts = sizes.mul(counts, 1 if i == 1 else size)
        if counts == 1:
            sentence = "{0} is " + f"{x}: the variance of one number in each channel says nothing"
            raise Mismatch("shape", sentence, Place("x"), depth=4)
    return x.axes


def _grouped(match: Match) -> Axes:
    """The groups are of equal size, and have more than one number each."""
    x, groups, channels = tensor(match), match["num_groups"], match.axis("c")
    assert isinstance(groups, int | sizes.Poly | sizes.Unknown)
    if not assumed(match, groups, 1):
        raise Mismatch("value", f"num_groups is at least 1, and not {sizes.text(groups)}", Place("num_groups"), depth=4)
    if divided(match, channels.size, groups) is None:
        sentence = f"{{0s}} axis 1 is {sizes.text(channels.size)}, which {sizes.text(groups)} groups do not divide"
        raise Mismatch("shape", sentence, Place("x", channels), depth=4)
    if x.rank is not None and x.numel == groups:
        raise Mismatch("shape", f"{{0}} is {x}: of one number in each group there is no variance", Place("x"), depth=4)
    return x.axes


def _attended(match: Match) -> Axes:
    """Over leading axes that broadcast, as torch's own formula in terms of matmul has it."""
    spread = Spread(tensor(match, "query").axes[:-2], "query")
    for name in ("key", "value"):
        spread.join(tensor(match, name).axes[:-2], name)
    if match["dropout_p"] != 0:
        raise Mismatch("type", "attention draws nothing here; put dropout around what it gives", depth=4)
    if isinstance(match["attn_mask"], TensorType):
        if match["is_causal"]:
            raise Mismatch("type", "is_causal is a mask of its own: give that or attn_mask", depth=4)
        mask = match["attn_mask"].axes
        spread.join(mask[:-2], "attn_mask")
        scores = Spread((match.axis("n"), match.axis("m")), "query")
        scores.join(mask[-2:], "attn_mask")
        if "query" in {name for name, _ in scores.grew}:
            raise Mismatch("shape", "{0} has more queries or keys than there are", Place("attn_mask"), depth=4)
    return (*spread.axes, match.axis("n"), match.axis("e"))


def _crossed(match: Match) -> Axes:
    """Vectors of three numbers lie along the axis."""
    axes = match.pack("s")
    positions = chosen_axes(match, "a")
    rank = max(len(tensor(match, "a").axes), len(tensor(match, "b").axes))
    assert positions is not None and isinstance(match["dim"], int)
    for name in ("a", "b"):
        type = tensor(match, name)
        axis = type.axes[match["dim"]] if len(type.axes) == rank else None
        if axis is None or not isinstance(axis, Axis):
            raise Mismatch("shape", "{0} and {1} must have as many axes", Place("a"), Place("b"), depth=4)
        if not sizes.agree(axis.size, 3):
            raise Mismatch("shape", f"{{0}} is {type}: a cross product is of 3 numbers", Place(name, axis), depth=4)
    return axes


def _paired(name: str, options: str, vjp: VjpRule, doc: str, example: str) -> Builtin:
    signature = f'(x: R[*s], target: R[*s], {options}reduction: text = "mean") -> R[...]'
    form = Form(signature, by_axes(_loss), vjp=vjp)
    return Builtin(name, [form], torch=f"kernel:{name}", spaces=NEURAL, doc=doc, example=example)


def _weighted(name: str, options: str, vjp: VjpRule, doc: str, example: str) -> Builtin:
    signature = f'(x: R[*s], target: R[*s], weight: R[*s] = None, reduction: text = "mean"{options}) -> R[...]'
    form = Form(signature, by_axes(_loss), vjp=vjp)
    return Builtin(name, [form], torch=f"kernel:{name}", spaces=NEURAL, doc=doc, example=example)


_CHOSEN = "weight: R[c] = None, ignore_index: int = -100"
_REDUCED = 'reduction: text = "mean") -> R[...]'
_ENTROPY, _LIKELIHOOD = of_classes("(softmax(x, DIM) - HOT)"), of_classes("-HOT")
_CLASSES = 'reduction: text = "mean", label_smoothing: number = 0.0) -> R[...]'

ROWS = [
    Builtin(
        "linear",
        [Form("(x: N[*b, n], weight: N[m, n], bias: N[m] = None) -> N[*b, m]", vjp=by_weights)],
        torch="nn.functional.linear",
        spaces=NEURAL,
        flops=with_bias,
        doc="x @ weight.T + bias, with weight [out, in].",
        example="linear([1., 2.], [[1., 1.]])  #=> [3.0]",
    ),
    Builtin(
        "layer_norm",
        [
            Form(
                "(x: R[*s], normalized_shape: axes, weight: R[*w] = None, bias: R[*v] = None, eps: number = 1e-5)"
                " -> R[...]",
                by_axes(_normalized),
                vjp={"x": None, "weight": None, "bias": "g"},
            )
        ],
        torch="kernel:layer_norm",
        spaces=("", "nn.functional"),
        doc="x shifted and scaled to mean 0 and variance 1 over its last axes.",
        example="layer_norm([1., 3.], 2)  #=> [-0.999995, 0.999995]",
    ),
    Builtin(
        "rms_norm",
        [
            Form(
                "(x: F[*s], normalized_shape: axes, weight: T[*w] = None, eps: number = None) -> F[...]",
                by_axes(_rooted),
                vjp=KERNEL,
            )
        ],
        torch="kernel:rms_norm",
        spaces=("", "nn.functional"),
        over=(),
        doc="x divided by the root of the mean of its squares over its last axes.",
        example="rms_norm([3., 3.], 2)  #=> [1.0, 1.0]",
    ),
    Builtin(
        "group_norm",
        [
            Form(
                "(x: R[n, c, *s], num_groups: int, weight: R[c] = None, bias: R[c] = None, eps: number = 1e-5)"
                " -> R[...]",
                by_axes(_grouped),
                vjp=over_channels,
            )
        ],
        torch="kernel:group_norm",
        spaces=("", "nn.functional"),
        over=(),
        doc="x shifted and scaled to mean 0 and variance 1 in each group of channels, which are on axis 1.",
        example="group_norm([[1., 3.]], 1)  #=> [[-0.999995, 0.999995]]",
    ),
    Builtin(
        "batch_norm",
        [
            Form(
                "(x: R[n, c, *s], running_mean: R[c] = None, running_var: R[c] = None, weight: R[c] = None,"
                " bias: R[c] = None, training: flag = False, momentum: number = 0.1, eps: number = 1e-5) -> R[...]",
                by_axes(_batch_normalized),
                vjp=over_channels,
            )
        ],
        torch="kernel:batch_norm",
        spaces=NEURAL,
        over=(),
        doc="x shifted and scaled by each channel's mean and variance: those given, or when training its own.",
        example="batch_norm([[1.], [3.]], training=True)  #=> [[-0.999995], [0.999995]]",
    ),
    Builtin(
        "embedding",
        [Form("(x: i64[*i], weight: T[n, d], padding_idx: int = None) -> T[...]", by_axes(_embedded), vjp=rows_added)],
        torch="nn.functional.embedding",
        spaces=NEURAL,
        over=(),
        flops=NOTHING,
        doc="The row of weight that each index names.",
        example="embedding([1, 0], [[1., 2.], [3., 4.]])  #=> [[3.0, 4.0], [1.0, 2.0]]",
    ),
    Builtin(
        "dropout",
        [Form("(x: R[*s], p: number = 0.5, training: flag = True) -> R[*s]")],
        torch="nn.functional.dropout",
        spaces=("", "nn.functional"),
        random=True,
        masks=True,
        doc="x with each element made 0 with probability p, the others divided by 1 - p; x itself unless training.",
        example="dropout([1., 2.], 0.0)  #=> [1.0, 2.0]",
    ),
    Builtin(
        "scaled_dot_product_attention",
        [
            Form(
                "(query: R[*a, n, d], key: R[*b, m, d], value: R[*c, m, e], attn_mask: any[*s] = None,"
                " dropout_p: number = 0.0, is_causal: flag = False, scale: number = None) -> R[...]",
                by_axes(_attended),
                vjp=KERNEL,
            )
        ],
        torch="kernel:scaled_dot_product_attention",
        spaces=NEURAL,
        flops=attention,
        doc="softmax[-1](query @ key.mT / sqrt(d) + attn_mask) @ value; a mask of bools keeps where it is true.",
        example="scaled_dot_product_attention([[1.]], [[1.]], [[5.]])  #=> [[5.0]]",
    ),
    _paired(
        "mse_loss",
        "",
        averaged("2 * (x - target)"),
        'Mean of (x - target)^2; its sum, or each of them, with reduction "sum" or "none".',
        "mse_loss([1., 2.], [1., 4.])  #=> 2.0",
    ),
    _paired(
        "l1_loss",
        "",
        averaged("sign(x - target)"),
        'Mean of abs(x - target); its sum, or each of them, with reduction "sum" or "none".',
        "l1_loss([1., 2.], [1., 4.])  #=> 1.0",
    ),
    _paired(
        "smooth_l1_loss",
        "beta: number = 1.0, ",
        lambda call: averaged("clamp((x - target) / beta, -1, 1)" if call["beta"] else "sign(x - target)")(call),
        "Mean of abs(x - target) - beta/2, and of (x - target)^2 / (2*beta) where that error is below beta.",
        "smooth_l1_loss([1., 2.], [1., 4.])  #=> 0.75",
    ),
    _paired(
        "huber_loss",
        "delta: number = 1.0, ",
        averaged("clamp(x - target, -delta, delta)"),
        "Mean of (x - target)^2 / 2, and of delta*(abs(x - target) - delta/2) where that error is above delta.",
        "huber_loss([1., 2.], [1., 4.])  #=> 0.75",
    ),
    _weighted(
        "binary_cross_entropy",
        "",
        of_two_classes(
            "(x - target) / clamp_min(x * (1 - x), 1e-12)", "clamp_min(log(1 - x), -100) - clamp_min(log(x), -100)"
        ),
        "Mean cross entropy of probabilities x and targets of 0 or 1; logarithms are held at -100 and above.",
        "binary_cross_entropy([0.5, 0.5], [0., 1.])  #=> 0.6931472",
    ),
    _weighted(
        "binary_cross_entropy_with_logits",
        ", pos_weight: R[*s] = None",
        of_two_classes("(sigmoid(x) - target)", "-x"),
        "Mean cross entropy of sigmoid(x) and targets of 0 or 1.",
        "binary_cross_entropy_with_logits([0., 0.], [0., 1.])  #=> 0.6931472",
    ),
    Builtin(
        "cross_entropy",
        [
            Form(f"(x: R[n, c, *d], target: i64[n, *d], {_CHOSEN}, {_CLASSES}", by_axes(_class_loss), vjp=_ENTROPY),
            Form(f"(x: R[c], target: i64[], {_CHOSEN}, {_CLASSES}", by_axes(_class_loss), vjp=_ENTROPY),
            Form(
                f"(x: R[*s], target: R[*t], weight: R[c] = None, {_CLASSES}",
                by_axes(_probability_loss),
                vjp=of_probabilities,
            ),
        ],
        torch="nn.functional.cross_entropy",
        spaces=NEURAL,
        doc="Loss of classes: mean of -log_softmax[1](x) at the targets, or weighted by target probabilities.",
        example="cross_entropy([[0., 0.]], [1])  #=> 0.6931472",
    ),
    Builtin(
        "nll_loss",
        [
            Form(f"(x: R[n, c, *d], target: i64[n, *d], {_CHOSEN}, {_REDUCED}", by_axes(_class_loss), vjp=_LIKELIHOOD),
            Form(f"(x: R[c], target: i64[], {_CHOSEN}, {_REDUCED}", by_axes(_class_loss), vjp=_LIKELIHOOD),
        ],
        torch="nn.functional.nll_loss",
        spaces=NEURAL,
        doc="Mean of -x at the target classes, of log-probabilities x.",
        example="nll_loss([[-1., -2.]], [1])  #=> 2.0",
    ),
    Builtin(
        "kl_div",
        [
            Form(
                '(x: R[*s], target: R[*s], reduction: text = "mean", log_target: flag = False) -> R[...]',
                by_axes(_divergence),
                vjp=diverged,
            )
        ],
        torch="kernel:kl_div",
        spaces=NEURAL,
        over=(),
        doc="Kullback-Leibler divergence, as a loss, of probabilities, target, from log-probabilities, x.",
        example='kl_div(log([[0.5, 0.5]]), [[1., 0.]], reduction="batchmean")  #=> 0.6931472',
    ),
    Builtin(
        "cosine_similarity",
        [Form("(a: R[*s], b: R[*s], dim: int = 1, eps: number = 1e-8) -> R[...]", by_axes(_alike), vjp=LONG)],
        torch="nn.functional.cosine_similarity",
        spaces=("", "nn.functional"),
        doc="Cosine of the angle between vectors along an axis (1); 0 for a vector of zeros.",
        example="cosine_similarity([1., 0.], [3., 4.], dim=0)  #=> 0.6",
    ),
    Builtin(
        "cdist",
        [Form("(a: R[*b, n, d], c: R[*b, m, d], p: number = 2.0) -> R[*b, n, m]", vjp=KERNEL)],
        torch="kernel:cdist",
        flops=distances,
        doc="Distance, in the p-norm (2), of each row of one matrix from each row of the other.",
        example="cdist([[0., 0.]], [[3., 4.]])  #=> [[5.0]]",
    ),
    Builtin(
        "vecdot",
        [
            Form(
                "(a: N[*s], b: N[*s], dim: int = -1) -> N[...]",
                by_axes(_alike),
                vjp={"a": "unsqueeze(g, dim) * b", "b": "unsqueeze(g, dim) * a"},
            )
        ],
        torch="kernel:vecdot",
        spaces=("linalg",),
        flops=dots,
        doc="Dot products of the vectors along an axis (the last one); those of a are conjugated.",
        example="vecdot([[1, 2], [3, 4]], [1, 10])  #=> [21, 43]",
    ),
    Builtin(
        "cross",
        [
            Form(
                "(a: N[*s], b: N[*s], dim: axis = -1) -> N[...]",
                by_axes(_crossed),
                vjp={"a": "cross(b, g, dim)", "b": "cross(g, a, dim)"},
            )
        ],
        torch="linalg.cross",
        spaces=("", "linalg"),
        flops=crossed,
        doc="Cross product of vectors of three numbers.",
        example="cross([1, 0, 0], [0, 1, 0])  #=> [0, 0, 1]",
    ),
]
