from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_pwmgmt.errors import CredentialError
from tests.contract.between import Answer
from tests.contract.refused import assert_tells_no_secret
from tests.contract.table import Operation, proves

if TYPE_CHECKING:
    from tests.contract.scene import Scene

# Every form in which one of the vendors says no, each text with all that it was sent.
TELLTALE = {
    "errorCode": "E0000001",
    "errorSummary": "Api validation failed: password {sent}",
    "errorCauses": [{"errorSummary": "password: {sent}"}, {"errorSummary": "{sent}"}],
    "code": 400,
    "statusCode": 400,
    "name": "BadRequestError {sent}",
    "type": "Invalid Request {sent}",
    "message": "Validation failed: {sent}",
    "status": {"error": True, "code": 400, "type": "Invalid Request {sent}", "message": "Validation failed: {sent}"},
    "Message": "Validation failed {sent}",
    "ModelState": {"userPassword.Password": ["{sent}"]},
    "error": "{sent}",
    "Errors": ["{sent}"],
}


ODD = 'CANARY-"odd" \\ <New> 100% 1'


@proves("any error")
@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 500, 503])
def test_a_server_that_quotes_what_it_was_sent_is_not_quoted(operation: Operation, scene: Scene, status: int) -> None:
    with scene.answered(operation, Answer(status, TELLTALE, echoes=True)):
        try:
            answer = scene.ask(operation, new=ODD)
        except CredentialError as error:
            assert_tells_no_secret(error)
        else:
            assert operation.column == "verify"
            assert not answer
