"""Signatures, compiled from the language's own notation: `(a: T[*c, n, k], b: T[*c, k, m]) -> T[*c, n, m]`.

The word before a bracket says which dtypes a parameter takes, and in a result which dtype comes out:

| word    | as a parameter                                     | as a result                              |
| ------- | -------------------------------------------------- | ---------------------------------------- |
| `any`   | every dtype; torch promotes                        | what the `any` and `num` operands promote to |
| `num`   | numbers, not bool; torch promotes                  | the same                                 |
| `real`  | numbers, but not complex ones; torch promotes      | the operands' promotion; complex becomes real |
| `order` | what has an order, bool among it; torch promotes   | as `any`                                 |
| `bits`  | bool and integers; torch promotes                  | the same                                 |
| `T`     | every dtype; converted to one dtype throughout     | that dtype                               |
| `N`     | as `T`, and bool becomes i64                       | that dtype                               |
| `F`     | as `T`, and integers become the default float    | that dtype                               |
| `R`     | as `F`, but not complex                            | that dtype                               |
| `L`     | as `F`, and what LAPACK lacks (`f16`, `bf16`) becomes `f32` | that dtype                      |
| `float` | integers become the default float                  | the operands' promotion, floating        |
| `int`   | integers                                           | their promotion                          |
| `wide`  |                                                    | the promotion; bool and integers become i64 |
| `complex` |                                                  | the promotion; real becomes complex      |
| `default` |                                                  | the default float                        |
| `f32` … | converted where that only widens                   | itself                                   |

A size name that stands twice in one parameter (`L[n, n]`) asks for equal sizes there, not for equal labels.

A parameter without brackets is no tensor but a static value: `int`, `flag` (a bool), `number`, `text`, `dtype`,
`axis(n)` (one axis, whose size is called n), `axes`, `sizes` (one or several), `lists` (two lists of axes), `function`,
`tensors` (a list, a tuple, or a tensor's rows), `value` (a rule's own affair), `keywords` (the last one: all named
arguments that no other parameter takes, integers). A scalar tensor is written `any[]`.
"""

from __future__ import annotations

from tcalc.syntax import nodes
from tcalc.types import dtypes
from tcalc.types.dtypes import DType

STATIC_KINDS = frozenset("int flag number text dtype axis axes sizes lists function tensors value keywords".split())
DTYPE_WORDS = frozenset("any num real order bits T N F R L float int wide complex default".split())


class Parameter:
    """One parameter of a form.

    `kind` is "tensor" or one of STATIC_KINDS; a tensor has a dtype `word` and `axes`; `axis` has `picks`, the name of
    the size it chooses. `default` is the default's syntax, or None where the argument must be given.
    """

    __slots__ = ("axes", "default", "dtype", "kind", "name", "packs", "picks", "starred", "word")

    def __init__(self, node: nodes.Parameter) -> None:
        annotation = node.annotation
        assert annotation is not None and annotation.word is not None, node.name
        self.name = node.name
        self.default = node.default
        self.starred = node.starred
        self.word = annotation.word
        self.picks: str | None = None
        self.axes: tuple[nodes.AxisExpr | nodes.PackExpr, ...] = annotation.axes or ()
        self.packs = sum(isinstance(axis, nodes.PackExpr) for axis in self.axes)
        self.dtype: DType | None = None
        if annotation.axes is None:
            assert self.word in STATIC_KINDS, self.word
            self.kind = self.word
            if annotation.arguments:
                picked = annotation.arguments[0]
                assert isinstance(picked, nodes.Name)
                self.picks = picked.name
        else:
            self.kind = "tensor"
            if self.word not in DTYPE_WORDS:
                self.dtype = dtypes.lookup(self.word)
                assert self.dtype is not None, self.word

    def is_default(self, value: object) -> bool:
        """Whether a value is what the parameter is where it is left out."""
        written = self.default
        if isinstance(written, nodes.Unary) and written.operator == "-" and isinstance(written.operand, nodes.Number):
            default: object = -written.operand.value
        elif isinstance(written, nodes.Number | nodes.Constant | nodes.Text):
            default = written.value
        else:
            return False
        return default == value and default.__class__ is value.__class__


class Signature:
    """Parameters and the result's type expression."""

    __slots__ = ("has_starred", "keywords", "least", "most", "names", "parameters", "ranks", "result", "text")

    def __init__(self, text: str, node: nodes.Signature) -> None:
        self.text = text
        self.parameters = tuple([Parameter(parameter) for parameter in node.parameters])
        self.result = node.result
        first = next((i for i, each in enumerate(self.parameters) if each.starred), len(self.parameters))
        #: How many axes each parameter has, None where that is open; up to the first that takes several arguments.
        self.ranks = [
            None if each.kind != "tensor" or each.packs else len(each.axes) for each in self.parameters[:first]
        ]
        self.names = frozenset(parameter.name for parameter in self.parameters)
        self.has_starred = any(parameter.starred for parameter in self.parameters)
        if self.has_starred:
            self.ranks = self.ranks[: [parameter.starred for parameter in self.parameters].index(True)]
        #: The parameter that takes every other named argument, if any.
        self.keywords = next((each.name for each in self.parameters if each.kind == "keywords"), None)
        needed = [each for each in self.parameters if each.name != self.keywords]
        #: The fewest and the most arguments that a call can have.
        self.least = sum(parameter.default is None and not parameter.starred for parameter in needed)
        self.most = 10**9 if self.has_starred or self.keywords is not None else len(needed)
