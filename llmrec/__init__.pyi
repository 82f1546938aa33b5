from llmrec import audit as audit
from llmrec import baselines as baselines
from llmrec import train as train
from llmrec.batch import recommend_all as recommend_all
from llmrec.catalog import Catalog as Catalog
from llmrec.evaluator import evaluate as evaluate
from llmrec.pipeline_config import PipelineConfig as PipelineConfig
from llmrec.recommender import Recommender as Recommender
from llmrec.registry import register as register
from llmrec.request import Request as Request
from llmrec.response import Response as Response
from llmrec.train.config import TrainConfig as TrainConfig
from llmrec.train.unlearn import unlearn as unlearn

__version__: str
