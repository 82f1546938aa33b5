# %% [markdown]
# # llmrec in LangChain
#
# Films of MovieLens-100K with the adapter that ships (`llmrec setup` comes first). Runs as a script, and cell by cell
# in an editor that knows `# %%`, or as a notebook after `jupytext --to notebook serve/examples/langchain_shop.py`.

# %%
from langchain_core.chat_history import InMemoryChatMessageHistory
from langchain_core.runnables import RunnableLambda

from llmrec.chat import LLMRecRetriever, chat_chain, recommend_tool
from llmrec.context import Context
from llmrec.recommender import Recommender

recommender = Recommender.from_pretrained()
films = recommender.catalog

# %% [markdown]
# ## A retriever
# A query in words, for one person. Years, prices and exclusions become filters; each document brings its score, and the
# reason that was measured and checked.

# %%
retriever = LLMRecRetriever(recommender=recommender, user="471", k=2)
found = retriever.invoke("an animated film for children, but nothing after 1970")
for document in found:
    print(document.metadata["title"], round(document.metadata["score"], 2), "·", document.metadata["reason"])

# %% [markdown]
# It stands in a chain like any other retriever.

# %%
titles = retriever | RunnableLambda(lambda documents: [document.metadata["title"] for document in documents])
print(titles.invoke("a quiet drama"))

# %% [markdown]
# ## A tool for your agent
# The agent chooses the query, filters and how many; for whom, and the filter `where`, it cannot change. Give it to any
# model with `model.bind_tools([tool])`.

# %%
tool = recommend_tool(recommender, user="471", where="genre!=Horror")
call = {"name": tool.name, "args": {"query": "a heist with humour", "where": "year>=1990", "k": 2}}
answer = tool.invoke({"type": "tool_call", "id": "1", **call})
print(answer.content)

# %% [markdown]
# ## A conversation
# The chain keeps nothing: the messages are its memory, wherever you keep them. Each reply carries the state of the
# conversation in its metadata.

# %%
chain = chat_chain(recommender, history=films.history("471"), context=Context("evening", "winter"), explain=False)
memory = InMemoryChatMessageHistory()
for line in ("something funny from the 80s or 90s, not horror", "the second one but older", "only children's films"):
    memory.add_user_message(line)
    reply = chain.invoke(memory.messages)
    memory.add_message(reply)
    print(f"> {line}   {reply.response_metadata['conditions']}\n{reply.text}\n")

# %% [markdown]
# ## Lines read by a model
# Rules read the lines above. Where you serve a model that is able (`pip install 'llmrec[chat]'`, vLLM for example):
#
# ```python
# from langchain_openai import ChatOpenAI
# from llmrec.chat import model_parser
#
# model = ChatOpenAI(model="Qwen/Qwen3-8B", base_url="http://127.0.0.1:8000/v1", api_key="none", temperature=0)
# chain = chat_chain(recommender, parser=model_parser(model, films))
# ```
#
# Its proposals are held against the catalogue and joined to what the rules read: they can narrow an answer, never
# widen it.

# %%
recommender.pipeline.index.close()
