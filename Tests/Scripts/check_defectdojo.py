"""Reads a file of findings with DefectDojo's own parser for "Generic Findings Import".

    check_defectdojo.py SOURCE FILE

SOURCE is a checkout of DefectDojo; FILE is what the sink sends. The parser runs as it stands; only Django and the models behind it are
replaced, the model of a finding by one that has the fields, and the longest texts, that dojo/finding/models.py declares.
Prints what was read; exits with 1 when the parser refuses the file or a text is longer than its column.
"""

import ast
import importlib.util
import json
import sys
import types
from pathlib import Path

SOURCE, FILE = Path(sys.argv[1]), Path(sys.argv[2])


def module(name, **members):
    """Makes a module known under `name`."""
    made = types.ModuleType(name)
    made.__path__ = []
    for key, value in members.items():
        setattr(made, key, value)
    sys.modules[name] = made
    return made


def load(name, path):
    """Runs a file of the checkout as the module `name`."""
    spec = importlib.util.spec_from_file_location(name, SOURCE / path)
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made
    spec.loader.exec_module(made)
    return made


def columns():
    """The fields of the model of a finding, with the length of those that have one."""
    tree = ast.parse((SOURCE / "dojo/finding/models.py").read_text(encoding="utf-8"))
    model = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Finding")
    found = {}
    for node in model.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            lengths = [word.value for word in node.value.keywords if word.arg == "max_length"]
            found[node.targets[0].id] = lengths[0].value if lengths and isinstance(lengths[0], ast.Constant) else None
    return found


COLUMNS = columns()


class Finding:
    """A finding that takes what the model takes."""

    def __init__(self, **values):
        self.unsaved_locations, self.unsaved_endpoints = [], []
        self.cve = self.cwe = self.unsaved_vulnerability_ids = None
        for name, value in values.items():
            if name not in COLUMNS:
                raise TypeError(f"Finding has no field {name}")
            limit = COLUMNS[name]
            if limit is not None and isinstance(value, str) and len(value) > limit:
                raise ValueError(f"{name} has {len(value)} characters, and its column {limit}")
            setattr(self, name, value)


class Endpoint:
    """An endpoint of the time before locations."""

    def __init__(self, host=None, port=None, protocol=None, path=None, query=None, fragment=None, userinfo=None):
        self.host, self.port = host, port


def main():
    settings = types.SimpleNamespace(V3_FEATURE_LOCATIONS=True)
    module("django")
    module("django.conf", settings=settings)
    module("django.core")
    module("django.core.files")
    module("django.core.files.base", ContentFile=bytes)
    module("dojo")
    module("dojo.models", Endpoint=Endpoint, FileUpload=object, Finding=Finding)
    module("dojo.finding")
    module("dojo.finding.cwe", cwe_number=lambda value: value)
    module("dojo.tools")
    load("dojo.tools.locations", "dojo/tools/locations.py")
    load("dojo.tools.parser_test", "dojo/tools/parser_test.py")
    parser = load("dojo.tools.generic.json_parser", "dojo/tools/generic/json_parser.py")
    for with_locations in (True, False):
        settings.V3_FEATURE_LOCATIONS = with_locations
        data = json.loads(FILE.read_text(encoding="utf-8"))
        findings = parser.GenericJSONParser()._get_test_json(data).findings
        places = sum(len(finding.unsaved_locations) + len(finding.unsaved_endpoints) for finding in findings)
        kind = "locations" if with_locations else "endpoints"
        print(f"{len(findings)} findings with {places} {kind}, {len(COLUMNS)} fields known")


if __name__ == "__main__":
    main()
