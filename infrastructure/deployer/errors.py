"""Failures that are told to the operator in plain words, without a traceback."""


class DeployError(Exception):
    """One or more problems, each a sentence that says what is wrong and what to do."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)
