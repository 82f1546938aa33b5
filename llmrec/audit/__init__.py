"""Are explanations true, grounded, specific and fair? Measured on our own responses, or on a file of anyone's.

The package is callable: `llmrec.audit(catalog, explanations)` is `llmrec.auditor.audit`.
"""

from llmrec.runtime import callable_package

callable_package(__name__, "llmrec.auditor", "audit")
