"""Muon for the matrices, Adam for the rest, over float32 master weights of a bfloat16 model."""

import torch


def orthogonal(update: torch.Tensor) -> torch.Tensor:
    """The nearest semi-orthogonal matrices, by five Newton-Schulz steps: [N, rows, columns] with rows <= columns."""
    x = update.bfloat16()
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(5):
        a = x @ x.mT
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * (a @ a)) @ x
    return x.float()


class Optimiser:
    """Steps a bfloat16 model; `masters` are its exact weights, in the order of `parameters()`."""

    def __init__(self, model: torch.nn.Module, matrix_rate: float, rate: float, decay: float):
        self.parameters = list(model.parameters())
        names = [name for name, _ in model.named_parameters()]
        self.masters = [p.detach().float().clone() for p in self.parameters]
        self.moments = [torch.zeros_like(m) for m in self.masters]
        self.squares = [None if self.is_matrix(n, m) else torch.zeros_like(m) for n, m in zip(names, self.masters)]
        self.matrix_rate, self.rate, self.decay = matrix_rate, rate, decay
        self.steps = 0
        groups: dict[tuple, list[int]] = {}
        for index, master in enumerate(self.masters):
            if self.squares[index] is None:
                groups.setdefault(tuple(master.shape), []).append(index)
        self.groups = groups

    @staticmethod
    def is_matrix(name: str, tensor: torch.Tensor) -> bool:
        return tensor.ndim == 2 and not name.startswith("embedding")

    @torch.no_grad()
    def step(self, factor: float) -> float:
        """One step at `factor` of the full rates; gives the gradient's norm."""
        self.steps += 1
        gradients = [p.grad.float() for p in self.parameters]
        norm = torch.sqrt(sum(g.square().sum() for g in gradients)).item()
        for shape, indices in self.groups.items():
            for i in indices:
                self.moments[i].mul_(0.95).add_(gradients[i], alpha=0.05)
            stack = torch.stack([gradients[i] * 0.05 + self.moments[i] * 0.95 for i in indices])
            tall = shape[0] > shape[1]
            update = orthogonal(stack.mT if tall else stack)
            update = update.mT if tall else update
            rate = self.matrix_rate * factor * max(1.0, shape[0] / shape[1]) ** 0.5
            for i, u in zip(indices, update):
                self.masters[i].mul_(1 - self.matrix_rate * factor * self.decay).add_(u, alpha=-rate)
        for i, gradient in enumerate(gradients):
            if self.squares[i] is None:
                continue
            gradient = gradient * min(1.0, 1.0 / (norm + 1e-6))
            self.moments[i].mul_(0.9).add_(gradient, alpha=0.1)
            self.squares[i].mul_(0.97).add_(gradient.square(), alpha=0.03)
            mean = self.moments[i] / (1 - 0.9**self.steps)
            square = self.squares[i] / (1 - 0.97**self.steps)
            self.masters[i].sub_(self.rate * factor * mean / (square.sqrt() + 1e-8))
        for parameter, master in zip(self.parameters, self.masters):
            parameter.copy_(master)
            parameter.grad = None
        return norm

    def state(self) -> dict:
        return {"masters": self.masters, "moments": self.moments, "squares": self.squares, "steps": self.steps}

    @torch.no_grad()
    def load(self, state: dict) -> None:
        self.masters, self.moments, self.squares = state["masters"], state["moments"], state["squares"]
        self.steps = state["steps"]
        for parameter, master in zip(self.parameters, self.masters):
            parameter.copy_(master)
