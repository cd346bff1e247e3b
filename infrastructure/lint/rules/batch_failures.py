"""A mapping from SQS must let the function report which messages failed."""

from cfnlint.rules import CloudFormationLintRule, RuleMatch

from lint.template import resources


class BatchFailures(CloudFormationLintRule):
    """Without it a returned failure is ignored and the message deleted."""

    id = "E9102"
    shortdesc = "Event source mappings report failed items"
    description = "FunctionResponseTypes must hold ReportBatchItemFailures."
    tags = ["sqs", "lambda"]

    def match(self, cfn):
        """Looks at every event source mapping."""
        return [
            RuleMatch(["Resources", name, "Properties"], f"{name} has no FunctionResponseTypes: [ReportBatchItemFailures]")
            for name, mapping in resources(cfn.template, "AWS::Lambda::EventSourceMapping")
            if "ReportBatchItemFailures" not in (mapping.get("FunctionResponseTypes") or [])
        ]
