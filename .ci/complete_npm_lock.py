"""Name every platform's package in package-lock.json, also those that the registry at hand does not mirror.

`npm ci` refuses a lock in which an optional package of another platform is missing. It never fetches one that is
for another system or processor, so a bare entry is enough; where it is fetched, npm takes it without a hash.
"""

import json
from pathlib import Path
from typing import Any

LOCK = Path(__file__).resolve().parent.parent / "package-lock.json"
SYSTEMS = ("android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "sunos", "win32", "aix")
PROCESSORS = ("arm", "arm64", "ia32", "wasm32", "x64")


def bare(name: str, version: str) -> dict[str, Any]:
    words = name.rpartition("/")[2].split("-")
    return {
        "version": version,
        "cpu": [PROCESSORS[word] for word in words if word in PROCESSORS],
        "optional": True,
        "os": [word for word in words if word in SYSTEMS] or ["none"],
    }


def main() -> None:
    lock = json.loads(LOCK.read_text(encoding="utf-8"))
    packages = lock["packages"]
    wanted = {
        name: version
        for package in packages.values()
        for name, version in package.get("optionalDependencies", {}).items()
    }
    for name, version in wanted.items():
        packages.setdefault(f"node_modules/{name}", bare(name, version))
    root = packages.pop("")
    lock["packages"] = {"": root, **dict(sorted(packages.items()))}
    LOCK.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


main()
