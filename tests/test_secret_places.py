"""What the path of a file says of the passwords in it is asked only where a word of the form is in the path."""

from __future__ import annotations

import pytest

from yett.rules.secrets import places
from yett.rules.secrets.places import Form

SPOKEN = (
    *("locale/a.js", "app/Locales/de.rb", "i18n/a", "x/l10n/a", "translation/a", "translations/a", "NLS/a"),
    *("lang/de.php", "languages/x/pt_br/a.php", "language/en.json", "messages/de.yml", "intl/fr/a"),
    *("messages.properties", "app/strings.xml", "x.locale.ts", "translation-de.json", "i18n.ts", "lang_de.py"),
    *("a.po", "a.pot", "b.resx", "c.xlf", "c.xliff", "app_en.arb"),
)
MANUAL = ("docs/a.mdx", "openapi.yaml", "api/swagger-2.json", "x/openapi/a.yml", "docs/api-reference/a.json")
TESTS = (
    *("test/a.py", "tests/a.py", "spec/a.rb", "src/specs/a", "__tests__/a.ts", "__mocks__/a", "e2e/a.ts", "mocks/a"),
    *("test_a.py", "x/conftest.py", "mock-a.ts", "mock_b.py", "a_test.go", "a_spec.rb", "a.test.ts", "a-spec.js"),
    *("a.e2e.ts", "a-mock.js", "CartTest.java", "CartTests.cs", "CartSpec.kt"),
)
RECORDED = ("fixtures/a", "x/__fixtures__/a", "Cassettes/a", "recordings/a", "spec/vcr/a")


@pytest.mark.parametrize(
    ("form", "paths"),
    ((places.SPOKEN, SPOKEN), (places.MANUAL, MANUAL), (places.TESTS, TESTS), (places.RECORDED, RECORDED)),
)
def test_every_form_has_one_of_its_words(form: Form, paths: tuple[str, ...]) -> None:
    for path in paths:
        assert form.form.search(path), path
        assert form.fits(path), path
    assert not form.fits("shop/settings.py")


def test_tests_are_code() -> None:
    assert places.tests("tests/test_cart.py")
    assert not places.tests("tests/data.json")
    assert not places.tests("tests/fixtures/cart.py")
