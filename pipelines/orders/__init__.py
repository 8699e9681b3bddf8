"""The shop's side: order exports as they are dropped, read strictly, never guessed at.

    inbox ─────── what lies there: names, links, sidecars, still or still growing
    archive ───── the bytes taken in, by content, and their arrival number
    formats ───── one module a format: bytes become text cells with their physical line
    layouts ───── one description a layout: cells become order rows
    mapping ───── what recon.toml says of a shop of its own
    values ────── the contract of values, whatever the layout
    judging ───── accepted, repeated, quarantined; they add up to what was received
    intake ────── all of it in a process of its own, within limits; worker ── that process
    reader ────── all of it for one file

Nothing here knows the warehouse, and nothing is written outside the archive.
"""
