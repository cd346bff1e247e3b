"""Exports are named after their environment."""

from cfnlint.rules import CloudFormationLintRule, RuleMatch

PREFIX = "${EnvironmentName}-"


class ExportNames(CloudFormationLintRule):
    """Two environments share an account's exports."""

    id = "E9105"
    shortdesc = "Exports start with the environment's name"
    description = "Export names are !Sub strings that start with ${EnvironmentName}-."
    tags = ["outputs"]

    def match(self, cfn):
        """Looks at every output that is exported."""
        matches = []
        for name, output in (cfn.template.get("Outputs") or {}).items():
            exported = (output.get("Export") or {}).get("Name")
            if exported is None:
                continue
            text = exported.get("Fn::Sub") if isinstance(exported, dict) else exported
            if not isinstance(text, str) or not text.startswith(PREFIX):
                matches.append(RuleMatch(["Outputs", name], f"the export of {name} does not start with {PREFIX}"))
        return matches
