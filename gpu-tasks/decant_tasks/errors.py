"""The one error that crosses the process boundary: a code of schemas/error.schema.json and every problem found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """What was expected, what came and how to mend it; where: a file, with a JSON pointer where that helps."""

    message: str
    where: str | None = None


class TaskError(Exception):
    """Ends a task with an error line. `code` is one of core/errors/problem.ts's ErrorCode."""

    def __init__(self, code: str, problems: str | list[Problem], where: str | None = None):
        self.code = code
        self.problems = [Problem(problems, where)] if isinstance(problems, str) else problems
        super().__init__("\n".join(f"{p.where}: {p.message}" if p.where else p.message for p in self.problems))
