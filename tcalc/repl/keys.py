"""The shell's own keys; all others are prompt-toolkit's, which are readline's or vi's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_toolkit.application import run_in_terminal
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER, EditingMode
from prompt_toolkit.filters import (
    Condition,
    Filter,
    emacs_insert_mode,
    emacs_mode,
    has_focus,
    has_selection,
    vi_insert_mode,
    vi_navigation_mode,
)
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.key_binding.vi_state import InputMode
from prompt_toolkit.keys import Keys

from tcalc.repl.lines import indent, open_text
from tcalc.repl.outside import NotEdited, edited
from tcalc.repl.transcript import pasted
from tcalc.show.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from prompt_toolkit.buffer import Buffer

    from tcalc.errors import Repair
    from tcalc.settings import Settings

#: By the word of the setting.
MODES = {"emacs": EditingMode.EMACS, "vi": EditingMode.VI}
#: What `:set autoclose on` closes.
CLOSERS = {"(": ")", "[": "]"}
QUOTES = "\"'"
#: A text of more characters was pasted, and Enter runs it: whether it is whole took seconds to tell.
PASTED = 200_000
#: Before these, and at the end, a bracket or a quote is closed at once.
ROOM = " \t\n)],;"


def bound_keys(settings: Settings, repairs: Callable[[], Sequence[Repair]]) -> KeyBindings:
    """Enter, Alt-Enter, paste, Alt-1 …, the text in an editor; closing brackets where that is set."""
    keys = KeyBindings()
    editing = has_focus(DEFAULT_BUFFER)

    @keys.add("enter", filter=editing)
    def _enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if is_whole(buffer.text):
            buffer.validate_and_handle()
            return
        if vi_navigation_mode():
            event.app.vi_state.input_mode = InputMode.INSERT
            buffer.cursor_position = len(buffer.text)
        break_line(buffer)

    @keys.add("escape", "enter", filter=editing)
    def _new_line(event: KeyPressEvent) -> None:
        break_line(event.current_buffer)

    @keys.add(Keys.BracketedPaste, filter=editing)
    def _paste(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text(pasted(event.data))

    @keys.add("c-x", "c-e", filter=editing & emacs_mode & ~has_selection)
    @keys.add("v", filter=editing & vi_navigation_mode)
    def _edit(event: KeyPressEvent) -> None:
        event.app.create_background_task(_in_editor(event.current_buffer))

    @keys.add(Keys.Vt100MouseEvent)
    @keys.add(Keys.CPRResponse)
    def _unasked(event: KeyPressEvent) -> None:
        """A report that nobody asked for, maybe a text that looks like one: prompt-toolkit would try to read it."""

    for number in range(1, 10):
        _add_repair(keys, number, repairs)
    _add_closing(keys, Condition(lambda: settings.autoclose) & editing & (emacs_insert_mode | vi_insert_mode))
    return keys


async def _in_editor(buffer: Buffer) -> None:
    """Have the text edited; where that fails it stays, and the reason stands over it."""

    def edit() -> str:
        try:
            return edited(buffer.text)
        except NotEdited as reason:
            print(f"not edited: {visible(str(reason))}")
            return buffer.text

    text = await run_in_terminal(edit, in_executor=True)
    if text != buffer.text:
        buffer.document = Document(text, len(text))


def is_whole(text: str) -> bool:
    """Whether Enter runs what is on the line: a command, statements of which none is open, or a very long text."""
    from tcalc.commands import is_command
    from tcalc.syntax.parser import is_complete

    return len(text) > PASTED or is_command(text) or is_complete(text)


def break_line(buffer: Buffer) -> None:
    """Begin a line at the cursor, as far in as fits what is open there; blanks round the cursor go."""
    before, behind = buffer.document.current_line_before_cursor, buffer.document.current_line_after_cursor
    buffer.delete_before_cursor(len(before) - len(before.rstrip(" ")))
    buffer.delete(len(behind) - len(behind.lstrip(" ")))
    buffer.insert_text("\n" + indent(buffer.document.text_before_cursor))


def _add_repair(keys: KeyBindings, number: int, repairs: Callable[[], Sequence[Repair]]) -> None:
    offered = Condition(lambda: len(repairs()) >= number)

    @keys.add("escape", str(number), filter=has_focus(DEFAULT_BUFFER) & offered)
    def _repair(event: KeyPressEvent) -> None:
        text = repairs()[number - 1].whole
        event.current_buffer.document = Document(text, len(text))


def _add_closing(keys: KeyBindings, active: Filter) -> None:
    """Brackets and quotes that close themselves; what is there already is passed, and an empty pair goes at once."""

    def has_room(buffer: Buffer) -> bool:
        return buffer.document.current_char in ROOM  # the empty text at the end is in it

    @keys.add("(", filter=active)
    @keys.add("[", filter=active)
    def _open(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        closer = CLOSERS[event.data] if has_room(buffer) and not _inside(buffer) else ""
        buffer.insert_text(event.data + closer)
        buffer.cursor_position -= len(closer)

    @keys.add(")", filter=active)
    @keys.add("]", filter=active)
    def _close(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.document.current_char == event.data and not _inside(buffer):
            buffer.cursor_position += 1
        else:
            buffer.insert_text(event.data)

    @keys.add('"', filter=active)
    @keys.add("'", filter=active)
    def _quote(event: KeyPressEvent) -> None:
        buffer, quote = event.current_buffer, event.data
        inside, before = _inside(buffer), buffer.document.char_before_cursor
        if inside == quote and buffer.document.current_char == quote and before != "\\":
            buffer.cursor_position += 1
            return
        glued = bool(before) and (before.isalnum() or before in "_)]\"'")
        begins = not inside and not glued and has_room(buffer)
        buffer.insert_text(quote * 2 if begins else quote)
        buffer.cursor_position -= int(begins)

    @keys.add("backspace", filter=active)
    def _back(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        before, behind = buffer.document.char_before_cursor, buffer.document.current_char
        inside, earlier = _inside(buffer), open_text(buffer.document.current_line_before_cursor[:-1])
        pair = CLOSERS.get(before) if not inside else inside if before == inside and not earlier else None
        if behind and behind == pair:
            buffer.delete()
        buffer.delete_before_cursor(event.arg)


def _inside(buffer: Buffer) -> str:
    return open_text(buffer.document.current_line_before_cursor)
