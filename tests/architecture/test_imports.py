"""Imports point down. The contracts stand in pyproject.toml; here they are run, and shown to bite."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.house import PACKAGES, ROOT

LINT = Path(sys.executable).with_name("lint-imports")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([LINT, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copy_of_the_house(tmp_path: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "*.pyc")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_import_contract_is_kept():
    ran = lint(ROOT)
    assert ran.returncode == 0, ran.stdout[-3000:]


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("catalog/planted.py", "import channels.models", "Imports between the rooms point down"),
        (
            "catalog/planted.py",
            "def f():\n    from enrichment import apps",
            "Imports between the rooms point down",
        ),
        ("channels/planted.py", "import enrichment.apps", "Imports between the rooms point down"),
        ("catalog/planted.py", "from pim import settings", "Nobody imports the assembly"),
        ("pim/lib/planted.py", "import catalog.models", "The plain tools know no room"),
    ],
)
def test_a_planted_violation_breaks_its_contract(
    copy_of_the_house: Path, file: str, line: str, contract: str
):
    (copy_of_the_house / file).write_text(line + "\n", encoding="utf-8")
    ran = lint(copy_of_the_house)
    assert ran.returncode == 1
    broken = [told for told in ran.stdout.splitlines() if told.endswith("BROKEN")]
    assert len(broken) == 1
    assert broken[0].startswith(contract)


def test_the_contract_about_the_assembly_names_every_part_of_it():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    named = next(
        set(one["forbidden_modules"]) for one in contracts if one["name"] == "Nobody imports the assembly"
    )
    parts = {
        f"pim.{path.stem}"
        for path in (ROOT / "pim").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert named == parts - {"pim.__init__", "pim.lib"}
