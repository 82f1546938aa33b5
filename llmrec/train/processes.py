"""One training on several processes, started by `accelerate launch`: who does what, and sums over all of them.

Every process draws the same numbers; each reads its part of a step's prompts (`llmrec.train.window_data`), and
gradients are summed before each does the same step. So a step is that of one process, whatever their number, and a run
may go on with another one. The model is not wrapped (`DistributedDataParallel` counts the parameters that its own
forward uses, and item vectors are made beside it); what is summed is small, as the base model is frozen. Where a base
is too large for each device to hold, its layers are divided among the processes (FSDP2), and each is gathered as it is
used.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import torch
from accelerate import PartialState
from accelerate.utils import broadcast_object_list, parse_flag_from_env
from torch import Tensor

if TYPE_CHECKING:
    from llmrec.model.reclm import RecLM

T = TypeVar("T")
PATIENCE = timedelta(days=1)
"""How long one process waits for another: the first fits the fused score while the others wait for the next stage."""


@dataclass(frozen=True, slots=True)
class Processes:
    """The processes of a training, seen from one of them.

    Parameters
    ----------
    rank
        Number of this one, from 0.
    count
        How many there are.
    divide
        Whether the frozen layers of the base lie divided among them, as `accelerate launch --use_fsdp` asks.

    Examples
    --------
    >>> Processes().leads, Processes(1, 3).leads
    (True, False)
    """

    rank: int = 0
    count: int = 1
    divide: bool = False

    @classmethod
    def of_environment(cls) -> "Processes":
        """Return those that `accelerate launch` (or `torchrun`) started; one where it did not."""
        state = PartialState(cpu=not torch.cuda.is_available(), timeout=PATIENCE)
        count = state.num_processes
        return cls(state.process_index, count, count > 1 and parse_flag_from_env("ACCELERATE_USE_FSDP"))

    @property
    def leads(self) -> bool:
        """Whether this process reports, validates and writes."""
        return self.rank == 0

    def total(self, own: Tensor) -> Tensor:
        """Sum a tensor of the same shape over all processes; without a gradient."""
        own = own.detach().clone()
        if self.count > 1:
            torch.distributed.all_reduce(own)
        return own

    def add_gradients(self, parameters: Sequence[torch.nn.Parameter]) -> None:
        """Give each parameter the sum of all processes' gradients; one that has none counts as 0."""
        if self.count == 1:
            return
        grads = [torch.zeros_like(p) if p.grad is None else p.grad for p in parameters]
        whole = torch.cat([grad.reshape(-1).float() for grad in grads])
        torch.distributed.all_reduce(whole)
        for parameter, summed in zip(parameters, whole.split([p.numel() for p in parameters]), strict=True):
            parameter.grad = summed.view_as(parameter).to(parameter.dtype)

    def from_first(self, value: Callable[[], T]) -> T:
        """Return what the first process finds."""
        if self.count == 1:
            return value()
        held: list[T | None] = [value() if self.leads else None]
        (found,) = broadcast_object_list(held)
        return found  # type: ignore[no-any-return]

    def divided(self, model: "RecLM", device: torch.device) -> "RecLM":
        """Copy a model so that each process holds a part of every frozen layer; what is trained, each holds whole.

        Parameters
        ----------
        model
            It stays whole, and where it is.
        device
            Of the copy.

        Returns
        -------
        RecLM
            All processes have to read prompts with it at the same time.
        """
        from torch.distributed.device_mesh import init_device_mesh
        from torch.distributed.fsdp import fully_shard

        parts = copy.deepcopy(model)
        mesh = init_device_mesh(device.type, (self.count,))
        for name, layers in parts.backbone.named_modules():
            if name.rpartition(".")[2] == "layers" and isinstance(layers, torch.nn.ModuleList):
                for layer in layers:
                    trained = {p for p in layer.parameters() if p.requires_grad}
                    fully_shard(layer, mesh=mesh, reshard_after_forward=True, ignored_params=trained)
        return parts.to(device)

    @contextmanager
    def first_alone(self) -> Iterator[None]:
        """Let the others begin a block when the first has ended it, such as one that fills a cache."""
        if not self.leads:
            self.wait()
        yield
        if self.leads:
            self.wait()

    def wait(self) -> None:
        """Wait for all."""
        if self.count > 1:
            torch.distributed.barrier()
