"""One page for Prometheus."""

from prometheus_client.parser import text_string_to_metric_families

from medicalcor.core.observability import metrics


def test_the_page_is_readable_and_names_everything() -> None:
    metrics.outbound.labels("whatsapp", "send_text", "ok").inc()
    page, content_type = metrics.render()
    assert content_type.startswith("text/plain")
    families = {family.name for family in text_string_to_metric_families(page.decode())}
    assert families >= {
        "medicalcor_outbound_calls",
        "medicalcor_outbound_seconds",
        "medicalcor_breaker_state",
        "medicalcor_ai_tokens",
    }
