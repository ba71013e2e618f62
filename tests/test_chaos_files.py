"""R2 for dropped files: a crash at any point loses none, files none twice, and removes nothing that
is not in the register."""

import hashlib
import signal

import pytest

from tests.support.crashpoints import OF_FILES, crash_points

FILES = {"C0001 scan.pdf": b"%PDF-1.7 one", "nobody.pdf": b"%PDF-1.7 two", "a.png": b"\x89PNG x"}
KEYS = sorted(hashlib.sha256(raw).hexdigest() for raw in FILES.values())


def test_the_points_of_files_are_all_known() -> None:
    assert set(OF_FILES) <= set(crash_points())


@pytest.mark.parametrize("hit", [2])
@pytest.mark.parametrize("point", OF_FILES)
def test_a_crash_over_a_dropped_file_heals(house, tmp_path, point, hit) -> None:
    place = tmp_path / "scans"
    place.mkdir()
    for name, raw in FILES.items():
        (place / name).write_bytes(raw)
    allowed = {"POSTROOM_DROP_ROOTS": str(tmp_path)}
    died = house._run(
        "tests.support.look", [place], 60, {**allowed, "POSTROOM_CRASH_AT": f"{point}:{hit}"}
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    left = {hashlib.sha256(path.read_bytes()).hexdigest() for path in place.iterdir()}
    assert left | {line["sha256"] for line in house.register()} == set(KEYS)
    for _ in range(2):
        calm = house._run("tests.support.look", [place], 60, allowed)
        assert calm.returncode == 0, calm.stderr
        lines = house.register()
        assert sorted(line["sha256"] for line in lines) == KEYS
        assert len({line["entry"] for line in lines}) == len(FILES)
        assert [line["clients"] for line in lines if line["subject"] == "C0001 scan.pdf"] == [
            ["C0001"]
        ]
        assert list(place.iterdir()) == []
