"""The layers of an image in OCI's layout: usage: layers.py LAYOUT [OTHER]. With another image, the layers that it lacks."""

import json
import pathlib
import re
import sys
import zlib


def blob(layout, digest):
    return pathlib.Path(layout, "blobs", *digest.split(":")).read_bytes()


def layers(layout):
    """(digest, bytes to move, bytes on disk, what made it), in order."""
    index = json.loads(pathlib.Path(layout, "index.json").read_text())
    manifest = json.loads(blob(layout, index["manifests"][0]["digest"]))
    history = json.loads(blob(layout, manifest["config"]["digest"])).get("history", [])
    made = [it.get("created_by", "") for it in history if not it.get("empty_layer")]
    for layer, by in zip(manifest["layers"], made):
        packed = blob(layout, layer["digest"])
        unpacked = zlib.decompress(packed, 31) if packed[:2] == b"\x1f\x8b" else packed
        yield layer["digest"], len(packed), len(unpacked), by


def shown(by):
    by = " ".join(by.replace("/bin/sh -c ", "").removeprefix("#(nop) ").split())
    by = re.sub(r"(file|dir|multi):[0-9a-f]+ in ", "", by)
    return by if len(by) <= 60 else by[:59] + "…"


def main():
    layout, *other = sys.argv[1:]
    known = {digest for digest, *_ in layers(other[0])} if other else set()
    rows = [row for row in layers(layout) if row[0] not in known]
    print(f"{'TO MOVE':>10} {'ON DISK':>10}  LAYER")
    for _, packed, unpacked, by in rows:
        print(f"{packed / 1e6:7.1f} MB {unpacked / 1e6:7.1f} MB  {shown(by)}")
    print(f"{sum(it[1] for it in rows) / 1e6:7.1f} MB {sum(it[2] for it in rows) / 1e6:7.1f} MB  together")


if __name__ == "__main__":
    main()
