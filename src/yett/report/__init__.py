"""Reports: a verdict in, text out. A reporter sees nothing else, leaves no finding out and decides nothing."""

from __future__ import annotations

from yett.model import Verdict

FORMS = ("text", "json", "sarif", "markdown", "annotations")


def render(verdict: Verdict, form: str, *, colour: bool = False, width: int = 100, all_levels: bool = False) -> str:
    """The verdict in one of `FORMS`, ending in a newline. `colour`, `width` and `all_levels` concern "text" alone.

    Raises ValueError for any other form.
    """
    match form:
        case "text":
            from yett.report.text import render as text_report

            return text_report(verdict, colour=colour, width=width, all_levels=all_levels)
        case "json":
            from yett.report.json import render as json_report

            return json_report(verdict)
        case "sarif":
            from yett.report.sarif import render as sarif_report

            return sarif_report(verdict)
        case "markdown":
            from yett.report.markdown import render as markdown_report

            return markdown_report(verdict)
        case "annotations":
            from yett.report.annotations import render as annotations_report

            return annotations_report(verdict)
    raise ValueError(f"no report form {form!r}: choose from {', '.join(FORMS)}")
