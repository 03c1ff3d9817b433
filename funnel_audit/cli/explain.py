"""``funnel-audit explain``: what a finding means, why it matters, when it is wrong, how to mend it; without a code the list of all."""

from __future__ import annotations

from typing import Annotated

import typer

from funnel_audit.cli.edge import language
from funnel_audit.cli.options import Language, Output, chosen_language, deliver, one_of, page_size
from funnel_audit.texts import Texts

t = Texts(language())


def explain(
    code: Annotated[
        str | None, typer.Argument(metavar="CODE", help=t.say("A code such as FA203, or a group such as FA2."), show_default=False)
    ] = None,
    lang: Language = None,
    output_format: Annotated[str, typer.Option("--format", help=t.say("terminal, markdown or json."))] = "terminal",
    output: Output = None,
) -> None:
    """A code is explained, a group or nothing is listed."""
    from funnel_audit.render.rules import FORMATS, render_as

    one_of("--format", output_format, FORMATS)
    texts = Texts(chosen_language(lang))

    from funnel_audit.codes import codes, covers
    from funnel_audit.findings.documents import rule_infos
    from funnel_audit.gate import chosen_codes

    wanted = chosen_codes("CODE", code)
    chosen = [rule for rule in rule_infos(texts) if not wanted or covers(wanted, rule.code)]
    in_full = bool(wanted) and all(name in codes() for name in wanted)
    width, color = page_size(output)
    deliver(render_as(output_format, chosen, texts, in_full=in_full, width=width, color=color), output)
