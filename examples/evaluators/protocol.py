"""The line protocol of `accuracy: { evaluator: command }`: one JSON line in, one out, until standard input ends.

Only the standard library: what measures a model is handed in.
"""

import json
from typing import Callable, TextIO

# What this program can train. A model that asks for more is refused, with the reason.
EXPECTED = {"family": "vit", "normalisation": "layernorm", "normPosition": "pre", "position": "learned"}


class Refusal(Exception):
    """The model cannot be had here: an answer, which is not asked for again."""


class Request:
    """`shape` and number formats of a model, the share of the whole effort (0 to 1) and which of several answers it is (from 1)."""

    def __init__(self, line: dict):
        model, vision = line["model"], line["model"].get("vision")
        if vision is None or model.get("text") is not None:
            raise Refusal("the model is no image classifier: it needs a vision tower, and no text tower")
        for name, expected in EXPECTED.items():
            found = {**model, **vision}.get(name)
            if found != expected:
                raise Refusal(f"{name} is {found}, and this program trains {expected} alone")
        if vision["kvHeads"] != vision["heads"] or any(kind != "full" for kind in vision.get("attention") or []):
            raise Refusal("this program trains full attention with keys and values of every head")
        for name in ("sparsity", "activationSparsity", "tokenReduction"):
            if vision.get(name) is not None:
                raise Refusal(f"this program knows no {name}")
        self.shape = {
            "hidden": vision["hidden"],
            "head_size": vision["headSize"],
            "heads": vision["heads"],
            "ffn": vision["ffn"],
            "patch": vision["patchSize"],
            "image": vision["imageSize"],
            "channels": vision["channels"],
            "classes": model["classes"],
        }
        self.formats = formats_of(vision.get("quantisation") or {}, vision["layers"])
        self.fidelity = line.get("fidelity", 1.0)
        self.repeat = line.get("repeat", 1)


def formats_of(quantisation: dict, layers: int) -> dict:
    """Bits of weights and activations by layer, of embedding and head; the scales of activations; whether training sees the grid."""
    known = {"weights", "activations", "embedding", "head", "method", "scales"}
    if unknown := set(quantisation) - known:
        raise Refusal(f"this program does not narrow {', '.join(sorted(unknown))}")
    by_layer = {}
    for name in ("weights", "activations"):
        stored = quantisation.get(name)
        each = stored if isinstance(stored, list) else [stored] * layers
        by_layer[name] = [_bits(name, one) for one in each]
    method, scales = (_one_for_all(quantisation.get(name), name) for name in ("method", "scales"))
    if method not in (None, "trained", "rtn"):
        raise Refusal(f"method {method}: this program knows trained (rounded while it is fine-tuned) and rtn (after it)")
    if scales not in (None, "static", "token"):
        raise Refusal(f"scales {scales}: this program knows static and token")
    return {
        **by_layer,
        "embedding": _bits("embedding", quantisation.get("embedding")),
        "head": _bits("head", quantisation.get("head")),
        "scales": scales or "static",
        "is_trained": method != "rtn",
    }


def _bits(name: str, stored: dict | None) -> int | None:
    """None from 16 bit on: the program computes in 32."""
    if stored is None or stored["bits"] >= 16:
        return None
    if stored.get("format", "int") != "int" or "group" in stored:
        raise Refusal(f"{name}: this program rounds to integers with a scale for each row, not to {stored}")
    return stored["bits"]


def _one_for_all(value, name: str):
    if isinstance(value, dict):
        raise Refusal(f"{name} must be one for all classes here")
    return value


def serve(lines: TextIO, output: TextIO, measure: Callable[[Request], dict], log: str | None = None) -> None:
    """
    Answers each line by what `measure` returns: `accuracy`, `low` and `high`, fractions that hold 90 % of repetitions.

    `log` names a file to which each request is appended with its answer.
    """
    for line in lines:
        request = json.loads(line)
        try:
            answer = measure(Request(request))
        except Refusal as reason:
            answer = {"error": str(reason)}
        # The log first: whoever has the last answer may end this program at once.
        if log is not None:
            with open(log, "a") as file:
                file.write(json.dumps({**request, "answer": answer}) + "\n")
        print(json.dumps({"id": request["id"], **answer}), file=output, flush=True)
