"""The tour that `:demo` leads through: a sentence and a text for the line at each stop."""

from __future__ import annotations


class Stop:
    """A stop: what is said, what is put on the line, the names that this binds, and the error that it shows, if any."""

    __slots__ = ("binds", "error", "sentence", "text")

    def __init__(self, sentence: str, text: str, *, binds: str = "", error: str = "") -> None:
        self.sentence, self.text, self.binds, self.error = sentence, text, binds.split(), error


#: What stands before the first stop and behind the last, in paragraphs.
HOW = [
    "A tour of five minutes. Enter runs what is on the line; change it if you like. On an empty line Enter goes on. "
    "Ctrl-C empties the line: then :demo 3 goes to a stop, :demo stop ends it."
]
END = [
    "That was the tour. Its names are still there: :vars lists them, :save tour writes a script that makes them, "
    ":reset forgets them.",
    "From here: :help sum explains a function, :help topics lists what else there is to ask for, :apropos finds a "
    "function by a word, :help commands says what the shell can do.",
]

TOUR = [
    Stop(
        "A tensor is written as its rows. The shell answers with its type: a dtype and a shape.",
        "A = [[1., 2., 3.], [4., 5., 6.]]",
        binds="A",
    ),
    Stop(
        "What torch has is there under torch's name. In brackets stands over what it works, here axis 0; while you "
        "type, the line below the prompt says what will come.",
        "sum[0](A)",
    ),
    Stop(
        "Shapes are checked before anything runs. This product does not fit: the error says which sizes meet, and "
        "offers repairs that were checked. Alt-1 puts the first on the line, and so does :fix.",
        "A @ A",
        error="shape",
    ),
    Stop(
        "Some mistakes run without an error: here a column and a row both grow. A note says so.",
        "A[:, :1] - [1., 2.]",
    ),
    Stop(
        "A question mark is a hole: the checker answers with the type that must stand there.",
        "A @ ? + ones(2, 4)",
        error="type",
    ),
    Stop(
        "A text that is called is an einsum. Its letters name axes; a letter that the result lacks is summed over.",
        '"ij,kj->ik"(A, A)',
    ),
    Stop(
        "Any expression can be told step by step, from the inside out.",
        ":explain softmax[-1](A @ A.T) + [1., 2.]",
    ),
    Stop(
        "An annotation is checked, and labels axes.",
        "x: f32[time=2, chan=3] = A",
        binds="x",
    ),
    Stop(
        "A label is a name for an axis, and stays with it.",
        "mean[time](x)",
    ),
    Stop(
        "Axes with different labels do not meet, even where their sizes are the same.",
        "x[:, :2] + x[:, :2].T",
        error="label",
    ),
    Stop(
        "A function with sizes in its signature is checked once, for all n and m.",
        "table(u: [n], v: [m]): [n, m] = u[:, None] * v[None, :]",
        binds="table",
    ),
    Stop(
        "Now for gradients. First a variable, to take them by.",
        "w = [0.5, -1., 2.]",
        binds="w",
    ),
    Stop(
        "A name remembers how it was computed.",
        "loss = norm(A @ w - [1., 2.])^2",
        binds="loss",
    ),
    Stop(
        "So its gradient can be asked for afterwards. Beside it stands its closed form.",
        "grad[w](loss)",
    ),
    Stop(
        "The same for every step on the way: values on the left, gradients on the right.",
        ":graph loss",
    ),
    Stop(
        "And held against finite differences.",
        ":gradcheck loss",
    ),
    Stop(
        "Gradients can be followed down to a minimum; w itself stays as it is.",
        "minimize[w](loss)",
    ),
    Stop(
        "Before it runs, algebra saves work: here a product of matrices becomes one of vectors. The plan tells what.",
        ":plan ones(1000, 1000) @ ones(1000, 1000) @ ones(1000)",
    ),
    Stop(
        "It all ends in calls of torch, and these can be seen.",
        ":code grad[w](loss)",
    ),
]
