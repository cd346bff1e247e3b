"""Deploys the AI Voice Tool: preflight, packages, stacks, secrets, report.

`deploy.sh` is what people call. Nothing here knows what the functions do; it knows what they are made of.
"""
