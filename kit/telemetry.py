"""Traces, metrics and logs: all metrics are declared here, and no label carries an id or anything personal."""

import logging
import sys

import structlog
from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from kit.config import Settings

tracer = trace.get_tracer("handrail")
_meter = metrics.get_meter("handrail")

APPLIED = _meter.create_counter("records_applied", description="Records taken from Kafka, by topic and result")
BATCH_SECONDS = _meter.create_histogram("batch_seconds", "s", "Time to apply one batch, by topic")
DELAY = _meter.create_gauge("consumer_delay_records", description="Records in Kafka not yet taken, by topic")
PUBLISHED = _meter.create_counter("announcements_published", description="Announcements acknowledged by Kafka")
OUTBOX_AGE = _meter.create_gauge("outbox_oldest_seconds", "s", "Age of the oldest announcement not yet sent")
PARKED = _meter.create_gauge("records_parked", description="Records set aside or held, by reason")
FALLEN_DUE = _meter.create_counter("fallen_due", description="Things that fell due and were acted on, by name")
PAGE_SECONDS = _meter.create_histogram("page_seconds", "s", "Time to answer a request, by route and status class")

_LOGGED_KEYS = """
event level timestamp service process error code fingerprint sqlstate topic partition offset reason count name seconds
attempt route method status field kind action database consumer port release
"""
_LOGGED = frozenset(_LOGGED_KEYS.split())


def _only_known_keys(_: object, __: str, event: "structlog.typing.EventDict") -> "structlog.typing.EventDict":
    return {key: value for key, value in event.items() if key in _LOGGED}


def start(settings: Settings, service: str, process: str) -> None:
    """Logs as JSON lines with an allow-list of keys; metrics for Prometheus; traces where `otlp` is set."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_known_keys,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(settings.log_level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service, process=process)
    logging.basicConfig(level=logging.ERROR, format='{"level":"%(levelname)s","name":"%(name)s"}')
    resource = Resource.create({"service.name": f"{service}-{process}", "service.version": settings.release})
    metrics.set_meter_provider(MeterProvider(resource=resource, metric_readers=[PrometheusMetricReader()]))
    provider = TracerProvider(resource=resource)
    if settings.otlp:
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=settings.otlp)))
    trace.set_tracer_provider(provider)
