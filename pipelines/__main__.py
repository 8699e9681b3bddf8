"""`python -m pipelines` is `recon`. Nothing else belongs here."""

from pipelines.cli import main

main(prog_name="recon")
