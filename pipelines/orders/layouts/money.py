"""Amounts as an export writes them, turned into decimal text with a point and nothing else.

Turned only where it is certain: text that is not written in the declared way stays as it is and is
told apart, because "1.250" read by the wrong convention is a thousand times too little.
"""

from __future__ import annotations

import re

import polars as pl

from pipelines.currencies import minor_units


def plain_amount(
    text: pl.Expr, *, decimal_mark: str, thousands_mark: str
) -> tuple[pl.Expr, pl.Expr]:
    """Give the amount with a point, and where it is not written as declared."""
    if decimal_mark == "." and not thousands_mark:
        return text, pl.lit(value=False)
    grouped = rf"[1-9]\d{{0,2}}(?:{re.escape(thousands_mark)}\d{{3}})+|" if thousands_mark else ""
    form = rf"^(?:{grouped}0|[1-9]\d*)(?:{re.escape(decimal_mark)}\d+)?$"
    is_so_written = text.str.contains(form)
    bare = text.str.replace_all(thousands_mark, "", literal=True) if thousands_mark else text
    pointed = bare.str.replace(decimal_mark, ".", literal=True)
    return pl.when(is_so_written).then(pointed).otherwise(text), ~is_so_written & (text != "")


def without_surplus_zeros(rows: pl.DataFrame) -> pl.Series:
    """Give the amounts without the zeros that their currency has no place for: 5000.00 of UGX."""
    codes = rows["currency"].unique().to_list()
    units = pl.col("currency").replace_strict(
        codes, [minor_units(code) for code in codes], default=None, return_dtype=pl.Int64
    )
    amount = pl.col("amount")
    whole = amount.str.extract(r"^(\d+)\.\d+$", 1)
    fraction = amount.str.extract(r"^\d+\.(\d+)$", 1)
    is_surplus_zero = (fraction.str.len_chars() > units) & (
        fraction.str.slice(units).str.strip_chars("0") == ""
    )
    kept = pl.when(units > 0).then(whole + "." + fraction.str.slice(0, units)).otherwise(whole)
    return rows.select(
        pl.when(is_surplus_zero.fill_null(value=False)).then(kept).otherwise(amount).alias("amount")
    )["amount"]
