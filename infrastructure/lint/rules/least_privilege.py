"""A role names what it may touch."""

from cfnlint.rules import CloudFormationLintRule, RuleMatch

from lint.template import listed, resources


class LeastPrivilege(CloudFormationLintRule):
    """Where AWS leaves no choice, the role's Metadata says why: {LintReasons: {WildcardResource: "…"}}."""

    id = "E9104"
    shortdesc = "Roles name their actions and resources"
    description = "No Allow statement has the resource * or an action with a wildcard, unless a reason is given."
    tags = ["iam"]

    def match(self, cfn):
        """Looks at the inline policies of every role. A Deny may be as wide as it likes."""
        matches = []
        for name, role in resources(cfn.template, "AWS::IAM::Role"):
            metadata = cfn.template["Resources"][name].get("Metadata") or {}
            reason = (metadata.get("LintReasons") or {}).get("WildcardResource")
            for statement in self._allowed(role):
                label = statement.get("Sid", "a statement")
                if "NotAction" in statement or "NotResource" in statement:
                    matches.append(RuleMatch(["Resources", name], f"{label} of {name} allows everything but a list"))
                if "*" in listed(statement.get("Resource")) and not reason:
                    matches.append(RuleMatch(["Resources", name], f"{label} of {name} allows every resource, without a reason"))
                for action in listed(statement.get("Action")):
                    if isinstance(action, str) and "*" in action:
                        matches.append(RuleMatch(["Resources", name], f"{label} of {name} allows {action}: name the actions"))
            if role.get("ManagedPolicyArns"):
                matches.append(RuleMatch(["Resources", name], f"{name} has managed policies, which grant more than is used"))
        return matches

    @staticmethod
    def _allowed(role):
        for policy in role.get("Policies") or []:
            for statement in listed(policy.get("PolicyDocument", {}).get("Statement")):
                if statement.get("Effect") == "Allow":
                    yield statement
