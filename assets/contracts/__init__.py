"""What must be true of a row before it counts: one contract a stream.

Belongs here: the pandera schemas and how a failure becomes one sentence.
Stays out: quarantine (`pipelines.night.validate`), and structure faults of files.
"""
