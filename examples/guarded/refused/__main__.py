"""Runs the program that is named for a rule: pulumi config set rule minimum-length."""

import runpy

import pulumi

rule = pulumi.Config().require("rule")

runpy.run_path(f"{rule.replace('-', '_')}.py")
