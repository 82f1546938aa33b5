"""What fits the OpenAPI description, and what just does not, is answered or refused in one sentence: never a 5xx."""

from collections import Counter
from pathlib import Path
from typing import Any

import hypothesis
import schemathesis
from schemathesis import GenerationMode

from llmrec.recommender import Recommender
from llmrec.server.settings import Limits
from tests.server.serving import served


def test_nothing_breaks_the_gateway(recommender: Recommender, tmp_path: Path) -> None:
    with served(recommender, tmp_path, Limits()) as client:
        schema = schemathesis.openapi.from_url(f"{client.base_url}/openapi.json")
        schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
        statuses: Counter[int] = Counter()
        for found in schema.get_all_operations():
            operation = found.ok()

            @hypothesis.given(case=operation.as_strategy())
            @hypothesis.settings(
                max_examples=3 if "chat" in operation.path else 12, deadline=None, derandomize=True, database=None,
                suppress_health_check=list(hypothesis.HealthCheck), phases=[hypothesis.Phase.generate],
            )  # fmt: skip
            def answered(case: Any) -> None:
                if isinstance(case.body, dict):
                    case.body.pop("explain", None)  # takes seconds, and is tested elsewhere
                case.headers["Authorization"] = client.headers["Authorization"]
                response = case.call(timeout=120)
                assert response.status_code < 500, f"{case.as_curl_command()}\n{response.text}"
                statuses[response.status_code] += 1
                if response.status_code >= 400:
                    assert response.json()["error"]["message"]

            answered()
        assert statuses.total() > 60 and statuses[200] > 5 and not statuses[401]
