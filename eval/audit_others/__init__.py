"""The audit of texts that other systems wrote; see `eval.audit_others.__main__`."""
