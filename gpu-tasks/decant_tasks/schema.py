"""Reads the schemas that TypeScript and Python share, and checks records against them."""

import functools
import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from decant_tasks.errors import Problem, TaskError

SCHEMAS_FOLDER = Path(__file__).resolve().parents[2] / "schemas"


@functools.cache
def read_schema_file(name: str) -> Any:
    """Parsed JSON of schemas/<name>."""
    return json.loads((SCHEMAS_FOLDER / name).read_text(encoding="utf-8"))


@functools.cache
def _registry() -> Registry:
    schemas = [read_schema_file(path.name) for path in sorted(SCHEMAS_FOLDER.glob("*.schema.json"))]
    resources = [Resource.from_contents(schema) for schema in schemas if "$id" in schema]
    return Registry().with_resources((resource.id() or "", resource) for resource in resources)


def find_problems(name: str, record: Any, where: str, definition: str | None = None) -> list[Problem]:
    """All problems of a record against schemas/<name>.schema.json, or against one of its $defs."""
    schema = read_schema_file(f"{name}.schema.json")
    if definition is not None:
        schema = {"$ref": f"{schema['$id']}#/$defs/{definition}"}
    validator = Draft202012Validator(schema, registry=_registry())
    errors = sorted(validator.iter_errors(record), key=lambda error: list(map(str, error.absolute_path)))
    return [Problem(error.message[:500], f"{where}#/{'/'.join(map(str, error.absolute_path))}") for error in errors]


def check_record(name: str, record: Any, where: str, code: str = "Defect", definition: str | None = None) -> None:
    """Raises TaskError with every problem where the record does not match its schema."""
    problems = find_problems(name, record, where, definition)
    if problems:
        raise TaskError(code, problems)
