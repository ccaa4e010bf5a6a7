"""The error of a process that trains together with others and finds itself alone."""


class LostCompanyError(Exception):
    """Another process is gone; its own record says why."""
