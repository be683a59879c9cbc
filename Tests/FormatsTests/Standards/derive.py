#!/usr/bin/env python3
"""Derives the two schema files beside this script from the standards' own repositories.

    derive.py OCSF_CLONE ECS_CLONE

OCSF_CLONE is a clone of https://github.com/ocsf/ocsf-schema, ECS_CLONE one of https://github.com/elastic/ecs. What is written: the event
classes, objects and fields that Weir uses, without their descriptions and without anything deprecated, so that whatever else an event holds is
a mistake. Needs PyYAML.
"""

import json
import pathlib
import subprocess
import sys

import yaml

HERE = pathlib.Path(__file__).parent
OCSF_TAG, ECS_TAG = "v1.8.0", "v9.4.0"
CLASSES = {"base_event": "events/base_event.json", "scan_activity": "events/application/scan_activity.json",
           "vulnerability_finding": "events/findings/vulnerability_finding.json"}
PARENTS = {"application": "events/application/application.json", "finding": "events/findings/finding.json", "base_event": "events/base_event.json"}
CATEGORIES = {"other": 0, "findings": 2, "application": 6}
OBJECTS = ["vulnerability", "cve", "cvss", "cwe", "advisory", "finding_info", "analytic", "resource_details", "metadata", "product", "feature",
           "ticket", "scan", "remediation", "fingerprint", "policy", "vendor_attributes"]
ECS_FIELDS = ["@timestamp", "message", "tags", "ecs.version", "host.name", "host.hostname", "host.ip", "destination.port", "network.transport",
              "network.protocol", "http.request.method", "observer.vendor", "observer.product"]
ECS_SETS = ["event.", "rule.", "vulnerability.", "related.", "url."]


def show(clone, tag, path):
    return subprocess.run(["git", "-C", clone, "show", f"{tag}:{path}"], check=True, capture_output=True, text=True).stdout


class OCSF:
    """The dictionary, classes and objects, with inheritance resolved."""

    def __init__(self, clone):
        self.read = lambda path: json.loads(show(clone, OCSF_TAG, path))
        self.dictionary = self.read("dictionary.json")

    def attributes(self, thing, parent):
        """Attributes of a class or object and of what it extends; those of the profile `incident` are marked."""
        inherited = self.attributes(parent(thing["extends"]), parent) if thing.get("extends") else {}
        result = {name: dict(value) for name, value in inherited.items()}
        own = dict(thing["attributes"])
        for include in own.pop("$include", []):
            # Other profiles are not used, so their attributes are not allowed.
            if include == "profiles/incident.json":
                for name, value in self.read(include)["attributes"].items():
                    result[name] = {**value, "profile": "incident"}
        for name, value in own.items():
            old = result.get(name, {})
            enum = {**old.get("enum", {}), **value.get("enum", {})}
            result[name] = {**old, **value, **({"enum": enum} if enum else {})}
        return result

    def parent_object(self, name):
        return self.read(f"objects/{name}.json")

    def parent_class(self, name):
        return self.read(PARENTS[name])

    def constraints(self, thing, parent):
        return thing["constraints"] if "constraints" in thing else self.constraints(parent(thing["extends"]), parent) if thing.get("extends") else {}

    def value(self, name, attribute):
        """The schema of one attribute; nothing for a type of object that is not used."""
        entry = self.dictionary["attributes"][name]
        kind = attribute.get("type", entry["type"])
        enum = {**entry.get("enum", {}), **attribute.get("enum", {})} if "enum" in entry or "enum" in attribute else {}
        types = self.dictionary["types"]["attributes"]
        if kind == "object":
            schema = {"type": "object"}
        elif kind not in types:
            if kind not in OBJECTS:
                return None
            schema = {"$ref": f"#/$defs/{kind}"}
        elif kind == "json_t":
            schema = {}
        else:
            definition = types[kind]
            base = definition.get("type", kind)
            while base in types and "type" in types[base]:
                base = types[base]["type"]
            schema = {"type": {"string_t": "string", "integer_t": "integer", "long_t": "integer", "float_t": "number", "boolean_t": "boolean"}[base]}
            if "regex" in definition:
                schema["pattern"] = definition["regex"]
            if "max_len" in definition:
                schema["maxLength"] = definition["max_len"]
            if enum:
                schema = {"enum": sorted(int(number) if schema["type"] == "integer" else number for number in enum)}
        return {"type": "array", "items": schema} if entry.get("is_array") else schema

    def schema(self, thing, parent):
        attributes = self.attributes(thing, parent)
        properties, captions, required = {}, [], []
        for name, attribute in sorted(attributes.items()):
            if "@deprecated" in attribute or "@deprecated" in self.dictionary["attributes"].get(name, {}):
                continue
            value = self.value(name, attribute)
            if value is None:
                continue
            properties[name] = value
            if attribute.get("requirement") == "required":
                required.append(name)
            entry = self.dictionary["attributes"][name]
            enum = {**entry.get("enum", {}), **attribute.get("enum", {})}
            if enum and "sibling" in entry:
                # The sibling holds the number's caption, or the source's own word beside 99.
                for number, word in sorted(enum.items()):
                    if number.isdigit() and number != "99":
                        captions.append({"if": {"properties": {name: {"const": int(number)}}, "required": [name]},
                                         "then": {"properties": {entry["sibling"]: {"const": word["caption"]}}}})
        schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
        for rule, names in self.constraints(thing, parent).items():
            schema[{"at_least_one": "anyOf", "just_one": "oneOf"}[rule]] = [{"required": [name]} for name in names]
        if captions:
            schema["allOf"] = captions
        incident = sorted(name for name, value in attributes.items() if value.get("profile") == "incident" and name in properties)
        return schema, incident

    def event(self, name):
        thing = self.read(CLASSES[name])
        schema, incident = self.schema(thing, self.parent_class)
        number = CATEGORIES[thing.get("category") or self.parent_class(thing["extends"])["category"]]
        uid = (number * 1000 + thing["uid"]) if "uid" in thing else 0
        caption = thing["caption"]
        schema["properties"].update(category_uid={"const": number}, class_uid={"const": uid}, class_name={"const": caption})
        activities = schema["properties"]["activity_id"]["enum"]
        schema["properties"]["type_uid"] = {"enum": [uid * 100 + activity for activity in activities]}
        schema["allOf"] = [rule for rule in schema["allOf"] if not {"category_uid", "class_uid", "type_uid"} & set(rule["if"]["properties"])]
        for activity in activities:
            schema["allOf"].append({"if": {"properties": {"activity_id": {"const": activity}}, "required": ["activity_id"]},
                                    "then": {"properties": {"type_uid": {"const": uid * 100 + activity}}}})
        if incident:
            profiles = {"properties": {"metadata": {"properties": {"profiles": {"contains": {"const": "incident"}}}, "required": ["profiles"]}}}
            schema["allOf"].append({"if": {"anyOf": [{"required": [attribute]} for attribute in incident]}, "then": profiles})
        return schema

    def document(self):
        definitions = {name: self.schema(self.parent_object(name), self.parent_object)[0] for name in OBJECTS}
        definitions.update({name: self.event(name) for name in CLASSES})
        return {"$comment": f"Derived by derive.py from https://github.com/ocsf/ocsf-schema, tag {OCSF_TAG}; Apache License 2.0, copyright OCSF a Series "
                            "of LF Projects, LLC. The part of the schema that Weir uses.",
                "$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": definitions}


def ecs_document(clone):
    flat = yaml.safe_load(show(clone, ECS_TAG, "generated/ecs/ecs_flat.yml"))
    fields = {}
    for name, field in sorted(flat.items()):
        if name not in ECS_FIELDS and not any(name.startswith(prefix) for prefix in ECS_SETS):
            continue
        entry = {"type": field["type"]}
        if "array" in field.get("normalize", []):
            entry["array"] = True
        if field.get("allowed_values"):
            entry["allowed"] = {value["name"]: value.get("expected_event_types", []) for value in field["allowed_values"]}
        fields[name] = entry
    return {"$comment": f"Derived by derive.py from https://github.com/elastic/ecs, tag {ECS_TAG}, generated/ecs/ecs_flat.yml; Apache License 2.0, "
                        "copyright Elasticsearch B.V. The fields that Weir may use.",
            "version": ECS_TAG[1:], "fields": fields}


def write(name, document):
    """Writes the document with each definition or field on a line of its own."""
    compact = lambda value: json.dumps(value, ensure_ascii=False, sort_keys=True)
    parts = []
    for key, value in document.items():
        if key in ("$defs", "fields"):
            lines = ",\n".join(f"  {compact(inner)}: {compact(value[inner])}" for inner in sorted(value))
            parts.append(f" {compact(key)}: {{\n{lines}\n }}")
        else:
            parts.append(f" {compact(key)}: {compact(value)}")
    (HERE / name).write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    write("ocsf-1.8.0.json", OCSF(sys.argv[1]).document())
    write("ecs-9.4.0.json", ecs_document(sys.argv[2]))
