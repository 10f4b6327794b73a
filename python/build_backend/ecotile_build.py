"""Builds the package with the standard library alone (PEP 517, PEP 660), so that it installs without a network.

The package is a folder of Python files; a wheel of it is a zip file with three files of metadata (PEP 427).
"""

from __future__ import annotations

import base64
import hashlib
import tarfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
NAME = "ecotile"
TAG = "py3-none-any"


def _project(key: str) -> str:
    """A text of [project]; the file is ours, and holds no others of its keys."""
    section = ""
    for line in (HERE / "pyproject.toml").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line
        elif section == "[project]" and line.startswith(f"{key} = "):
            return line.split("=", 1)[1].strip().strip('"')
    raise LookupError(key)


VERSION = _project("version")
INFO = f"{NAME}-{VERSION}.dist-info"


def _metadata() -> str:
    head = {
        "Metadata-Version": "2.1",
        "Name": NAME,
        "Version": VERSION,
        "Summary": _project("description"),
        "License": "Apache-2.0",
        "Requires-Python": _project("requires-python"),
        "Description-Content-Type": "text/markdown",
    }
    lines = [f"{key}: {value}" for key, value in head.items()]
    return "\n".join(lines) + "\n\n" + (HERE / "README.md").read_text(encoding="utf-8")


def _sources() -> dict[str, bytes]:
    files = [path for path in sorted((HERE / NAME).rglob("*")) if path.suffix == ".py" or path.name == "py.typed"]
    return {path.relative_to(HERE).as_posix(): path.read_bytes() for path in files}


def _wheel(folder: str, files: dict[str, bytes]) -> str:
    files = {
        **files,
        f"{INFO}/METADATA": _metadata().encode(),
        f"{INFO}/WHEEL": f"Wheel-Version: 1.0\nGenerator: {NAME}\nRoot-Is-Purelib: true\nTag: {TAG}\n".encode(),
    }
    rows = []
    for name, data in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        rows.append(f"{name},sha256={digest},{len(data)}")
    rows.append(f"{INFO}/RECORD,,")
    wheel = f"{NAME}-{VERSION}-{TAG}.whl"
    with zipfile.ZipFile(Path(folder) / wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**files, f"{INFO}/RECORD": ("\n".join(rows) + "\n").encode()}.items():
            # The same bytes whenever it is built.
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data)
    return wheel


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    return _wheel(wheel_directory, _sources())


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    return _wheel(wheel_directory, {f"{NAME}.pth": f"{HERE}\n".encode()})


def build_sdist(sdist_directory, config_settings=None):
    root = f"{NAME}-{VERSION}"
    files = ["pyproject.toml", "README.md", "build_backend/ecotile_build.py", *_sources()]
    with tarfile.open(Path(sdist_directory) / f"{root}.tar.gz", "w:gz") as archive:
        for name in files:
            archive.add(HERE / name, f"{root}/{name}")
    return f"{root}.tar.gz"
