"""Layouts out of `recon.toml`: a built-in one, with what a shop does otherwise.

Belongs here: making layouts of mappings, and which of them a file of this name may be in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from fnmatch import translate

from pipelines.orders.layouts.generic import GENERIC
from pipelines.orders.layouts.layout import Form, Layout, Sessions
from pipelines.orders.layouts.shopify import SHOPIFY
from pipelines.orders.layouts.woocommerce import WOOCOMMERCE
from pipelines.orders.mapping import OrderMapping

BUILT_IN = {layout.name: layout for layout in (GENERIC, SHOPIFY, WOOCOMMERCE)}


def layouts_for(name: str, mappings: Mapping[str, OrderMapping]) -> list[Layout]:
    """Give the layouts that a file of this name may be in, the mapped ones first.

    A name that mappings declare as theirs is read by those alone: any other layout would read the
    file without their prefix, zone and words.
    """
    words = {
        word: status
        for mapping in mappings.values()
        if mapping.has_words_alone
        for word, status in mapping.status.items()
    }
    mapped = {
        label: mapping
        for label, mapping in mappings.items()
        if not mapping.has_words_alone and _is_for(mapping, name)
    }
    declared = [_mapped(label, mapping) for label, mapping in mapped.items() if mapping.files]
    if declared:
        return declared
    return [
        *(_mapped(label, mapping) for label, mapping in mapped.items()),
        *(replace(one, words={**one.words, **words}) for one in BUILT_IN.values()),
    ]


def passed_over(name: str, mappings: Mapping[str, OrderMapping]) -> list[Layout]:
    """Give the mapped layouts whose `files` a file of this name does not fit."""
    return [
        _mapped(label, mapping) for label, mapping in mappings.items() if not _is_for(mapping, name)
    ]


def _is_for(mapping: OrderMapping, name: str) -> bool:
    # A capital letter more or less must not lose a file its prefix.
    pattern = translate(mapping.files)
    return not mapping.files or re.fullmatch(pattern, name, re.IGNORECASE) is not None


def _mapped(label: str, mapping: OrderMapping) -> Layout:
    base = BUILT_IN[mapping.layout]
    is_other = mapping.layout == GENERIC.name and bool(mapping.columns)
    columns = {} if is_other else {**base.columns}
    for column in mapping.constants:
        columns.pop(column, None)
    columns.update(mapping.columns)
    searched = mapping.sessions
    named = {*mapping.only, *(searched.columns if searched else ())}
    named |= {mapping.store_column} if mapping.store_column else set()
    # Who reads a column beside the generic ones has an export that is not exactly generic.
    is_wider = bool(is_other or mapping.constants or not named <= set(columns.values()))
    return replace(
        base,
        name=label,
        columns=columns,
        has_exact_header=base.has_exact_header and not is_wider,
        has_several_lines=base.has_several_lines or mapping.several_lines,
        constants={str(column): text for column, text in mapping.constants.items()},
        words={**base.words, **mapping.status},
        # A status that was declared for all orders is not told by columns.
        cases=() if "status" in mapping.constants else base.cases,
        known={} if "status" in mapping.constants else base.known,
        only=mapping.only,
        sessions=(Sessions(searched.columns, searched.pattern),) if searched else base.sessions,
        # A column that somebody named is expected to be there.
        optional=tuple(set(base.optional) - set(mapping.columns.values()) - named),
        time_zone=mapping.time_zone or base.time_zone,
        instants=mapping.instants,
        decimal_mark=mapping.decimal_mark,
        thousands_mark=mapping.thousands_mark,
        prefix=mapping.prefix,
        store_column=mapping.store_column,
        stores=mapping.stores,
        form=Form(mapping.delimiter, mapping.quote, mapping.encoding, mapping.sheet),
    )
