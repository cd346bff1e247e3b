"""Logs are kept for a time that was decided."""

from cfnlint.rules import CloudFormationLintRule, RuleMatch

from lint.template import referenced, resources


class LogRetention(CloudFormationLintRule):
    """A log group that Lambda makes on its own is kept for ever."""

    id = "E9106"
    shortdesc = "Every function has a log group of its own, with a retention"
    description = "LoggingConfig.LogGroup refers to a log group of the template; every log group has RetentionInDays."
    tags = ["lambda", "logs"]

    def match(self, cfn):
        """Looks at log groups, then at functions without one."""
        groups = dict(resources(cfn.template, "AWS::Logs::LogGroup"))
        matches = [
            RuleMatch(["Resources", name], f"{name} keeps its logs for ever: it has no RetentionInDays")
            for name, group in groups.items()
            if not group.get("RetentionInDays")
        ]
        for name, function in resources(cfn.template, "AWS::Lambda::Function"):
            if referenced((function.get("LoggingConfig") or {}).get("LogGroup")) not in groups:
                matches.append(RuleMatch(["Resources", name], f"{name} has no log group in the template"))
        return matches
