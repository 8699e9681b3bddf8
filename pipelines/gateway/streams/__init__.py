"""The fields of every stream, family by family."""
