"""A power cut: of a folder only that is left which a process had synced (see powercut.c)."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

SOURCE = Path(__file__).with_name("powercut.c")


class PowerCut:
    """Watches one folder for the processes run with `environment`; `strike` cuts the power.

    folder  what to watch; all that is in it now counts as long since on the disk
    shadow  a new folder on the same disk, where what was synced is kept
    """

    def __init__(self, folder: Path, shadow: Path) -> None:
        self.folder, self.shadow = folder.resolve(), shadow.resolve()
        for name in ("content", "names", "kept"):
            (self.shadow / name).mkdir(parents=True)
        self._root = self._take_over(self.folder)

    def environment(self, *, at: int = 0, lies: bool = False) -> dict[str, str]:
        """For the processes to be watched.

        at    the sync in whose place the process dies; 0: none
        lies  the disk confirms every sync and keeps nothing
        """
        more = {"POWERCUT_AT": str(at)} if at else {}
        more |= {"POWERCUT_LIES": "1"} if lies else {}
        return {
            "LD_PRELOAD": str(library()),
            "POWERCUT_FOLDER": str(self.folder),
            "POWERCUT_SHADOW": str(self.shadow),
            **more,
        }

    def syncs(self) -> int:
        """How many syncs have ended."""
        log = self.shadow / "syncs"
        return len(log.read_bytes().splitlines()) if log.exists() else 0

    def strike(self) -> None:
        """Put in the folder's place what was synced of it. No process may be at work on it."""
        shutil.rmtree(self.folder)
        self._bring_back(self._root, self.folder)
        shutil.rmtree(self.shadow)

    def _take_over(self, folder: Path) -> int:
        lines = []
        for path in sorted(folder.iterdir()):
            if path.is_dir():
                lines.append(f"d {self._take_over(path)} {path.name}\n")
                continue
            inode = path.stat().st_ino
            shutil.copy(path, self.shadow / "content" / str(inode))
            (self.shadow / "kept" / str(inode)).hardlink_to(path)
            lines.append(f"f {inode} {path.name}\n")
        inode = folder.stat().st_ino
        (self.shadow / "names" / str(inode)).write_text("".join(lines))
        return inode

    def _bring_back(self, inode: int | str, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        names = self.shadow / "names" / str(inode)
        for line in names.read_text().splitlines() if names.exists() else ():
            kind, of, name = line.split(" ", 2)
            if kind == "d":
                self._bring_back(of, folder / name)
                continue
            content = self.shadow / "content" / of
            if content.exists():
                shutil.copy(content, folder / name)
            else:  # its name was synced and its bytes never were
                (folder / name).touch(mode=0o600)


def library() -> Path:
    """The compiled shim, made once for each state of its source. Raises RuntimeError."""
    digest = hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]
    shelf = Path(tempfile.gettempdir()) / f"postroom-powercut-{os.getuid()}"
    made = shelf / f"{digest}.so"
    if made.exists():
        return made
    compiler = shutil.which("gcc") or shutil.which("cc")
    if not compiler:
        raise RuntimeError("gcc is missing: install Debian's packages gcc and libc6-dev")
    shelf.mkdir(mode=0o700, exist_ok=True)
    aside = shelf / f"{digest}.{os.getpid()}"
    flags = ("-O2", "-shared", "-fPIC")
    done = subprocess.run(
        [compiler, *flags, "-o", aside, SOURCE, "-ldl"], capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"powercut.c was not compiled (libc6-dev is needed too):\n{done.stderr}")
    aside.rename(made)
    return made
