"""Signs that no key writes: `\\alpha` is α, `x\\hat` is x̂. The names are those of TeX."""

from __future__ import annotations

from tcalc.repl.offers.candidate import Candidate

SMALL = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho"
SMALL_FROM_SIGMA = "sigma tau upsilon phi chi psi omega"
LARGE = {"Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ"}
LARGE |= {"Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω"}
VARIANTS = {"varepsilon": "ϵ", "vartheta": "ϑ", "varphi": "ϕ", "varrho": "ϱ", "varsigma": "ς"}
LETTERS = {"ell": "ℓ", "hbar": "ħ", "aleph": "ℵ", "R": "ℝ", "C": "ℂ", "N": "ℕ", "Z": "ℤ"}
#: What is put over the letter before it.
ACCENTS = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304", "dot": "\u0307", "ddot": "\u0308"}

SIGNS: dict[str, str] = {
    **{name: chr(ord("α") + place) for place, name in enumerate(SMALL.split())},
    **{name: chr(ord("σ") + place) for place, name in enumerate(SMALL_FROM_SIGMA.split())},
    **LARGE,
    **VARIANTS,
    **LETTERS,
    **ACCENTS,
}


def signs(before: str) -> list[Candidate]:
    """The signs whose names begin as what stands behind a backslash at the end of a text."""
    head, backslash, name = before.rpartition("\\")
    if not backslash or not (name.isascii() and (name.isalpha() or not name)):
        return []
    letter = head[-1:] if head[-1:].isalpha() else ""
    found = []
    for each, sign in SIGNS.items():
        if each.startswith(name):
            over = each in ACCENTS
            if not over or letter:
                found.append(Candidate(letter + sign if over else sign, len(name) + 1 + over, f"\\{each}"))
    return sorted(found, key=lambda each: each.remark != f"\\{name}")
