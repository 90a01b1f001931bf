"""What /metrics tells, and that it tells nothing of a person."""

from prometheus_client.parser import text_string_to_metric_families

from bot.metrics import Metrics

LABELS = {"channel", "status", "le", "quantile"}


def samples(metrics: Metrics) -> dict[tuple[str, str], float]:
    families = text_string_to_metric_families(metrics.render().decode())
    return {
        (sample.name, sample.labels.get("channel", "")): sample.value
        for family in families
        for sample in family.samples
    }


def test_rejected_webhooks_are_counted_from_nought_on_each_channel() -> None:
    metrics = Metrics()
    assert samples(metrics)["enlace_webhooks_rejected_total", "sms"] == 0

    metrics.webhooks_rejected.labels("telegram").inc()

    counted = samples(metrics)
    assert counted["enlace_webhooks_rejected_total", "telegram"] == 1
    assert counted["enlace_webhooks_rejected_total", "sms"] == 0


def test_two_processes_in_one_count_apart() -> None:
    first, second = Metrics(), Metrics()
    first.oldest_waiting_seconds.set(5)
    assert samples(second)["enlace_oldest_waiting_seconds", ""] == 0


def test_no_label_could_name_a_person() -> None:
    metrics = Metrics()
    metrics.inbound.labels("sms", "handled").inc()
    metrics.deliveries.labels("sms", "sent").inc()
    metrics.send_seconds.labels("sms").observe(0.2)
    metrics.turn_seconds.labels("sms").observe(0.02)
    families = text_string_to_metric_families(metrics.render().decode())
    ours = [family for family in families if family.name.startswith("enlace_")]
    names = {name for family in ours for sample in family.samples for name in sample.labels}
    assert names <= LABELS
