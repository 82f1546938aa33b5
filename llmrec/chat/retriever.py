"""llmrec as a LangChain retriever: a query in words -> documents, best first, each with its score and its reason."""

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from llmrec.chat.chain import Recommends
from llmrec.chat.nlu.conditions import ParsedQuery, parse_conditions
from llmrec.context import Context
from llmrec.request import Request


class LLMRecRetriever(BaseRetriever):
    """Retrieve items for one person, or for one of whom nothing is known. In async code it runs in a thread.

    Parameters
    ----------
    recommender
        What ranks.
    user, history, never, where, context, k, explain
        As in `llmrec.Request`; `where` holds whatever the query says.
    score_threshold
        Least fused score of an item; what scores less is left out.
    parse_query
        Whether years, prices and exclusions in the query become filters; otherwise all of it is read by the LLM.

    Notes
    -----
    A document's `page_content` is the item's text, its `metadata` hold `id`, `title`, `score`, `reason` (empty without
    `explain`) and `attributes`. `invoke` raises what `Recommender.recommend` raises.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    recommender: Recommends
    user: str | None = None
    history: tuple[str, ...] | None = None
    never: tuple[str, ...] = ()
    where: str | None = None
    context: Context | None = None
    k: int = Field(default=5, ge=1)
    score_threshold: float | None = None
    explain: bool = True
    parse_query: bool = True

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun | None = None,  # noqa: ARG002 (LangChain's signature)
    ) -> list[Document]:
        catalog = self.recommender.catalog
        parsed = parse_conditions(query, catalog) if self.parse_query else ParsedQuery(query, ())
        where = " and ".join((*([self.where] if self.where else []), *parsed.conditions)) or None
        response = self.recommender.recommend(
            Request(
                user=self.user,
                history=self.history,
                never=self.never,
                query=parsed.query or None,
                where=where,
                k=self.k,
                explain=self.explain,
                context=self.context,
            )
        )
        return [
            Document(
                id=item.id,
                page_content=catalog.item(item.id).text(),
                metadata={
                    "id": item.id,
                    "title": item.title,
                    "score": item.score,
                    "reason": item.rationale.text if item.rationale else "",
                    "attributes": item.attributes,
                },
            )
            for item in response.items
            if self.score_threshold is None or item.score >= self.score_threshold
        ]
