"""The keys at the prompt: one table for help and the documentation."""

from __future__ import annotations

#: The keys, and what they do: in the words of `:help keys`.
KEYS = [
    ("Enter", "runs; goes on below where a bracket or an operator is open"),
    ("Alt-Enter", "begins a new line in any case"),
    ("Tab", "completes; what the line checks with comes first"),
    ("Right Ctrl-E", "at the end of the line, take what stands there in grey"),
    ("Up Down", "through the lines, then to earlier texts that begin alike"),
    ("Ctrl-R Ctrl-S", "search in what was typed before, back and forth"),
    ("Alt-1 … Alt-9", "put a repair that was offered on the line"),
    ("Ctrl-A Ctrl-E", "to the line's beginning, to its end; Home and End too"),
    ("Alt-B Alt-F", "a word back, a word on; Ctrl-Left and Ctrl-Right too"),
    ("Ctrl-W Alt-D", "delete the word before the cursor, the word behind it"),
    ("Ctrl-U Ctrl-K", "delete the line before the cursor, the line behind it"),
    ("Ctrl-Y Ctrl-_", "put back what was deleted last, undo"),
    ("Ctrl-X Ctrl-E", "opens $VISUAL or $EDITOR on the text"),
    ("Ctrl-L Ctrl-Z", "clear the screen, suspend the shell"),
    ("Ctrl-C Ctrl-D", "drop the line or interrupt what runs, leave"),
]
