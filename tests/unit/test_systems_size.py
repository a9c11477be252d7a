"""An adapter fits on a page beside its vendor's: at most 150 lines of code, neither blank nor comment nor docstring."""

from __future__ import annotations

import ast
import inspect
import io
import tokenize

import pytest

from pulumi_pwmgmt.systems import discover

MOST = 150
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_NO_CODE = {
    tokenize.COMMENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
    tokenize.INDENT,
    tokenize.NEWLINE,
    tokenize.NL,
}


def code_lines(source: str) -> int:
    """Return the number of lines on which code stands."""
    lines = set[int]()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _NO_CODE:
            lines |= set(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node) is not None:
            docstring = node.body[0]
            lines -= set(range(docstring.lineno, (docstring.end_lineno or 0) + 1))
    return len(lines)


@pytest.mark.parametrize("system", discover())
def test_an_adapter_fits_on_a_page(system: str) -> None:
    assert code_lines(inspect.getsource(discover()[system])) <= MOST


def test_code_is_counted_and_nothing_else() -> None:
    module = '"""A module."""\n\n# said\nA = [\n    1,  # one\n\n]\n'
    function = 'def f():\n    """Two\n    lines."""\n    return """a\nb"""\n'
    assert code_lines(module) == 3
    assert code_lines(function) == 3
    assert code_lines(module + function) == 6
