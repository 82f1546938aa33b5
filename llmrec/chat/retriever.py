"""llmrec as a LangChain retriever: a wish in words -> documents, best first, each with its score and its reason."""

from collections.abc import Callable
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from llmrec.catalog import Catalog
from llmrec.chat.conditions import Read, read_conditions
from llmrec.context import Context
from llmrec.request import Request


class LLMRecRetriever(BaseRetriever):
    """Asks the recommender for one person (or nobody); in async code it runs in a thread.

    A document's `page_content` is the item's text, its `metadata` hold `id`, `title`, `score`, `reason` (empty without
    `explain`) and `attributes`. Raises what `Recommender.recommend` does.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    catalog: Catalog
    recommend: Callable[[Request], Any] = Field(description="`Recommender.recommend`, or what gives such a response.")
    user: str | None = None
    history: tuple[str, ...] | None = None
    """Item ids, oldest first, in place of a user."""
    never: tuple[str, ...] = ()
    where: str | None = None
    """A filter that holds whatever the query says."""
    context: Context | None = None
    k: int = Field(default=5, ge=1)
    explain: bool = True
    reads_conditions: bool = True
    """Whether years, prices and exclusions in the query become filters; otherwise all of it is a wish."""

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun | None = None,  # noqa: ARG002 (LangChain's signature)
    ) -> list[Document]:
        read = read_conditions(query, self.catalog) if self.reads_conditions else Read(query, ())
        where = " and ".join((*([self.where] if self.where else []), *read.conditions)) or None
        response = self.recommend(
            Request(
                user=self.user,
                history=self.history,
                never=self.never,
                query=read.query or None,
                where=where,
                k=self.k,
                explain=self.explain,
                context=self.context,
            )
        )
        return [
            Document(
                id=item.id,
                page_content=self.catalog.item(item.id).text(),
                metadata={
                    "id": item.id,
                    "title": item.title,
                    "score": item.score,
                    "reason": item.rationale.text if item.rationale else "",
                    "attributes": item.attributes,
                },
            )
            for item in response.items
        ]
