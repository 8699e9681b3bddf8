"""The ZIP package that a workbook is: opened without unpacking more than it may, or refused.

Belongs here: sizes, ratios, encryption, and parts that no order export has (macros, links to other
files, embedded objects). Stays out: what the parts say (`xlsx`, `sheet`). Nothing is ever followed.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO
from xml.parsers import expat

from pipelines.orders.faults import OrderFileRefused

MAX_PARTS = 500
MAX_UNPACKED_BYTES = 512 * 1024 * 1024
# Sheets of like rows shrink to a twentieth, seldom to a hundredth.
MAX_RATIO = 200
_SAVE_AGAIN = "Save it again as a plain .xlsx with the orders alone, or export a .csv."
_FORBIDDEN = (
    (r"vbaProject|vbaData|macrosheets|dialogsheets", "macros"),
    (r"externalLinks/", "links to other workbooks"),
    (r"connections\.xml|queryTables/|customData|model/", "connections to other sources"),
    (r"embeddings/|activeX/|ctrlProps/", "embedded objects"),
)
_ENCRYPTED = 0x1


@dataclass(frozen=True)
class Element:
    """The start of an XML element, names without their namespace."""

    name: str
    attributes: dict[str, str]


class Package:
    """The parts of one workbook by their path."""

    def __init__(self, name: str, content: bytes) -> None:
        self._name = name
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
            parts = self._archive.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
            raise self.refused(f"it is no complete workbook ({error}).") from None
        self._sizes = {part.filename: part.file_size for part in parts}
        self._refuse_bombs(parts, len(content))
        for pattern, what in _FORBIDDEN:
            if any(re.search(pattern, part.filename, re.IGNORECASE) for part in parts):
                raise self.refused(f"it holds {what}.")

    def has(self, path: str) -> bool:
        """Tell whether there is such a part."""
        return path in self._sizes

    def read(
        self,
        path: str,
        *,
        start: Callable[[Element], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        """Walk through the XML of a part, or raise `OrderFileRefused` where it is none."""
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = lambda name, attributes: start(
            Element(_local(name), {_local(key): value for key, value in attributes.items()})
        )
        if end is not None:
            parser.EndElementHandler = lambda name: end(_local(name))
        if text is not None:
            parser.CharacterDataHandler = text
        # Without a document type there are no entities: nothing to expand, nothing to fetch.
        parser.StartDoctypeDeclHandler = self._refuse_document_type
        try:
            with self._archive.open(path) as part:
                self._feed(parser, part, self._sizes[path])
        except KeyError:
            raise self.refused(f"its part {path} is missing.") from None
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError):
            raise self.refused(f"its part {path} is damaged.") from None
        except RuntimeError:
            raise self.refused("it is encrypted.") from None
        except expat.ExpatError as error:
            raise self.refused(f"its part {path} is no XML ({error}).") from None

    def targets(self, path: str) -> dict[str, str]:
        """Give the parts that a part refers to, by the name it has for them."""
        found: dict[str, str] = {}
        folder = posixpath.dirname(path)

        def start(element: Element) -> None:
            target = element.attributes.get("Target", "")
            if element.name == "Relationship" and element.attributes.get("TargetMode") is None:
                found[element.attributes.get("Id", "")] = posixpath.normpath(
                    posixpath.join(folder, target) if not target.startswith("/") else target[1:]
                )

        self.read(f"{folder}/_rels/{posixpath.basename(path)}.rels", start=start)
        return found

    def refused(self, sentence: str, line: int | None = None) -> OrderFileRefused:
        """Give the refusal of this workbook."""
        return OrderFileRefused(self._name, sentence, remedy=_SAVE_AGAIN, line=line)

    def _feed(self, parser: expat.XMLParserType, part: IO[bytes], size: int) -> None:
        fed = 0
        while chunk := part.read(1 << 16):
            fed += len(chunk)
            if fed > size:
                raise self.refused("a part unpacks to more than it says.")
            parser.Parse(chunk, False)
        parser.Parse(b"", True)

    def _refuse_document_type(self, *_: object) -> None:
        raise self.refused("its XML declares a document type, which no workbook needs.")

    def _refuse_bombs(self, parts: list[zipfile.ZipInfo], size: int) -> None:
        if len(parts) > MAX_PARTS:
            raise self.refused(f"it has {len(parts):,} parts, more than {MAX_PARTS}.")
        if len(self._sizes) < len(parts):
            raise self.refused("it has two parts of one name.")
        if any(part.flag_bits & _ENCRYPTED for part in parts):
            raise self.refused("it is encrypted.")
        unpacked = sum(part.file_size for part in parts)
        if unpacked > min(MAX_UNPACKED_BYTES, max(size, 4096) * MAX_RATIO):
            raise self.refused(f"it would unpack to {unpacked:,} bytes from {size:,}.")


def _local(name: str) -> str:
    return name.rpartition("}")[2]
