"""Rules for cfn-lint about what the emulator accepts and AWS, or an operator at night, does not."""
