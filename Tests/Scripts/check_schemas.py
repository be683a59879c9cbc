#!/usr/bin/env python3
"""Checks the schemas themselves, the repository's own data against them, and files of changes.

    check_schemas.py [FILE.ndjson | NAME:FILE ...]

Every file in schemas/ must be a valid JSON Schema 2020-12 whose references lead somewhere and whose fields are all
described. Adapters, their cases and the example configurations must be valid against theirs. Every line of each FILE must
be a change that is valid against change.schema.json, and every line of each NAME:FILE valid against NAME.schema.json. Exit 1 and a line for each mistake otherwise. Needs the packages
jsonschema and PyYAML from PyPI.
"""

import json
import pathlib
import sys

try:
    import yaml
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError, best_match
    from referencing import Registry
    from referencing.exceptions import Unresolvable
    from referencing.jsonschema import DRAFT202012
except ImportError as error:
    sys.exit(f"error: {error}; install it with: python3 -m pip install jsonschema pyyaml")

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAMES = [
    "finding", "scan", "notice", "change", "event", "receipt", "entry", "reason", "source", "sink", "dead", "difference", "verification", "statistics",
    "export",
    "adapter", "case", "trial", "config",
]
MISTAKES_SHOWN = 20


def load(path):
    """The JSON in the file, without duplicate names."""

    def unique(pairs):
        names = [name for name, _ in pairs]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(f"repeated members: {', '.join(repeated)}")
        return dict(pairs)

    return json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=unique)


def subschemas(schema, place="#"):
    """Every schema inside `schema`, with its place."""
    if not isinstance(schema, dict):
        return
    yield place, schema
    for keyword in ("properties", "patternProperties", "$defs", "dependentSchemas"):
        for name, inner in schema.get(keyword, {}).items():
            yield from subschemas(inner, f"{place}/{keyword}/{name}")
    for keyword in ("items", "additionalProperties", "propertyNames", "not", "if", "then", "else", "contains"):
        yield from subschemas(schema.get(keyword), f"{place}/{keyword}")
    for keyword in ("allOf", "anyOf", "oneOf", "prefixItems"):
        for index, inner in enumerate(schema.get(keyword, [])):
            yield from subschemas(inner, f"{place}/{keyword}/{index}")


def described(schema, inner):
    """Whether a field has its sentence, or points to a definition that has it."""
    reference = inner.get("$ref", "")
    if "description" in inner:
        return True
    if reference.startswith("#/$defs/"):
        return "description" in schema.get("$defs", {}).get(reference.removeprefix("#/$defs/"), {})
    return False


def check_schema(name, schema, registry):
    """The mistakes in one schema."""
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        yield f"{name}: {error.json_path}: {error.message}"
        return
    if schema.get("$schema") != "https://json-schema.org/draft/2020-12/schema":
        yield f"{name}: $schema is not draft 2020-12"
    for keyword in ("$id", "title", "description"):
        if keyword not in schema:
            yield f"{name}: has no {keyword}"
    resolver = registry.resolver(base_uri=schema["$id"])
    for place, inner in subschemas(schema):
        if "$ref" in inner:
            try:
                resolver.lookup(inner["$ref"])
            except Unresolvable:
                yield f"{name}: {place}: {inner['$ref']} leads nowhere"
        if "/if" in place or "/then" in place or "/else" in place or "/not" in place:
            continue
        for field, value in inner.get("properties", {}).items():
            if isinstance(value, dict) and not described(schema, value):
                yield f"{name}: {place}/properties/{field}: has no description"
    if name.split(".")[0] in ("finding", "scan", "notice", "change"):
        for place, inner in subschemas(schema):
            closed = inner.get("additionalProperties") is False
            if "properties" in inner and not closed and "/if" not in place and "/then" not in place:
                yield f"{name}: {place}: allows other members"


def violations(value, validator):
    """What is wrong with a value, each with its place, the deepest cause of each."""
    for error in sorted(validator.iter_errors(value), key=lambda error: error.json_path):
        cause = best_match([error])
        yield f"{cause.json_path}: {cause.message[:300]}"


def data_files():
    """The repository's own data, each with the schema that it must fit; YAML is read as text, as the gateway reads it."""
    for path in sorted(ROOT.glob("adapters/*/adapter.yaml")):
        yield path, "adapter.schema.json", ""
    for path in sorted(ROOT.glob("adapters/*/cases/*.request.yaml")):
        yield path, "case.schema.json", "#/$defs/request"
    for path in sorted(ROOT.glob("adapters/*/cases/*.expected.json")):
        yield path, "case.schema.json", "#/$defs/expected"
    for path in sorted(ROOT.glob("examples/*weir*.yaml")):
        yield path, "config.schema.json", ""


def check_data(schemas, registry):
    """The mistakes in the repository's own data, and how many files there are."""
    mistakes, count = [], 0
    for path, name, part in data_files():
        place = path.relative_to(ROOT)
        count += 1
        try:
            value = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader) if path.suffix == ".yaml" else load(path)
        except (OSError, ValueError, yaml.YAMLError) as error:
            mistakes.append(f"{place}: {error}")
            continue
        validator = Draft202012Validator({"$ref": schemas[name]["$id"] + part}, registry=registry)
        mistakes.extend(f"{place}: {text}" for text in violations(value, validator))
    return mistakes, count


def check_changes(path, validator):
    """The mistakes in one file of changes, and how many changes it holds."""
    mistakes, count, sequence = [], 0, None
    with open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            place = f"{path}:{number}"
            if not line.endswith(b"\n"):
                mistakes.append(f"{place}: the line is cut off")
            try:
                change = json.loads(line.decode("utf-8"))
            except ValueError as error:
                mistakes.append(f"{place}: {error}")
                continue
            count += 1
            mistakes.extend(f"{place}: {text}" for text in violations(change, validator))
            if isinstance(change, dict) and isinstance(change.get("data"), dict):
                if change.get("subject") != change["data"].get("uid"):
                    mistakes.append(f"{place}: subject and data.uid differ")
            if null := null_place(change):
                mistakes.append(f"{place}: {null}: is null")
    return mistakes, count


def check_lines(path, validator):
    """The mistakes in one file of JSON lines, and how many there are."""
    mistakes, count = [], 0
    for count, line in enumerate(pathlib.Path(path).read_bytes().splitlines(), 1):
        place = f"{path}:{count}"
        try:
            value = json.loads(line.decode("utf-8"))
        except ValueError as error:
            mistakes.append(f"{place}: {error}")
            continue
        mistakes.extend(f"{place}: {text}" for text in violations(value, validator))
        if null := null_place(value):
            mistakes.append(f"{place}: {null}: is null")
    return mistakes, count


def null_place(value, place="$"):
    """Where a null stands outside `unmapped`, or nothing."""
    if value is None:
        return place
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inner:
        if name != "unmapped" and (found := null_place(part, f"{place}.{name}")):
            return found
    return None


def main(arguments):
    mistakes, schemas = [], {}
    for name in NAMES:
        path = ROOT / "schemas" / f"{name}.schema.json"
        try:
            schemas[path.name] = load(path)
        except (OSError, ValueError) as error:
            mistakes.append(f"{path.name}: {error}")
    for path in sorted((ROOT / "schemas").glob("*")):
        if path.name not in schemas and not any(mistake.startswith(path.name) for mistake in mistakes):
            mistakes.append(f"{path.name}: is not a schema that this script knows")
    registry = Registry().with_resources(
        (schema["$id"], DRAFT202012.create_resource(schema)) for schema in schemas.values() if "$id" in schema
    )
    for name, schema in schemas.items():
        mistakes.extend(check_schema(name, schema, registry))
    total = files = 0
    if not mistakes:
        mistakes, files = check_data(schemas, registry)
        for argument in arguments:
            name, colon, path = argument.rpartition(":")
            validator = Draft202012Validator(schemas[f"{name or 'change'}.schema.json"], registry=registry)
            try:
                found, count = check_lines(path, validator) if colon else check_changes(path, validator)
            except OSError as error:
                found, count = [f"{path}: {error.strerror}"], 0
            if count == 0 and not found:
                found = [f"{path}: holds nothing"]
            mistakes.extend(found)
            total += count
    for mistake in mistakes[:MISTAKES_SHOWN]:
        print(f"error: {mistake}", file=sys.stderr)
    if len(mistakes) > MISTAKES_SHOWN:
        print(f"error: and {len(mistakes) - MISTAKES_SHOWN} more", file=sys.stderr)
    if not mistakes:
        print(f"valid: {len(schemas)} schemas, {files} files of the repository, {total} changes")
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
