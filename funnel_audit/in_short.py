"""*In short*: three to five plain sentences, the ones a head of sales would act on, written from the finished figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from funnel_audit.change_names import column, figure, stage, step
from funnel_audit.segment_names import column_name, segment_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from funnel_audit import report
    from funnel_audit.texts import Texts


LEAST_FOR_A_MEDIAN = 5
"""Of fewer deals no half, no share and no most frequent reason is told."""

SENSELESS = 0.5
"""An unripe win rate whose interval is this wide says nothing: "about 0 of 100, between 0 and 100"."""


def in_short(audit: report.Audit, texts: Texts) -> tuple[str, ...]:
    """Where most losses have a place the leak leads, otherwise the win rate; last what the data cannot say."""
    placed = any(stage.projected for stage in audit.funnel) and audit.totals.unplaced * 2 <= audit.totals.lost
    order: tuple[Callable[[report.Audit, Texts], str | None], ...] = (_win_rate, _reasons, _where, _change, _pace, _stands_out, _cannot)
    if placed:
        order = (_leak, _change, _stuck, _stands_out, _pace, _win_rate, _key_stage, _cannot)
    sentences = [write(audit, texts) for write in order]
    return tuple(sentence for sentence in sentences if sentence)


def _name(audit: report.Audit, stage_id: str) -> str:
    return next(stage.name for stage in audit.funnel if stage.stage == stage_id)


def _leak(audit: report.Audit, texts: Texts) -> str | None:
    """The costliest leak: where, how many, why, and what stopping it would bring."""
    leak = next((leak for leak in audit.leaks if leak.matters), None)
    if leak is None or not leak.lost:
        return None
    t = texts
    start, end, known = _name(audit, leak.start), _name(audit, leak.end), audit.totals.lost_with_a_stage
    if known is not None:
        say = t.count(
            "The biggest leak is “{start}” → “{end}”: {n} deal was lost there, {share} of the {known} lost ones whose stage is known.",
            "The biggest leak is “{start}” → “{end}”: {n} deals were lost there, {share} of the {known} lost ones whose stage is known.",
            leak.lost, start=start, end=end, known=t.number(known), share=t.percent(leak.lost / known, digits=None),
        )  # fmt: skip
    else:
        say = t.count(
            "The biggest leak is “{start}” → “{end}”: {n} deal was lost there in all, {share} of all losses.",
            "The biggest leak is “{start}” → “{end}”: {n} deals were lost there in all, {share} of all losses.",
            leak.lost, start=start, end=end, share=t.percent(leak.share_of_losses or 0.0, digits=None),
        )  # fmt: skip
    named = next((reason for reason in leak.reasons if reason.reason), None)
    if named is not None:
        say += " " + t.say("Most often: {reason} ({n}).", reason=named.reason, n=named.lost)
    gain, reference = leak.recoverable, leak.reference
    if gain is not None and reference is not None and leak.rate is not None and leak.window is not None and gain.wins >= 0.05:
        overall = next(stage.projected for stage in audit.funnel if stage.stage == leak.start)
        now = overall if leak.whole and overall is not None else leak.rate
        say += " " + t.say("Since {day} {now} go on", day=t.date(leak.window.start), now=t.percent(now.value, digits=None))
        if overall is not None and not leak.whole:
            say += " " + t.say("({overall} in all)", overall=t.percent(overall.value, digits=None))
        then, wins = t.percent(reference.value, digits=None), t.amount(gain.wins)
        if reference.source == "target":
            say += t.say("; at the target of {then} it would bring {wins} more wins in 30 days", then=then, wins=wins)
        else:
            say += t.say(
                "; in its best quarter ({quarter}) at least {then} did. That again would bring {wins} more wins in 30 days",
                then=then,
                quarter=t.quarter(reference.source.split()[-1]),
                wins=wins,
            )
        say += f" ({t.range(gain.low, gain.high)})"
        if gain.amount:
            say += t.say(", about {money}", money=t.money(gain.amount, audit.totals.currency, short=True))
        say += "."
    return say


def _change(audit: report.Audit, texts: Texts) -> str | None:
    """The surest change, for better or worse: what, since when, from what to what."""
    change = next((one for one in audit.changes if one.survives), None)
    last = next((period for period in reversed(audit.periods) if period.complete), None)
    if change is None or last is None:
        return None
    before, after = (figure(change, side, audit, texts) for side in (change.before, change.after))
    if change.since is not None:
        when = texts.say("since about {day}", day=texts.date(change.since))
    else:
        when = texts.say("from {first} to {last}", first=texts.date(last.start), last=texts.date(last.end))
    whose = ""
    if change.segment is not None:
        whose = texts.say(" ({column}: {value})", column=column(change.segment.column, audit, texts), value=change.segment.value)
    if change.what == "conversion":
        return _step_changed(change, audit, texts, when, whose, before, after)
    if change.what == "pace":
        return texts.say(
            "Half of the deals in “{stage}” {when} leave it within {after} days, {before} before.",
            stage=stage(change.stage, audit), when=when, before=before, after=after,
        )  # fmt: skip
    if change.what == "intake":
        return texts.say("New deals in 30 days: {when} {after}, {before} before.", when=when, before=before, after=after)
    if change.what == "amount":
        return texts.say("A won deal brings {when} {after} on average, {before} before.", when=when, before=before, after=after)
    return texts.say(
        "Other deals come than before{whose}: {when} {after} of the new ones are of this kind, {before} before.",
        whose=whose, when=when, before=before, after=after,
    )  # fmt: skip


def _step_changed(
    change: report.Change, audit: report.Audit, texts: Texts, when: str, whose: str, before: str, after: str
) -> str:
    start, end = step(change, audit)
    if audit.leaks and audit.leaks[0].start == change.stage and change.direction == "worse" and not whose:
        say = texts.say("That step got worse: {when} {after} go on, {before} before", when=when, before=before, after=after)
    elif change.direction == "better":
        say = texts.say(
            "“{start}” → “{end}”{whose} got better: {when} {after} go on, {before} before",
            start=start, end=end, whose=whose, when=when, before=before, after=after,
        )  # fmt: skip
    else:
        say = texts.say(
            "“{start}” → “{end}”{whose} got worse: {when} {after} go on, {before} before",
            start=start, end=end, whose=whose, when=when, before=before, after=after,
        )  # fmt: skip
    return say + (texts.say("; which deals come has changed, not how one of a kind does.") if change.verdict == "mix" else ".")


def _stuck(audit: report.Audit, texts: Texts) -> str | None:
    stalled = audit.stalled
    going = audit.totals.open - stalled.on_hold_count
    if not stalled.count or not going:
        return None
    worst = max(stalled.by_stage, key=lambda stage: stage.stalled)
    say = texts.count("{n} of {going} open deals is stuck", "{n} of {going} open deals are stuck", stalled.count, going=going)
    if stalled.amount:
        say += texts.say(", worth {money}", money=texts.money(stalled.amount, audit.totals.currency, short=True))
    return say + texts.say("; most of them in “{stage}” ({n}).", stage=worst.name, n=worst.stalled)


def _pace(audit: report.Audit, texts: Texts) -> str | None:
    days = audit.totals.days_to_win
    if days.p50 is None or days.p90 is None or days.n < LEAST_FOR_A_MEDIAN:
        return None
    say = texts.say(
        "Half of the won deals took {p50} or less, one in ten more than {p90}", p50=texts.days(days.p50), p90=texts.days(days.p90)
    )
    timed = [stage for stage in audit.funnel if stage.days.p50 is not None and stage.days.n >= 20]
    if timed:
        slowest = max(timed, key=lambda stage: stage.days.p50 or 0.0)
        say += texts.say(
            "; the slowest stage is “{stage}”, half of the deals stay there over {days}",
            stage=slowest.name,
            days=texts.days(slowest.days.p50 or 0.0),
        )
    return say + "."


def _win_rate(audit: report.Audit, texts: Texts) -> str | None:
    """The win rate, projected where it can be, else so far and of the closed, with the counts behind it."""
    totals, t = audit.totals, texts
    rate = totals.win_rate
    if totals.lost and not totals.won and audit.warnings:
        return None  # the warning above says it: the won deals are missing, and a rate of 0 is none
    if rate.projected is not None and (rate.projected.ripe or rate.projected.high - rate.projected.low < SENSELESS):
        sure = "" if rate.projected.ripe else " " + t.say("Many deals are still open, so that is not settled.")
        return (
            t.say(
                "Of new deals about {share} are won in the end ({range}); so far {won} of {deals} are.",
                share=t.percent(rate.projected.value, digits=None),
                range=t.percent_range(rate.projected.low, rate.projected.high, digits=None),
                won=totals.won,
                deals=totals.deals,
            )
            + sure
            + _expected(audit, t)
        )
    if rate.so_far is None:
        return t.count("{n} deal: too few for a rate.", "{n} deals: too few for a rate.", totals.deals)
    say = t.say(
        "Of {deals} deals {won} are won, {lost} lost and {open} still open: {so_far} won so far",
        deals=totals.deals,
        won=totals.won,
        lost=totals.lost,
        open=totals.open,
        so_far=t.percent(rate.so_far.value, digits=None),
    )
    if rate.closed_only is not None:
        say += t.say(
            ", {closed} of the closed ones ({range})",
            closed=t.percent(rate.closed_only.value, digits=None),
            range=t.percent_range(rate.closed_only.low, rate.closed_only.high, digits=None),
        )
    return say + "." + _expected(audit, t)


def _key_stage(audit: report.Audit, texts: Texts) -> str | None:
    """What reaching the stage that decides means."""
    key = audit.key_stage
    best = None if key is None else next((one for one in key.candidates if one.stage == key.found), None)
    if best is None or best.win_chance is None or best.before is None:
        return None
    return texts.say(
        "The key stage found in the data is “{stage}”: {there} of the deals that reach it win, of those at the stage before {before}.",
        stage=best.name,
        there=texts.percent(best.win_chance.value, digits=None),
        before=texts.percent(best.before.value, digits=None),
    )


def _expected(audit: report.Audit, texts: Texts) -> str:
    """What the forecast says, as a tail of the win rate."""
    ahead = audit.forecast
    if ahead is None or ahead.target != audit.funnel[-1].stage:
        return ""
    if ahead.backtest is not None and ahead.backtest.doubt is not None:
        return " " + texts.say("How many it will be until {day} the data do not say reliably.", day=texts.date(ahead.until))
    day, wins = texts.date(ahead.until), {name: texts.number(getattr(ahead.wins, name)) for name in ("p10", "p50", "p90")}
    if ahead.backtest is not None and ahead.backtest.rarely_held:
        return " " + texts.say(
            "Until {day} expect {p50} wins (median; range {p10}–{p90}, such a one held in {held} of {all} past periods).",
            day=day, held=ahead.backtest.held, all=len(ahead.backtest.origins), **wins,
        )  # fmt: skip
    return " " + texts.say("Until {day} expect {p50} wins (median; eight times in ten {p10}–{p90}).", day=day, **wins)


def _reasons(audit: report.Audit, texts: Texts) -> str | None:
    named = [reason for reason in audit.totals.loss_reasons if reason.reason][:3]
    lost = audit.totals.lost
    if not named or lost < LEAST_FOR_A_MEDIAN:
        return None
    listed = texts.listing([f"{reason.reason} ({texts.percent(reason.lost / lost, digits=None)})" for reason in named])
    return texts.say("Deals are lost most often because of: {reasons}.", reasons=listed)


def _where(audit: report.Audit, texts: Texts) -> str | None:
    standing = [stage for stage in audit.funnel[:-1] if stage.open]
    if not standing or audit.totals.open < LEAST_FOR_A_MEDIAN:
        return None
    most = max(standing, key=lambda stage: stage.open)
    say = texts.count(
        "{n} of {all} open deals stands in “{stage}”",
        "{n} of {all} open deals stand in “{stage}”",
        most.open,
        all=audit.totals.open,
        stage=most.name,
    )
    if most.open_days is not None and most.open >= LEAST_FOR_A_MEDIAN:
        say += (
            texts.say(", half of them for over {days}", days=texts.days(most.open_days))
            if most.open_days_since == "stage"
            else texts.say(", half of them created over {days} ago", days=texts.days(most.open_days))
        )
    return say + "."


def _stands_out(audit: report.Audit, texts: Texts) -> str | None:
    """The segment whose deals are won more or less often than all others, most surely so; owners on the same mix."""
    claimed = [
        (difference, segment)
        for segment in audit.segments if segment.kind in ("value", "band")
        for difference in segment.differences if difference.what == "win_rate"
    ]  # fmt: skip
    if not claimed:
        return None
    found, segment = min(claimed, key=lambda pair: (pair[0].q_value, -abs(pair[0].value - pair[0].others), -pair[1].deals))
    here, others = texts.percent(found.value, digits=None), texts.percent(found.others, digits=None)
    if segment.column == "owner":
        who = segment.value or ""
        if found.basis == "same mix":
            return texts.say("{who} wins {here} of the deals, the others {others} on the same mix.", who=who, here=here, others=others)
        return texts.say("{who} wins {here} of the deals, the others {others}.", who=who, here=here, others=others)
    return texts.say(
        "{value} ({column}): {here} of these deals are won, {others} of all others.",
        value=texts.say("“{name}”", name=segment_name(segment, texts, audit.totals.currency)),
        column=column_name(segment, texts), here=here, others=others,
    )  # fmt: skip


def _cannot(audit: report.Audit, texts: Texts) -> str | None:
    """The one gap that matters most, and the export that closes it."""
    lines = {line.analysis: line for line in audit.capabilities if line.verdict != "yes"}
    gap = next((lines[name] for name in ("stage_of_loss", "pace", "conversion") if name in lines), None)
    gap = gap or next((line for line in lines.values() if line.verdict == "no"), None)
    if gap is None or gap.need is None:
        return None
    return texts.say("What this export cannot show: {why}. What would: {need}.", why=gap.why, need=gap.need)
