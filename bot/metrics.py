"""What is counted and measured, for /metrics. No label ever tells a person, and no logs here."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_CHANNELS = ("telegram", "sms")
_SEND_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_TURN_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)


class Metrics:
    """The numbers of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.webhooks_rejected = Counter(
            "enlace_webhooks_rejected",
            "Webhooks that were unsigned or wrongly signed",
            ["channel"],
            registry=self.registry,
        )
        self.inbound = Counter(
            "enlace_inbound",
            "Messages that came in, by what became of them",
            ["channel", "status"],
            registry=self.registry,
        )
        self.turn_seconds = Histogram(
            "enlace_turn_seconds",
            "From a message received to its answer committed",
            ["channel"],
            buckets=_TURN_SECONDS,
            registry=self.registry,
        )
        self.deliveries = Counter(
            "enlace_deliveries",
            "Steps of deliveries, by the status they came to",
            ["channel", "status"],
            registry=self.registry,
        )
        self.send_seconds = Histogram(
            "enlace_send_seconds",
            "From calling a provider to its answer",
            ["channel"],
            buckets=_SEND_SECONDS,
            registry=self.registry,
        )
        self.queue_depth = Gauge(
            "enlace_queue_depth",
            "Deliveries that wait to be sent",
            ["channel"],
            registry=self.registry,
        )
        self.oldest_waiting_seconds = Gauge(
            "enlace_oldest_waiting_seconds",
            "Age of the delivery that has been due the longest",
            registry=self.registry,
        )
        self.last_sweep = Gauge(
            "enlace_last_sweep_timestamp_seconds",
            "When the last retention sweep ended, in Unix time",
            registry=self.registry,
        )
        self.sweep_seconds = Histogram(
            "enlace_sweep_seconds",
            "How long a retention sweep took",
            registry=self.registry,
        )
        for channel in _CHANNELS:
            self.webhooks_rejected.labels(channel)
            self.queue_depth.labels(channel)

    def render(self) -> bytes:
        """The exposition text, to be served as CONTENT_TYPE."""
        return generate_latest(self.registry)
