"""`python -m handrail.topics`: makes the topics of contracts.topics at a broker, or refuses where one differs."""

import argparse
import asyncio
import sys

from contracts.topics import TOPICS
from handrail.failing import Failed
from handrail.local.kafka import make_topics


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m handrail.topics", description=__doc__)
    words.add_argument("--kafka", required=True, metavar="HOST:PORT")
    words.add_argument("--replicas", type=int, default=1)
    told = words.parse_args()
    try:
        asyncio.run(make_topics(told.kafka, TOPICS, told.replicas))
    except Failed as failure:
        sys.exit(str(failure))


if __name__ == "__main__":
    main()
