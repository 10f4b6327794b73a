"""ecotile from Python: a client of ``ecotile serve``. It needs nothing but the standard library, and Node with ecotile beside it."""

from ._client import Asked, Design, Ecotile, EcotileError, Outcome, Run, ServerGone

__all__ = ["Asked", "Design", "Ecotile", "EcotileError", "Outcome", "Run", "ServerGone"]
__version__ = "0.1.0"
