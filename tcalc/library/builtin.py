"""What a builtin is: one row, from which the checker's rule, the torch call, the help and the tests are derived."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tcalc.library.flops import Flops
from tcalc.types.match import Match
from tcalc.types.signature import Signature
from tcalc.types.tensor import Type

#: The cotangents of a form's operands by the parameter: each in the language itself, from the parameters, `g` (the
#: cotangent of the result) and `out` (the result). None for an operand whose cotangent torch's autograd finds.
Vjp = Mapping[str, str | None]
#: The same where it depends on how the form is called, from the operands (graph nodes) and options; None where torch's
#: autograd finds it. Of several operands of one parameter, `tensors`, the first is `tensors0`. Of a result of several
#: parts those are `out0`, `out1` …, and their cotangents `g0`, `g1` …, as far as they have one.
VjpRule = Callable[[Mapping[str, Any]], Vjp | None]


class Flat(dict[str, str | None]):
    """The derivative of a form that is zero wherever there is one, and why: nothing changes the result by a little."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why


class ByAutograd(str):
    """Why a form has no formula: torch's autograd finds its derivative."""

    __slots__ = ()


#: The ways to be flat.
STEP = Flat("a step: it stays as it is, and then jumps")
TYPE_ALONE = Flat("its type is read, and no number of it")
CUT = Flat("cut off, which is what it is for")
#: Common reasons for autograd.
COMPLEX = ByAutograd("formulas are of real numbers")
KERNEL = ByAutograd("torch has a kernel for its derivative")
LONG = ByAutograd("a formula would be long")

#: What a signature cannot say: the result's type from a fitted match. May raise Mismatch or Undetermined.
Rule = Callable[[Match], Type]
#: A function on Python numbers that folds a call whose operands are all static.
Fold = Callable[..., int | float | complex | bool]


class Form:
    """One way to call a builtin: its signature, and a rule where the result is written `[...]`.

    The signature is parsed when it is first needed; 80 of them would cost 20 ms at every start.
    """

    __slots__ = ("_signature", "fold", "rule", "text", "torch", "vjp")

    def __init__(
        self,
        text: str,
        rule: Rule | None = None,
        *,
        fold: Fold | None = None,
        vjp: Vjp | VjpRule | ByAutograd | None = None,
        torch: str = "",
    ) -> None:
        self.text = text
        self.rule = rule
        #: As a row's `torch`, where this form is another function's.
        self.torch = torch
        #: How a call on static numbers alone is computed while checking.
        self.fold = fold
        #: How derivatives go through it: by formulas; not at all (Flat); by torch's autograd, and why. None where no
        #: derivative arrives, or where the operands are drawn from: there is a reason in every other form.
        self.vjp = vjp
        self._signature: Signature | None = None

    @property
    def signature(self) -> Signature:
        """The parsed signature."""
        if self._signature is None:
            from tcalc.source import Source
            from tcalc.syntax.parser import parse_signature

            self._signature = Signature(self.text, parse_signature(Source(self.text, "<signature>")))
        return self._signature

    @property
    def by_place(self) -> frozenset[str]:
        """The tensors with nothing but tensors before them: what torch takes by place. The others go by their names."""
        found: list[str] = []
        for parameter in self.signature.parameters:
            if parameter.kind not in ("tensor", "tensors"):
                break
            found.append(parameter.name)
        return frozenset(found)


class Builtin:
    """A row of the library.

    name      the bare name, as torch's
    forms     signatures, tried in order
    torch     dotted name below `torch`, or `kernel:name` for one of the backend's own; left out, the row's name
    doc       one sentence
    example   `expression  #=> result`
    operator  the operator that is another spelling of this row; a unary one is written `-x`
    attribute read as `x.name`, without a call
    spaces    the torch prefixes before which the name stands: "", "linalg", "nn.functional", "special", "fft"
    aliases   other names of torch's for the same
    scalars   torch takes Python numbers for its tensors, as the operators do
    special   the checker's own way of reading the call (`grad`, `vmap`): its arguments are more than values
    masks     multiplies its first operand by random numbers that have nothing to do with it
    random    draws numbers: never merged, moved or run twice
    view      shares its operand's memory
    receiver  the parameter, counted from 0, that is the tensor before the dot of torch's method: `x.where(c, y)`
    over      the parameters that `f[over](x)` fills, in order
    sequence  its first argument is a list of tensors of any shapes, not one tensor
    hints     by error code, a line that helps with a common mistake
    written   how a call may be written, where that is more than its forms say; help shows these instead
    flops     how many operations it takes; without it, one for each element
    inferred  torch itself says what comes out: its type is asked of meta tensors (`reachable.py`)
    """

    __slots__ = (
        "aliases",
        "attribute",
        "doc",
        "example",
        "flops",
        "forms",
        "hints",
        "inferred",
        "masks",
        "name",
        "operator",
        "over",
        "random",
        "receiver",
        "scalars",
        "sequence",
        "spaces",
        "special",
        "torch",
        "view",
        "written",
    )

    def __init__(
        self,
        name: str,
        forms: list[Form],
        *,
        doc: str,
        example: str,
        torch: str = "",
        operator: str = "",
        attribute: bool = False,
        spaces: tuple[str, ...] = ("",),
        aliases: tuple[str, ...] = (),
        scalars: bool = False,
        special: str = "",
        random: bool = False,
        masks: bool = False,
        view: bool = False,
        receiver: int = 0,
        over: tuple[str, ...] = ("dim",),
        sequence: bool = False,
        hints: dict[str, str] | None = None,
        written: tuple[str, ...] = (),
        inferred: bool = False,
        flops: Flops | None = None,
    ) -> None:
        self.name, self.forms, self.doc, self.example = name, forms, doc, example
        self.torch = torch or name
        self.operator, self.attribute, self.spaces, self.aliases = operator, attribute, spaces, aliases
        self.scalars, self.special, self.random, self.view, self.over = scalars, special, random, view, over
        self.sequence, self.hints, self.inferred, self.masks = sequence, hints or {}, inferred, masks
        self.written, self.flops, self.receiver = written, flops, receiver

    def __repr__(self) -> str:
        return f"Builtin({self.name!r})"

    def full_name(self, alias: str = "") -> str:
        """How it is written where its bare name means something else: "torch.linalg.inv"; empty where it cannot be."""
        spaces = [space for space in self.spaces if space != "hidden"]
        if not spaces:
            return ""
        return "torch." + (f"{spaces[0]}." if "" not in spaces else "") + (alias or self.name).rpartition(".")[2]
