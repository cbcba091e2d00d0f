import json
from pathlib import Path

from click.testing import CliRunner

from medicalcor.cli.bench_scoring import scoring
from medicalcor.cli.score import score

FIELDS = {
    "id", "score", "classification", "procedures", "budget", "intent_to_book", "urgency", "emergency", "opt_out", "language",
    "confidence", "evidence", "would_change",
}  # fmt: skip


def case(case_id: str, text: str, **labels: object) -> str:
    turn = {"role": "user", "content": text}
    return json.dumps(
        {"id": case_id, "channel": "whatsapp", "messages": [turn], **labels}, ensure_ascii=False
    )


def test_one_prediction_a_line_in_order_labels_or_not() -> None:
    lines = [case("a", "cât costă un implant?", score=1, note="passed over"), "", case("b", "mulțumesc!")]
    result = CliRunner().invoke(score, ["--jsonl"], input="\n".join(lines))
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [(one["id"], one["score"]) for one in told] == [("a", 5), ("b", 1)]
    assert all(set(one) == FIELDS for one in told)


def test_unreadable_lines_are_named_and_the_others_answered() -> None:
    lines = [
        "{broken",
        case("a", "buna ziua"),
        '{"id": "c", "messages": []}',
        '{"id": "d", "messages": [{"role": "boss", "content": "secret words"}]}',
        '{"messages": [{"role": "user", "content": "x"}]}',
        "[]",
        '{"id": "e", "channel": "fax", "messages": [{"role": "user", "content": "x"}]}',
    ]
    result = CliRunner().invoke(score, ["--jsonl"], input="\n".join(lines))
    assert result.exit_code == 1
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["a"]
    assert [f"Line {number} " in result.stderr for number in (1, 2, 3, 4, 5, 6, 7)] == [True, False] + [
        True
    ] * 5
    assert "secret words" not in result.stderr


def test_bench_prints_the_figures(tmp_path: Path) -> None:
    labels = {
        "language": "ro", "score": 5, "classification": "HOT", "procedures": ["implant"], "budget": True,
        "intent_to_book": False, "urgency": "high", "emergency": False, "opt_out": False,
    }  # fmt: skip
    file = tmp_path / "cases.jsonl"
    file.write_text(case("a", "cât costă un implant la dumneavoastră?", **labels) + "\n", "utf-8")
    result = CliRunner().invoke(scoring, ["--file", str(file)])
    figures = json.loads(result.stdout)
    assert result.exit_code == 0, result.output
    assert (figures["accuracy"], figures["hot"]["recall"], figures["procedures_f1"]) == (1.0, 1.0, 1.0)
    assert figures["by_language"]["ro"]["cases"] == 1
    assert figures["messages_per_second"] > 0
