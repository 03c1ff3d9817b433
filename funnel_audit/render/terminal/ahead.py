"""What is to come: the stage that decides, the forecast with its range and its grades, and the deals behind it."""

from __future__ import annotations

from rich.console import RenderableType
from rich.text import Text

from funnel_audit.render.terminal.page import NONE, Column, Page, bar, bullets, cell, heading, legend, shorten, spaced, table
from funnel_audit.report import Backtest, DealOutlook, Forecast, KeyStage, PlanOutlook

NAME_LIMIT = 60
PLOT_CELLS = 30
SHOWN_STAGES = 4


def _name(page: Page, stage: str) -> str:
    """A stage's name, however long it is in the data."""
    return shorten(page.stage(stage), NAME_LIMIT)


def key_stage(page: Page) -> list[RenderableType]:
    """The stages by how much reaching them changes the outlook; the one that decides first."""
    key, t = page.audit.key_stage, page.texts
    if key is None or key.found is None:
        return _without(page, t.say("Key stage"), "key_stage", t.say("No key stage: {why}."))
    ranked = sorted((one for one in key.candidates if one.jump is not None), key=lambda one: -(one.jump or 0.0))[:SHOWN_STAGES]
    columns = [
        Column(
            t.say("Stage"),
            [cell(_name(page, one.stage), "bold" if one.stage == key.found else "") for one in ranked],
            justify="left",
            wraps=True,
            kept=True,
        ),
        Column(t.say("Of 100 there|win"), [_chance(page, one.win_chance) for one in ranked]),
        Column(t.say("Before|it"), ["" if one.before is None else t.points(one.before.value, digits=0) for one in ranked]),
        Column(
            t.say("Days to win,|median"),
            [NONE if one.median_days_to_win is None else t.amount(one.median_days_to_win) for one in ranked],
        ),
        Column(
            t.say("Decides in, %|of resamples"),
            [NONE if one.resampled_share is None else t.points(one.resampled_share, digits=0) for one in ranked],
        ),
    ]
    aside = t.say("found in the data: {stage}", stage=_name(page, key.found))
    return [heading(page, t.say("Key stage"), aside), table(page, columns), *legend([_agreement(page, key)])]


def _without(page: Page, title: str, what: str, sentence: str) -> list[RenderableType]:
    """Why there is nothing to show, where it was asked for by name; on the whole page the notes say it."""
    why = next((note.text for note in page.audit.notes if note.what == what), None)
    if page.asked is None or why is None:
        return []
    return [heading(page, title), bullets([cell(sentence.format(why=why))])]


def _agreement(page: Page, key: KeyStage) -> str:
    t = page.texts
    if key.declared is None or key.found is None:
        return ""
    standard = page.audit.input.stages == "packaged"
    if key.agree and standard:
        return t.say("The data agree with the key stage of the standard funnel.")
    if key.agree:
        return t.say("The data agree with the key stage of stages.yaml.")
    if standard:
        return t.say(
            "The standard funnel has “{declared}” as the key stage; in the data “{found}” decides more. "
            "To declare your own, make a stages.yaml with funnel-audit init.",
            declared=_name(page, key.declared),
            found=_name(page, key.found),
        )
    return t.say(
        "stages.yaml names “{declared}” as the key stage; in the data “{found}” decides more.",
        declared=_name(page, key.declared),
        found=_name(page, key.found),
    )


def _chance(page: Page, chance: object) -> str:
    from funnel_audit.report import Interval

    if not isinstance(chance, Interval):
        return NONE
    return f"{page.texts.points(chance.value, digits=0)} ({page.texts.points_range(chance.low, chance.high, digits=0)})"


def forecast(page: Page) -> list[RenderableType]:
    """The forecast in plain lines, the plot of months, and how the same code would have done."""
    ahead, t = page.audit.forecast, page.texts
    if ahead is None:
        return _without(page, t.say("Forecast"), "forecast", t.say("No forecast: {why}."))
    won = ahead.target == page.audit.funnel[-1].stage
    lines = [
        _doubt(page, ahead),
        _wins(page, ahead, won),
        _money(page, ahead),
        _narrow(page, ahead.backtest),
        _plan(page, ahead.plan),
        _key(page, ahead),
        _weights(page, ahead) if won else "",
        _weaker(page, ahead),
    ]
    title = t.say("Forecast until {day}", day=t.date(ahead.until))
    parts: list[RenderableType] = [
        heading(page, title, "" if won else _name(page, ahead.target)),
        bullets(cell(line) for line in lines if line),
    ]
    if any(month.reached for month in ahead.history):
        parts.append(spaced(_plot(page, ahead)))
    return parts + legend([_grades(page, ahead.backtest)])


def _doubt(page: Page, ahead: Forecast) -> str:
    """A plain warning where the same forecast failed in the past."""
    backtest, t = ahead.backtest, page.texts
    if backtest is None or backtest.doubt is None:
        return ""
    n = len(backtest.origins)
    if backtest.doubt == "range":
        why = t.say("its range held in only {held} of {all} past periods", held=backtest.held, all=n)
    else:
        why = t.say("in the past it erred more than “same as last period”")
    return t.say("Do not trust this forecast: {why}.", why=why)


def _narrow(page: Page, backtest: Backtest | None) -> str:
    """A range that held less often than it says, though not so rarely that the forecast is warned against."""
    if backtest is None or backtest.doubt == "range" or not backtest.rarely_held:
        return ""
    return page.texts.say(
        "In the past the range held in {held} of {all} periods, fewer than eight in ten: it may be too narrow.",
        held=backtest.held,
        all=len(backtest.origins),
    )


def _weaker(page: Page, ahead: Forecast) -> str:
    t = page.texts
    if ahead.method == "stages":
        return ""
    if not ahead.timed:
        return t.say("The export has no stage times: the forecast goes by the age of the deals alone, and is weaker.")
    return t.say(
        "Only {n} of {all} closed deals have stage times up to their end: the forecast goes by the age of the deals alone, and is weaker.",
        n=ahead.timed,
        all=ahead.closed,
    )


def _wins(page: Page, ahead: Forecast, won: bool) -> str:
    t, wins = page.texts, ahead.wins
    what = t.say("Wins") if won else t.say("Deals that get there")
    return t.say(
        "{what}: {p50} (median); eight times in ten between {p10} and {p90}. "
        "Mean {mean}: {open} from the deals open now, {new} from new ones.",
        what=what,
        p50=t.number(wins.p50),
        p10=t.number(wins.p10),
        p90=t.number(wins.p90),
        mean=t.number(wins.mean, 1),
        open=t.number(wins.from_open, 1),
        new=t.number(wins.from_new, 1),
    )


def _money(page: Page, ahead: Forecast) -> str:
    t, amount = page.texts, ahead.amount
    if amount is None:
        return ""
    low, middle, high = (page.money(value, ahead.currency) for value in (amount.p10, amount.p50, amount.p90))
    say = t.say("Money: {p50} (median); eight times in ten between {p10} and {p90}.", p50=middle, p10=low, p90=high)
    if ahead.amount_drawn:
        say += " " + t.count(
            "For {n} open deal without an amount that of won deals was taken.",
            "For {n} open deals without an amount that of won deals was taken.",
            ahead.amount_drawn,
        )
    return say


def _plan(page: Page, plan: PlanOutlook | None) -> str:
    if plan is None or plan.chance is None:
        return ""
    t = page.texts
    goals = []
    if plan.wins is not None:
        goals.append(t.count("{n} win", "{n} wins", round(plan.wins)))
    if plan.amount is not None:
        goals.append(page.money(plan.amount))
    say = t.say(
        "The plan ({goals} from {since} to {until}) is met with a chance of {chance}; so far it has {already}.",
        goals=t.listing(goals),
        since=t.short_date(plan.since),
        until=t.short_date(plan.until),
        chance=t.percent(plan.chance, digits=0),
        already=t.count("{n} win", "{n} wins", plan.already),
    )
    if plan.period_end is not None and plan.period_end != plan.until:
        say += " " + t.say("Its own period ends on {day}.", day=t.short_date(plan.period_end))
    return say + _needed(page, plan)


def _needed(page: Page, plan: PlanOutlook) -> str:
    needed, t = plan.key_stage_needed, page.texts
    if needed is None or (plan.wins is not None and plan.already >= plan.wins):
        return ""
    stage, day = _name(page, needed.stage), t.short_date(needed.by)
    expected = t.number(needed.expected, 1)
    if needed.why == "nothing_needed":
        return " " + t.say("For a chance of 80% nothing more is needed in “{stage}”.", stage=stage)
    if needed.deals is None:
        return " " + t.say(
            "A chance of 80% to meet the plan is out of reach in the time left: far more deals would have to reach “{stage}” by {day} "
            "than ever did ({expected} are expected on average).",
            stage=stage,
            day=day,
            expected=expected,
        )
    return " " + t.say(
        "For a chance of 80% it takes {deals} deals in “{stage}” by {day}; {expected} are expected on average.",
        deals=needed.deals,
        stage=stage,
        day=day,
        expected=expected,
    )


def _key(page: Page, ahead: Forecast) -> str:
    key = page.audit.key_stage
    stage = None if key is None else key.declared or key.found
    if ahead.key is None or stage is None:
        return ""
    t = page.texts
    if key is None or key.declared is None:
        origin = t.say("found in the data")
    elif page.audit.input.stages == "packaged":
        origin = t.say("that of the standard funnel")
    else:
        origin = t.say("declared in stages.yaml")
    return t.say(
        "Deals that reach the key stage “{stage}” ({origin}): {p50} (median; eight times in ten {p10}–{p90}).",
        stage=_name(page, stage),
        origin=origin,
        p50=t.number(ahead.key.p50),
        p10=t.number(ahead.key.p10),
        p90=t.number(ahead.key.p90),
    )


def _weights(page: Page, ahead: Forecast) -> str:
    t, crm = page.texts, ahead.crm_weighted
    say = t.say(
        "A CRM's weights per stage would promise {wins} wins, whenever they close", wins=t.number(crm.wins, 0 if crm.wins >= 10 else 1)
    )
    return say + (t.say(", worth {money}", money=page.money(crm.amount, ahead.currency)) if crm.amount else "") + "."


def _grades(page: Page, backtest: Backtest | None) -> str:
    t = page.texts
    if backtest is None:
        why = next((note.text for note in page.audit.notes if note.what == "forecast.backtest"), None)
        return "" if why is None else t.say("Not checked against the past: {why}.", why=why)
    n = len(backtest.origins)
    return t.say(
        "Checked against the past: the 80% range held in {held} of {all} months; mean error {mae} deals, same as last period {naive}, "
        "stage without age {stage}, stage weights {crm}.",
        held=backtest.held,
        all=n,
        mae=t.number(backtest.mae, 1),
        naive=t.number(backtest.mae_naive, 1),
        stage=t.number(backtest.mae_stage_only, 1),
        crm=t.number(backtest.mae_crm, 0 if backtest.mae_crm >= 10 else 1),
    )


def _plot(page: Page, ahead: Forecast) -> RenderableType:
    """A bar a month, then the fan of the forecast: solid to P10, half-tone to P90."""
    most = max([month.reached for month in ahead.history] + [ahead.wins.p90, 1])
    label = [month.month for month in ahead.history]
    lines = [
        _row(name, month.reached, month.reached, most, page.texts.number(month.reached))
        for name, month in zip(label, ahead.history, strict=True)
    ]
    counts = f"{page.texts.number(ahead.wins.p10)}–{page.texts.number(ahead.wins.p90)}"
    lines.append(_row(f"→ {ahead.until[5:]}", ahead.wins.p10, ahead.wins.p90, most, counts))
    return Text("\n").join(lines)


def _row(name: str, low: float, high: float, most: float, count: str) -> Text:
    solid, reach = round(low / most * PLOT_CELLS), round(high / most * PLOT_CELLS)
    line = Text(f"{name:<8}", style="dim")
    line.append("█" * solid, style="cyan")
    line.append("▒" * (reach - solid), style="cyan")
    return line.append(f" {count}")


def outlook(page: Page) -> list[RenderableType]:
    """The page of ``funnel-audit forecast``: by stage, deal by deal, and every origin of the backtest."""
    ahead, t = page.audit.forecast, page.texts
    if ahead is None:
        return []  # the forecast has said why
    stages = [row for row in ahead.by_stage if row.open]
    parts: list[RenderableType] = [
        heading(page, t.say("By stage")),
        table(
            page,
            [
                Column(t.say("Stage"), [_name(page, row.stage) for row in stages], justify="left", wraps=True, kept=True),
                Column(t.say("Open"), [t.number(row.open) for row in stages]),
                Column(t.say("Expected,|mean"), [t.number(row.expected, 1) for row in stages]),
                Column("", [bar(row.expected / row.open, 10) for row in stages]),
            ],
        ),
    ]
    if ahead.deals:
        parts += [spaced(heading(page, t.say("Most is expected of"))), _deals(page, ahead, ahead.deals)]
    if ahead.slipping:
        parts += [
            spaced(heading(page, t.say("Slipping away: the chance since they entered their stage"))),
            _deals(page, ahead, ahead.slipping),
        ]
    return parts


def _deals(page: Page, ahead: Forecast, deals: tuple[DealOutlook, ...]) -> RenderableType:
    t = page.texts
    return table(
        page,
        [
            Column(
                t.say("Deal"),
                [shorten(" ".join(part for part in (deal.deal_id, deal.title) if part), 70) for deal in deals],
                justify="left",
                wraps=True,
                kept=True,
            ),
            Column(t.say("Stage"), [_name(page, deal.stage) for deal in deals], justify="left", wraps=True),
            Column(
                t.say("Days|there") if ahead.method == "stages" else t.say("Days since|creation"),
                [NONE if deal.age_days is None else t.amount(deal.age_days) for deal in deals],
            ),
            Column(t.say("Chance,|%"), [t.points(deal.chance, digits=0) for deal in deals]),
            Column(
                t.say("At entry,|%"),
                [NONE if deal.chance_at_entry is None else t.points(deal.chance_at_entry, digits=0) for deal in deals],
            ),
            Column(t.say("Owner"), [shorten(deal.owner or "", 20) for deal in deals], justify="left", rank=1),
            Column(t.say("Amount"), [page.money(deal.amount, ahead.currency) for deal in deals]),
        ],
    )


def backtest(page: Page) -> list[RenderableType]:
    """Every origin: what would have been said, what came, and what the rivals would have said."""
    ahead, t = page.audit.forecast, page.texts
    if ahead is None or ahead.backtest is None:
        return []
    rows = ahead.backtest.origins
    return [
        heading(page, t.say("The same forecast in the past")),
        table(
            page,
            [
                Column(t.say("As of"), [row.as_of[:10] for row in rows], justify="left", kept=True),
                Column(t.say("Forecast,|mean"), [t.number(row.mean, 1) for row in rows]),
                Column(t.say("80% range"), [f"{t.number(row.p10)}–{t.number(row.p90)}" for row in rows]),
                Column(
                    t.say("Came"), [cell(t.number(row.actual), "bold" if row.p10 <= row.actual <= row.p90 else "bold red") for row in rows]
                ),
                Column(t.say("Last|period"), [t.number(row.naive) for row in rows]),
                Column(t.say("Stage|only"), [t.number(row.stage_only, 1) for row in rows]),
                Column(t.say("Stage|weights"), [t.number(row.crm_weighted, 1) for row in rows]),
            ],
        ),
    ]
