"""1,000 products on a chip, as the core's result records on standard output: products.py LIBRARY ABI_JSON RECORD.

LIBRARY is the C library beside (../c), ABI_JSON the layout of the records, and RECORD begins with a hardware record.
"""

import ctypes
import json
import sys
from pathlib import Path

COUNT = 1000


def main(library: str, layout: str, record: str) -> int:
    records = json.loads(Path(layout).read_text())["records"]
    fields = {name: kind["fields"] for name, kind in records.items()}
    index = {field["name"]: field["index"] for field in records["problem"]["layout"]}

    hardware = (ctypes.c_double * fields["hardware"]).from_buffer_copy(Path(record).read_bytes())
    problems = (ctypes.c_double * (COUNT * fields["problem"]))()
    results = (ctypes.c_double * (COUNT * fields["result"]))()
    for i in range(COUNT):
        sizes = {"IN_BATCH": 1, "IN_M": 1 + 37 * i % 512, "IN_N": 1 + 101 * i % 1024, "IN_K": 1 + 211 * i % 768}
        for name, size in sizes.items():
            problems[i * fields["problem"] + index[name]] = size

    core = ctypes.CDLL(str(Path(library).resolve()))
    core.ecotile_run.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p]
    core.ecotile_run.restype = ctypes.c_size_t
    if core.ecotile_open() != 0:
        sys.exit("the core has another ABI than the header that the library was built with")
    failed = core.ecotile_run(hardware, problems, COUNT, results)
    if failed:
        print(f"{failed} products do not run", file=sys.stderr)
    sys.stdout.buffer.write(bytes(results))
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
