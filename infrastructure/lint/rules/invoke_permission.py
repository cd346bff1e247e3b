"""Whoever calls a function needs a permission on it."""

from cfnlint.rules import CloudFormationLintRule, RuleMatch

from lint.template import referenced, resources


class InvokePermission(CloudFormationLintRule):
    """The emulator invokes without one; AWS answers 500, or drops the scheduled event."""

    id = "E9103"
    shortdesc = "Every integration and scheduled target has a Lambda permission"
    description = "AWS::Lambda::Permission with the caller's service as principal and a SourceArn."
    tags = ["lambda", "apigateway", "events"]

    def match(self, cfn):
        """Collects who calls what, then looks for each pair among the permissions."""
        functions = dict(resources(cfn.template, "AWS::Lambda::Function"))
        permitted = {
            (referenced(permission.get("FunctionName")), permission.get("Principal"))
            for _, permission in resources(cfn.template, "AWS::Lambda::Permission")
            if permission.get("SourceArn")
        }
        calls = [
            (name, referenced(integration.get("IntegrationUri")), "apigateway.amazonaws.com")
            for name, integration in resources(cfn.template, "AWS::ApiGatewayV2::Integration")
        ]
        calls += [
            (name, referenced(target.get("Arn")), "events.amazonaws.com")
            for name, rule in resources(cfn.template, "AWS::Events::Rule")
            for target in rule.get("Targets") or []
        ]
        return [
            RuleMatch(["Resources", name], f"{name} calls {function}, but no permission lets {principal} do so")
            for name, function, principal in calls
            if function in functions and (function, principal) not in permitted
        ]
