"""Bytes to complete UTF-8 text, from the one encoding that was declared, without replacement.

Belongs here: encodings, byte order marks, and the signs of a text that lost something on its way.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.orders.faults import OrderFileRefused

_MARK = b"\xef\xbb\xbf"
_REPLACEMENT_CHARACTER = "\ufffd".encode()
_EXPORT_AGAIN = "Export the file again and drop it whole."
_SAVE_AGAIN = "Save the export as UTF-8, or declare its encoding in recon.toml, and drop it again."


@dataclass(frozen=True)
class Text:
    """Text as UTF-8 bytes without a byte order mark, and how it was written."""

    content: bytes
    form: str


def decoded(name: str, content: bytes, *, encoding: str) -> Text:
    """Give the text, or raise `OrderFileRefused`; `encoding` is a name that `codecs` knows."""
    if encoding == "utf-8":
        has_mark = content.startswith(_MARK)
        text = Text(
            content[len(_MARK) :] if has_mark else content,
            "UTF-8 with byte order mark" if has_mark else "UTF-8",
        )
    else:
        text = Text(_transcoded(name, content, encoding), encoding)
    _refuse_lost_text(name, text.content, is_utf8=encoding == "utf-8")
    return text


def _transcoded(name: str, content: bytes, encoding: str) -> bytes:
    try:
        text = content.decode(encoding)
        return text.removeprefix("\ufeff").encode()
    except UnicodeError as error:
        place = getattr(error, "start", 0)
        raise OrderFileRefused(
            name,
            f"byte {place + 1} is not {encoding}, the encoding declared for it.",
            remedy="Correct the encoding in recon.toml, or export the file again.",
            line=content.count(b"\n", 0, place) + 1,
        ) from None


def _refuse_lost_text(name: str, content: bytes, *, is_utf8: bool) -> None:
    if not content:
        raise _refused(name, "the file is empty, it has not even a header.", None)
    for mark, what in ((b"\0", "a NUL byte"), (_REPLACEMENT_CHARACTER, "the character U+FFFD")):
        place = content.find(mark)
        if place >= 0:
            line = _line_of(content, place)
            raise _refused(name, f"{what} stands here: text was lost on the way.", line)
    if is_utf8 and not content.isascii():
        _refuse_other_encodings(name, content)
    if not content.endswith(b"\n"):
        line = _line_of(content, len(content))
        raise _refused(name, "the last line has no line end: the file is cut.", line)


def _refuse_other_encodings(name: str, content: bytes) -> None:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refused(
            name,
            f"byte 0x{content[error.start]:02X} is not UTF-8.",
            _line_of(content, error.start),
            remedy=_SAVE_AGAIN,
        ) from None


def _line_of(content: bytes, place: int) -> int:
    return content.count(b"\n", 0, place) + 1


def _refused(
    name: str, sentence: str, line: int | None, *, remedy: str = _EXPORT_AGAIN
) -> OrderFileRefused:
    return OrderFileRefused(name, sentence, remedy=remedy, line=line)
