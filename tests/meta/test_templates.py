"""Every template compiles and is titled; every string is translated; what the front end may weigh."""

import gzip
import re
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, meta

from medicalcor.web.locale import messages
from medicalcor.web.rendering import TEMPLATES, _environment, assets

PATHS = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
SCRIPT_LIMIT, STYLE_LIMIT = 60_000, 40_000
_PLACES = re.compile(r"%\((\w+)\)s")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", ["ro", "en", "de"])
def test_every_template_compiles(path: str, language: str) -> None:
    _environment(language, "Europe/Bucharest", "Clinica").get_template(path)


def test_every_page_has_a_title() -> None:
    for path in PATHS:
        source = (TEMPLATES / path).read_text(encoding="utf-8")
        if "{% extends" in source and not path.startswith("layout/app"):
            assert "{% block title %}" in source, path


def test_every_template_that_is_included_exists() -> None:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, extensions=["jinja2.ext.i18n", "jinja2.ext.do"]
    )
    for path in PATHS:
        tree = environment.parse((TEMPLATES / path).read_text(encoding="utf-8"))
        for name in meta.find_referenced_templates(tree):
            assert name in PATHS, (path, name)


def test_nothing_is_styled_or_scripted_in_the_page() -> None:
    """The content security policy would refuse it."""
    for path in PATHS:
        source = (TEMPLATES / path).read_text(encoding="utf-8")
        assert not re.search(r"\s(style|on\w+|hx-on[:\w-]*)=", source), path
        assert "<style" not in source, path
        assert not re.search(r"<script(?![^>]*\ssrc=)", source), path
        assert "|safe" not in source, path


def test_every_icon_in_a_template_is_in_the_sprite() -> None:
    known = set((TEMPLATES / "assets/icons.txt").read_text(encoding="utf-8").split())
    used = {
        name
        for path in PATHS
        for call in re.findall(r"icon\((.*?)\)", (TEMPLATES / path).read_text(encoding="utf-8"))
        for name in re.findall(r'^"([a-z0-9-]+)"', call)
    }
    assert used <= known


@pytest.mark.parametrize("language", messages.TRANSLATED)
def test_every_string_is_translated(language: str) -> None:
    catalogue = messages.catalogue(language)
    for file, message in messages.said():
        found = catalogue.get(message)
        assert found is not None, (file, message)
        forms = found.string if isinstance(found.string, (tuple, list)) else [found.string]
        assert all(forms), (file, message)
        wanted = set(_PLACES.findall(message if isinstance(message, str) else message[1]))
        for form in forms:
            assert set(_PLACES.findall(str(form))) == wanted, (file, message)


@pytest.mark.parametrize("language", messages.TRANSLATED)
def test_no_translation_is_left_over(language: str) -> None:
    said = {message if isinstance(message, str) else message[0] for _file, message in messages.said()}
    kept = {
        message.id if isinstance(message.id, str) else message.id[0]
        for message in messages.catalogue(language)
    }
    assert kept - {""} == said


def test_the_front_end_stays_light() -> None:
    static = TEMPLATES / "static"
    for name, limit in (("app.js", SCRIPT_LIMIT), ("app.css", STYLE_LIMIT)):
        size = len(gzip.compress(Path(static / assets().names[name]).read_bytes(), 9))
        assert size <= limit, (name, size)
