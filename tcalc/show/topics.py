"""Help on the language itself: a row for each form that has no name in the library.

`words` are what help finds it by, the first is its heading; `section` is the section of a page of docs that says
more; `example` is a program whose lines say what they print.
"""

from __future__ import annotations

from tcalc.show.help import EVIDENT, INDENT, NOTATION, SHAPES, WIDTH, columns, wrapped
from tcalc.show.keys import KEYS


class Topic:
    """A row of the table."""

    __slots__ = ("doc", "example", "page", "section", "words")

    def __init__(self, words: str, section: str, doc: str, example: str = "", *, page: str = "language") -> None:
        self.words, self.section, self.doc, self.page = words.split(), section, doc, page
        self.example = example.strip("\n")


TOPICS = [
    Topic(
        "numbers 1_000 2j 2.5e-3",
        "Numbers and tensors",
        "A number that is known while checking is exact, and takes the dtype of the tensor that it meets.",
        """
1_000 * 2.5e-3     #=> 2.5
2^62               #=> 4611686018427387904
f64([1]) * (1/3)   #=> f64([0.3333333333333333])
""",
    ),
    Topic(
        "tensors lists list [ ] [] [[",
        "Numbers and tensors",
        "A list stacks its items, which have one shape, along a new first axis.",
        """
row = [1, 2]
[row, 10 * row]    #=> [[1, 2], [10, 20]]
""",
    ),
    Topic(
        "tuples tuple ( ) ,",
        "Numbers and tensors",
        "A tuple keeps its parts apart; there is no arithmetic on it.",
        """
pair = (1, [2, 3])
pair[1]            #=> [2, 3]
q, _ = pair
q                  #=> 1
""",
    ),
    Topic(
        "text string strings \" '",
        "Functions of torch",
        "Text is for equations, patterns, options and file names; a text that is called is an einsum.",
        """
"ij,j->i"([[1, 2], [3, 4]], [1, 1])  #=> [3, 7]
""",
    ),
    Topic(
        "operators precedence",
        "Operators",
        "Loosest first: let -> |> if else, or and not, == < <=, |, ^^, &, + -, * / // % @, unary - ~, ^ **.",
        """
-2^2, 2^3^2        #=> (-4, 512)
1 < 2 <= 2         #=> True
""",
    ),
    Topic(
        "constants pi π e inf nan True False true false None",
        "Numbers and tensors",
        "pi (also π), e, inf, nan, True and False (also true and false); None is an argument left out.",
        """
2 * π              #=> 6.283185307179586
[nan, -inf]        #=> [nan, -inf]
""",
    ),
    Topic(
        "dtypes bool u8 i8 i16 i32 i64 f16 bf16 f32 f64 c64 c128 uint8 int8 int16 int32 int64 float16 bfloat16 float32"
        " float64 complex64 complex128 float int double long half",
        "Dtypes",
        "bool u8 i8 i16 i32 i64 f16 bf16 f32 f64 c64 c128, and torch's names; each is a conversion and a value.",
        """
f64([1, 2])        #=> f64([1.0, 2.0])
[1.5].to(i64)      #=> [1]
zeros(2, dtype=torch.bool)  #=> [False, False]
""",
    ),
    Topic(
        "prefixes torch torch.linalg torch.special torch.fft torch.nn torch.nn.functional nn nn.functional F linalg"
        " special math torch.Tensor",
        "Functions of torch",
        "torch., torch.linalg., torch.nn.functional. (F.), torch.special., torch.fft. may stand before a function.",
        """
torch.linalg.norm([3., 4.])  #=> 5.0
norm([3., 4.])     #=> 5.0
""",
    ),
    Topic(
        "methods . dot attributes",
        "Functions of torch",
        "x.f(a) is f(x, a); x.shape, x.T and the like are read without brackets.",
        """
[3, 1, 2].sort().values  #=> [1, 2, 3]
""",
    ),
    Topic(
        "over dim axis keepdim",
        "Functions of torch",
        "f[over](x) says over which axes f works: torch's dim=, by number or by label; keepdim may follow.",
        """
A = [[1, 2], [3, 4]]
sum[0](A)          #=> [4, 6]
sum[0, keepdim](A)  #=> [[4, 6]]
""",
    ),
    Topic(
        "slices slice : ... index",
        "Indexing",
        "x[i], x[1:], x[:, None], x[..., 0], x[mask], x[indices]: torch's indexing; a slice steps forward.",
        """
x = [10, 20, 30]
x[-1], x[1:]       #=> (30, [20, 30])
x[x > 10]          #=> [20, 30]
x[[2, 0]]          #=> [30, 10]
""",
    ),
    Topic(
        "names = binding assignment",
        "Names",
        "= binds a name to a value, and `name: type = value` checks it; a, b = pair takes a tuple apart.",
        """
n = 3
x: f32[3] = ones(n)
x                  #=> [1.0, 1.0, 1.0]
""",
    ),
    Topic(
        "updates update += -= *= /= //= **= ^= %= @=",
        "Names",
        "A[0] = v and A += v bind the name to an updated copy: values never change.",
        """
A = [1, 2]
B = A
A[0] = 7
A, B               #=> ([7, 2], [1, 2])
""",
    ),
    Topic(
        "last _ ans _1 results",
        "Names",
        "_ and ans are the result shown last; in the shell, _1 is the first, _2 the next.",
        """
2 + 3              #=> 5
ans * 2            #=> 10
""",
    ),
    Topic(
        "statements ; newline \\ # comments comment print exit quit",
        "Names",
        "A newline ends a statement unless a bracket is open or an operator waits; `;` shows nothing, # is a comment.",
        """
x = 3; print(x)    #=> 3
x +
  1                #=> 4
""",
    ),
    Topic(
        "functions function def return f(x)",
        "Functions",
        "f(x, p=2) = x^p defines a function; x -> x^2 is one without a name. Functions do not call themselves.",
        """
f(x, p=2) = x^p + 1
f(3), f([1., 2.], p=3)  #=> (10, [2.0, 9.0])
""",
    ),
    Topic(
        "-> lambda",
        "Functions",
        "x -> e, (x, y) -> e and lambda x: e are functions without a name.",
        """
vmap(row -> row / sum(row))([[1., 3.], [2., 2.]])  #=> [[0.25, 0.75], [0.5, 0.5]]
""",
    ),
    Topic(
        "|> pipe pipeline",
        "Functions",
        "e |> f is f(e).",
        """
[[1., 2.], [3., 4.]] |> sum[0] |> norm  #=> 7.2111025
""",
    ),
    Topic(
        "let in",
        "Functions",
        "let a = 1, b = a + 1 in e names parts of one expression, each seeing those before it.",
        """
let a = 2, b = a + 1 in a * b  #=> 6
""",
    ),
    Topic(
        "if else where",
        "Functions",
        "a if c else b is a choice: only the chosen branch runs. where(c, a, b) chooses element by element.",
        """
x = -3
x if x > 0 else -x  #=> 3
""",
    ),
    Topic(
        "annotations annotation types",
        "Annotated functions",
        "f(x: [n, k]): [k] = ... is checked once, for all sizes; a size name is an integer inside.",
        """
outer(x: [n], y: [m]): [n, m] = x[:, None] * y[None, :]
outer([1, 2], [1, 10])  #=> [[1, 10], [2, 20]]
""",
    ),
    Topic(
        "sizes facts polynomial",
        "Sizes",
        "A size is an integer, a name, or arithmetic on them; what a step needs of it is asked of every call.",
        """
steps(x: [n]) = x[1:] - x[:-1]
steps([1, 4, 9])   #=> [3, 5]
steps(zeros(0))    #=> error[shape]
""",
    ),
    Topic(
        "packs pack *b",
        "Annotated functions",
        "*b stands for any number of axes; one pack on several parameters is their broadcast.",
        """
gram(x: [*b, n, d]): [*b, n, n] = x @ x.mT
gram(ones(8, 3, 2)).shape  #=> [8, 3, 3]
""",
    ),
    Topic(
        "labels label named",
        "Labels",
        "f32[batch=2] labels an axis. Labels travel, name the axis that a function works over, and must agree.",
        """
x: f32[pupil=2, test=3] = [[6, 9, 9], [3, 6, 6]]
mean[test](x)      #=> [8.0, 5.0]
""",
    ),
    Topic(
        "broadcasting broadcast",
        "Broadcasting",
        "Shapes meet from their last axes, as in torch; where both sides grow, a note says so.",
        """
[[1], [2]] * [1, 10]  #=> [[1, 10], [2, 20]]
""",
    ),
    Topic(
        "unknown",
        "Sizes that data decide",
        "? in a type is a size that only the data decide; the statement is checked again once it is known.",
        """
x = [3, 1, 2]
x[x > 1].shape     #=> [2]
""",
    ),
    Topic(
        "holes hole ?",
        "Holes",
        "? in an expression is a hole: it is not run, and the answer is the type that it must have.",
        """
[[1., 2.]] @ ?     #=> error[type]
""",
    ),
    Topic(
        "gradients gradient derivatives derivative backward autograd",
        "Gradients",
        "grad[x](e) is the derivative of the scalar e by the name x; see :help grad.",
    ),
    Topic(
        "loops loop for while recursion",
        "Loops",
        "vmap, scan, fold and iterate repeat; there is no for, no recursion and no unbounded loop.",
        """
iterate(x -> (x + 2 / x) / 2, 1., 6)  #=> 1.4142135
""",
    ),
    Topic(
        "random seed manual_seed",
        "Random numbers",
        "Random functions draw each time they are evaluated; torch.manual_seed(n) and --seed n start them anew.",
        """
torch.manual_seed(0)
rand(3).shape      #=> [3]
""",
    ),
    Topic(
        "files file save args csv npy json safetensors",
        "Files",
        'load("x.npy") and save(x, "x.npy") go by the ending; load("-") is standard input, args a script\'s arguments.',
    ),
    Topic(
        "pasting import from as with class",
        "From other languages",
        "A pasted line that computes with tensors runs; import does nothing; other statements say tcalc's way.",
        """
import torch.nn.functional as F
F.relu(torch.tensor([-1., 2.]))  #=> [0.0, 2.0]
""",
    ),
    Topic(
        "output --json printing",
        "What is printed",
        "Outside of a terminal values read back: a bare literal, or a call that gives the dtype; --json is data.",
        """
f64([0.5]), zeros(0, 3)  #=> (f64([0.5]), zeros(0, 3))
""",
    ),
    Topic(
        "python emit api",
        "As Python",
        "`tcalc --emit torch FILE` prints a program of torch's; in Python there is tcalc.evaluate, check and Session.",
    ),
    Topic(
        "errors error codes status",
        "Errors",
        "syntax name type shape dtype label grad are found before anything runs, value io memory limit while it does."
        " `:error CODE` says what leads to one, and `:fix` takes the first repair.",
        """
ones(2) + ones(3)  #=> error[shape]
""",
    ),
    Topic(
        "notes note warnings",
        "Notes",
        "What is odd though nothing is wrong: both sides of a broadcast grew, rounded floats are compared, an einsum"
        " loses a letter, integers wrap, a label is lost, a builtin is hidden. `:set notes off` leaves them out.",
        """
0.1 + 0.2 == 0.3          #=> False
isclose(0.1 + 0.2, 0.3)   #=> True
""",
    ),
    Topic(
        "tests test #=>",
        "Tests in a program",
        "#=> behind an expression, or below it, is what it prints; `tcalc --test FILE` checks it.",
        """
1 / 2              #=> 0.5
""",
    ),
    Topic(
        "keys key keyboard editing emacs vi",
        "Keys",
        "Lines are edited as in most shells; `:set keys vi` takes vi's keys, and v opens the editor there.",
        page="shell",
    ),
    Topic(
        "signatures signature notation",
        "Functions of torch",
        "How :help writes what a function takes and gives.",
    ),
]


def find(word: str) -> Topic | None:
    """The topic that a word belongs to."""
    return next((topic for topic in TOPICS if word in topic.words), None)


def topic_page(topic: Topic) -> list[str]:
    """A topic's sentence, its example, and where there is more."""
    lines = wrapped(f"{topic.words[0]}   {topic.doc}")
    lines += [INDENT + line for line in topic.example.splitlines()]
    if topic.words[0] == "signatures":
        words = [(word, meaning) for word, meaning in NOTATION.items() if word not in EVIDENT]
        lines += [INDENT + line for line in columns([*words, *SHAPES.items()], WIDTH - len(INDENT))]
    if topic.words[0] == "keys":
        lines += [INDENT + line for line in columns(KEYS, WIDTH - len(INDENT))]
    return [*lines, f"{INDENT}more in docs/{topic.page}.md: {topic.section}"]
