"""The codes of errors: a row each, with what leads there, a program that does, and one that does not.

`:error CODE`, `tcalc --error CODE` and docs/errors.md show a row; the tests run both programs of every one.
"""

from __future__ import annotations

from tcalc.errors import EXIT_STATUS
from tcalc.show.help import INDENT, columns, wrapped


class Code:
    """A row of the table. `heading` says it in a few words, `cause` in a few sentences."""

    __slots__ = ("cause", "example", "heading", "name", "repair")

    def __init__(self, name: str, heading: str, cause: str, example: str = "", repair: str = "") -> None:
        self.name, self.heading, self.cause = name, heading, cause
        self.example, self.repair = example.strip("\n"), repair.strip("\n")

    @property
    def status(self) -> int:
        """The exit status of a program that stops at such an error."""
        return EXIT_STATUS[self.name]


CODES: dict[str, Code] = {
    code.name: code
    for code in (
        Code(
            "syntax",
            "the text is no program",
            "A bracket is not closed, an operator has nothing on one side, or a word stands where the language has no"
            " place for it. Statements of Python that have a counterpart here (for, def, an f-string) say which.",
            "A = [[1, 2], [3, 4]",
            "A = [[1, 2], [3, 4]]",
        ),
        Code(
            "name",
            "a name that nothing has",
            "No variable, function or command is called so. Names near it are offered, and tcalc's where torch or NumPy"
            " has another one. A name that cannot be given to something else (torch, a dtype) is this error too.",
            "sofmax[0]([1., 2.])",
            "softmax[0]([1., 2.])",
        ),
        Code(
            "type",
            "a value of another kind",
            "A tuple, a text or a function stands where a tensor is wanted, or the other way round; a call has too many"
            " arguments or too few. A hole, `?`, is answered with this error, and so is a function that calls itself.",
            "pair = (1, [2, 3])\npair + 1",
            "pair = (1, [2, 3])\npair[1] + 1",
        ),
        Code(
            "shape",
            "sizes that do not fit",
            "Two sizes that must agree do not, or there is no such axis. Each operand is shown with its type and where"
            " its size was fixed. In a function with annotations the sizes are names, and must agree whatever they"
            " stand for.",
            "A = ones(2, 3)\nB = ones(4, 3)\nA @ B",
            "A = ones(2, 3)\nB = ones(4, 3)\nA @ B.T",
        ),
        Code(
            "dtype",
            "a dtype that the operation does not take",
            "An annotation or an update would lose something (it only widens), or the operation is not defined for the"
            " dtype: `^` is power, which bools do not have. A conversion says what is meant.",
            "k: i64[2] = [1.5, 2]",
            "k: i64[2] = [1.5, 2].to(i64)",
        ),
        Code(
            "label",
            "axes with different names",
            "Two axes that must be one have different labels, even where their sizes agree; or a function is to work"
            " over a label that its argument does not have, or has twice. An axis without a label meets any.",
            "x: f32[time=3] = [1, 2, 3]\ny: f32[chan=3] = [4, 5, 6]\nx + y",
            "x: f32[time=3] = [1, 2, 3]\ny: f32[chan=3] = [4, 5, 6]\nx[:, None] + y",
        ),
        Code(
            "grad",
            "a derivative that is not defined",
            "A gradient is of a scalar, by floating variables. Of anything larger there is a Jacobian, or its product"
            " with a vector.",
            "w = [1., 2.]\ngrad[w](w * 2).shape",
            "w = [1., 2.]\ngrad[w](sum(w * 2)).shape",
        ),
        Code(
            "value",
            "numbers that cannot be computed with",
            "The types fit, and the numbers do not: a singular matrix, an index out of range, an integer that leaves 64"
            " bits. Most show when the program runs; those that are known while checking are found before. With"
            " --strict a result that holds NaN is this error too.",
            "solve([[1., 2.], [2., 4.]], [1., 2.])",
            "pinv([[1., 2.], [2., 4.]]) @ [1., 2.]",
        ),
        Code(
            "memory",
            "more memory than there is",
            "What a statement takes at most is predicted from its types, and refused before anything is allocated."
            " --memory sets the limit; left out, it is what the machine has free.",
            "x = randn(1000000, 8)\nsum((x[:, None] - x[None])^2)",
            "x = randn(1000000, 8)\n2 * len(x) * sum(x^2) - 2 * sum(sum[0](x)^2)",
        ),
        Code(
            "limit",
            "more than is followed",
            "Nesting deeper than 200, a program over 64 MiB, tens of thousands of tensors taken one by one: what no"
            " program needs, and what would take the checker for ever.",
            "cat(zeros(20000, 2))[:3]",
            "zeros(20000, 2).reshape(-1)[:3]",
        ),
        Code(
            "io",
            "a file that cannot be read or written",
            "There is no such file, it is not what its ending says, or the disk refuses. With --safe every file is this"
            " error. A file that was there before a failed save is still there.",
            'load("weights.npy")',
            'save(ones(2), "weights.npy")\nload("weights.npy")',
        ),
        Code(
            "internal",
            "a bug in tcalc",
            "tcalc itself failed; no program is meant to lead here. Please report it with the program that did. The"
            " session goes on, and the statement changed nothing.",
        ),
    )
}


def code_page(code: Code) -> list[str]:
    """All of a row, for a terminal."""
    lines = wrapped(f"error[{code.name}]   {code.heading}; exit status {code.status}")
    lines += wrapped(INDENT + code.cause, INDENT)
    for heading, program in (("such as", code.example), ("instead", code.repair)):
        if program:
            lines += [f"{INDENT}{heading}", *(INDENT * 2 + line for line in program.splitlines())]
    return lines


def code_list() -> list[str]:
    """All codes, a line each."""
    return columns([(f"error[{code.name}]", code.heading) for code in CODES.values()])
