"""A queue must hide a message for six times as long as its function may work on it."""

from cfnlint.rules import CloudFormationLintRule, RuleMatch

from lint.template import number, referenced, resources

FACTOR = 6
#: What AWS takes when a template says nothing.
DEFAULT_VISIBILITY_SECONDS = 30
DEFAULT_TIMEOUT_SECONDS = 3


class QueueVisibility(CloudFormationLintRule):
    """AWS asks for it; the emulator takes anything."""

    id = "E9101"
    shortdesc = "Queue visibility is at least six times the function timeout"
    description = "A shorter visibility timeout hands a message out again while it is being worked on."
    tags = ["sqs", "lambda"]

    def match(self, cfn):
        """Compares each event source mapping's queue with its function, by their parameters' defaults."""
        queues = dict(resources(cfn.template, "AWS::SQS::Queue"))
        functions = dict(resources(cfn.template, "AWS::Lambda::Function"))
        matches = []
        for name, mapping in resources(cfn.template, "AWS::Lambda::EventSourceMapping"):
            queue, function = referenced(mapping.get("EventSourceArn")), referenced(mapping.get("FunctionName"))
            if queue not in queues or function not in functions:
                continue
            visibility = number(cfn.template, queues[queue].get("VisibilityTimeout", DEFAULT_VISIBILITY_SECONDS))
            timeout = number(cfn.template, functions[function].get("Timeout", DEFAULT_TIMEOUT_SECONDS))
            path = ["Resources", name, "Properties"]
            if visibility is None or timeout is None:
                matches.append(RuleMatch(path, f"{queue} and {function} have times without a default: they cannot be compared"))
            elif visibility < FACTOR * timeout:
                matches.append(
                    RuleMatch(
                        path, f"{queue} hides messages for {visibility:g} s, less than {FACTOR} × {timeout:g} s of {function}"
                    )
                )
        return matches
