"""Every file of ../shared/crm_samples, read without an edit or a flag; what must come out was worked out from the files by eye."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from funnel_audit.errors import InputError
from funnel_audit.intake.read import Reading, read
from funnel_audit.stages_file import load_funnel

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "crm_samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"the shared samples are not here: no folder {SAMPLES}")

RU7 = ("bitrix24", "101 102 103 104 105 106 107", "open open open open won lost lost",
       [150000, 78500.5, 1200000, 56000, 300000, 90000, 45000], "RUB RUB RUB USD RUB RUB RUB", "2026-01-12 09:15:00")  # fmt: skip
# file: dialect, ids, outcomes, amounts (None: missing), currencies, created of the first deal
DEALS: dict[str, tuple[str, str, str, list[float | None], str, str | None]] = {
    "amocrm_export_leads_2026-10-03.xlsx": (
        "amocrm", "501 502 503", "won lost open", [350000, None, 90000], "RUB RUB RUB", "2026-09-01 10:15:00"),
    "bitrix24_ru_DEAL_csv.csv": RU7,
    "bitrix24_ru_DEAL_20260922_1245eb64_6ab264526d153.xls": RU7,
    "bitrix24_ru_deals_cp1251_nobom.csv": RU7,
    "bitrix24_en_deals.csv": ("bitrix24", "101 105 107", "open won lost", [1500, 3000, 450], "USD USD EUR", "2026-01-12 09:15:00"),
    "bitrix24_ru_deals_with_products.csv": (
        "bitrix24", "101 102 105", "open open won", [150000, 78500.5, 300000], "RUB RUB RUB", "2026-01-12 09:15:00"),
    "close_opportunities.csv": ("close", "oppo_1 oppo_2", "won lost", [10000, 2500], "USD USD", "2026-02-14 09:00:00.123456"),
    "deals-22614642-11.csv": ("pipedrive", "1 2 3", "won lost open", [5000, 0, 1200.5], "EUR EUR BGN", "2026-01-05 07:17:52"),
    "dynamics365_opportunities.xlsx": (
        "dynamics365", " ".join(f"5f0c0000-0000-0000-0000-00000000000{n}" for n in (1, 2, 3)), "won lost open", [10000, 2500, 7000],
        "USD EUR USD", "2026-02-14 09:00:00"),
    "espocrm_opportunity_csv.csv": ("espocrm", "68aa1 68aa2", "won lost", [10000, 2500], "USD EUR", "2026-02-14 09:00:00"),
    "freshsales_deals.csv": ("freshsales", "70001 70002 70003", "won lost open", [10000, 2500, 7000], "- - -", "2026-02-14 09:00:00"),
    "hubspot-crm-exports-all-deals-2026-10-03.csv": (
        "hubspot", " ".join(f"1067677505{n}" for n in (2, 3, 4, 5)), "won lost open won", [5400, None, 1200.5, 99], "- - - -",
        "2026-03-03 11:40:00"),
    "kommo_export_leads_es.csv": ("kommo", "3001 3002", "open won", [1200, None], "USD USD", "2026-03-09 10:15:00"),
    "kommo_export_leads_pt.csv": ("kommo", "4001 4002", "open lost", [1234.5, None], "BRL BRL", "2026-07-27 09:00:01"),
    "salesforce_opportunity_report_details.csv": (
        "salesforce", "006000000000001 006000000000002 006000000000003", "won lost open", [10000, 2500, 7000], "USD USD EUR", "2026-02-14"),
    "suitecrm_opportunities.csv": ("suitecrm", "a1b2", "won", [10000], "USD", "2026-02-14 09:00:00"),
    "trailing_empty_headers.csv": (
        "generic", "trailing_empty_headers.csv:2 trailing_empty_headers.csv:3", "open won", [833, 1623], "USD USD", None),
    "zoho_Deals_2026_05_28.csv": (
        "zoho", "zcrm_4000000000001 zcrm_4000000000002", "won lost", [12000, None], "USD USD", "2026-02-08 14:56:28"),
    # its closing dates lie after the newest creation, the as-of: closed after as-of is open (definitions, 2.5)
    "zoho_like_text_dates_formulas.xlsx": (
        "zoho", "5805028000056864695 5805028000056859489 5805028000056859490 5805028000056859491", "open open open open",
        [2000, 2900, 11000, None], "- EUR - -", "2026-06-21 15:30:00"),
    # changes alone: amounts are not in them
    "bitrix24_stagehistory_flat.csv": ("bitrix24", "105 104", "won open", [None, None], "- -", "2026-01-16 06:00:00"),
    "bitrix24_crm.stagehistory.list.json": ("bitrix24", "105 104", "won open", [None, None], "- -", "2026-01-16 06:00:00"),
    "hubspot_property_history_ragged.csv": ("hubspot", "101 102", "open lost", [None, None], "- -", "2019-03-01 10:00:00"),
    "salesforce_OpportunityHistory_dataexport.csv": ("salesforce", "006000000000001AAA", "won", [None], "-", "2026-02-14 09:00:00"),
    "salesforce_OpportunityFieldHistory_dataexport.csv": ("salesforce", "006000000000001AAA", "won", [None], "-", None),
    "salesforce_opportunity_history_report.csv": ("salesforce", "006000000000001", "won", [None], "-", "2026-02-14 09:00:00"),
    "salesforce_opportunity_field_history_report.csv": ("salesforce", "006000000000001", "won", [None], "-", "2026-02-14 09:00:00"),
}  # fmt: skip


# file: the furthest stage of each deal, "-" where a loss is at no known step; the day on which it was closed
ENDS: dict[str, tuple[str, str]] = {
    "amocrm_export_leads_2026-10-03.xlsx": ("Успешно реализовано | - | Принимают решение", "2026-09-20 2026-09-08 -"),
    "bitrix24_ru_DEAL_csv.csv": (
        "Новая | Подготовка документов | Cчёт на предоплату | В работе | Сделка успешна | - | -",
        "- - - - 2026-02-09 2026-01-25 2026-01-27"),
    "bitrix24_ru_DEAL_20260922_1245eb64_6ab264526d153.xls": (
        "Новая | Подготовка документов | Cчёт на предоплату | В работе | Сделка успешна | - | -",
        "- - - - 2026-02-09 2026-01-25 2026-01-27"),
    "bitrix24_ru_deals_cp1251_nobom.csv": (
        "Новая | Подготовка документов | Cчёт на предоплату | В работе | Сделка успешна | - | -",
        "- - - - 2026-02-09 2026-01-25 2026-01-27"),
    "bitrix24_en_deals.csv": ("New lead | Acts signed, payment received | -", "- 2026-02-09 2026-01-27"),
    "bitrix24_ru_deals_with_products.csv": ("Новая | Подготовка документов | Сделка успешна", "- - 2026-02-09"),
    "close_opportunities.csv": ("Acts signed, payment received | -", "2026-03-31 2026-03-15"),
    "deals-22614642-11.csv": ("Won | Contact Made | Negotiations Started", "2026-02-07 2026-02-08 -"),
    "dynamics365_opportunities.xlsx": ("Won | 2-Develop | 1-Qualify", "2026-03-31 2026-03-15 -"),
    "espocrm_opportunity_csv.csv": ("Closed Won | Proposal", "2026-03-31 2026-03-15"),
    "freshsales_deals.csv": ("Won | - | Qualification", "2026-03-31 2026-03-15 -"),
    "hubspot-crm-exports-all-deals-2026-10-03.csv": (
        "Closed Won | Presentation Scheduled | Contract Sent | Closed Won",
        "2026-04-11 2026-05-05 - 2026-06-01"),
    "kommo_export_leads_es.csv": ("Contacto inicial | Logrado con éxito", "- -"),
    "kommo_export_leads_pt.csv": ("New lead | -", "- -"),
    "salesforce_opportunity_report_details.csv": ("Closed Won | - | Negotiation/Review", "2026-03-31 2026-03-15 -"),
    "suitecrm_opportunities.csv": ("Acts signed, payment received", "2026-03-31"),
    "trailing_empty_headers.csv": ("Negotiation | Closed Won", "- 2026-09-11"),
    "zoho_Deals_2026_05_28.csv": ("Acts signed, payment received | -", "2026-05-30 2026-05-20"),
    "zoho_like_text_dates_formulas.xlsx": ("New lead | New lead | New lead | New lead", "- - - -"),
    "bitrix24_stagehistory_flat.csv": ("WON | EXECUTING", "2026-02-09 -"),
    "bitrix24_crm.stagehistory.list.json": ("WON | EXECUTING", "2026-02-09 -"),
    "hubspot_property_history_ragged.csv": ("Meeting scheduled | Invoice and contract sent", "- 2019-03-20"),
    "salesforce_OpportunityHistory_dataexport.csv": ("Closed Won", "2026-03-31"),
    "salesforce_OpportunityFieldHistory_dataexport.csv": ("Closed Won", "2026-03-31"),
    "salesforce_opportunity_history_report.csv": ("Closed Won", "2026-03-31"),
    "salesforce_opportunity_field_history_report.csv": ("Closed Won", "2026-03-31"),
}  # fmt: skip


def reading(*names: str) -> Reading:
    return read([str(SAMPLES / name) for name in names], load_funnel(None))


def rows(found: Reading) -> dict[str, dict[str, Any]]:
    return {row["deal_id"]: row for row in found.journeys.deals.to_dict("records")}


def stages(found: Reading, deal: str) -> list[str]:
    """The names of the stages that a deal has been in, by its stays, and the furthest one."""
    names = [stage.name.en or "" for stage in found.funnel.stages]
    frame = found.journeys.stays_frame
    return [names[stage] for stage in frame[frame.deal_id == deal].stage] + [names[rows(found)[deal]["stage"]]]


@pytest.mark.parametrize("name", DEALS)
def test_what_comes_out(name: str) -> None:
    dialect, ids, outcomes, amounts, currencies, created = DEALS[name]
    found = reading(name)
    deals = rows(found)
    assert found.tables[0].outline.found.dialect.name == dialect
    assert set(deals) == set(ids.split())
    assert [deals[deal]["outcome"] for deal in ids.split()] == outcomes.split()
    assert [None if deals[deal]["amount"] != deals[deal]["amount"] else deals[deal]["amount"] for deal in ids.split()] == amounts
    assert ["-" if not isinstance(deals[deal]["currency"], str) else deals[deal]["currency"] for deal in ids.split()] == currencies.split()
    first = deals[ids.split()[0]]["created"]
    assert str(first).removesuffix("+00:00").removesuffix(" 00:00:00") == (created or "NaT")


@pytest.mark.parametrize("name", DEALS)
def test_where_each_deal_stands(name: str) -> None:
    found, ids = reading(name), DEALS[name][1].split()
    names = [stage.name.en or "" for stage in found.funnel.stages]
    deals = rows(found)
    assert [names[deals[deal]["stage"]] if deals[deal]["placed"] else "-" for deal in ids] == ENDS[name][0].split(" | ")
    assert ["-" if deals[deal]["closed"] is pd.NaT else str(deals[deal]["closed"])[:10] for deal in ids] == ENDS[name][1].split()


def test_every_sample_is_here() -> None:
    others = {"bitrix24_empty_export.csv", "hubspot_customobject_export_head200.csv", "salesforce_weekly_export"}
    assert {path.name for path in SAMPLES.iterdir()} == set(DEALS) | others and set(ENDS) == set(DEALS)


@pytest.mark.parametrize(
    ("name", "deal", "passed"),
    [
        ("bitrix24_stagehistory_flat.csv", "105", ["NEW", "PREPARATION", "EXECUTING", "WON"]),
        ("hubspot-crm-exports-all-deals-2026-10-03.csv", "10676775053", ["Appointment Scheduled", *["Presentation Scheduled"] * 2]),
        ("salesforce_opportunity_history_report.csv", "006000000000001", ["Prospecting", "Qualification", "Closed Won"]),
        ("salesforce_opportunity_field_history_report.csv", "006000000000001", ["Prospecting", "Qualification", "Closed Won"]),
        ("deals-22614642-11.csv", "2", ["Contact Made"]),
        ("espocrm_opportunity_csv.csv", "68aa2", ["Proposal"]),
        ("bitrix24_ru_DEAL_csv.csv", "103", ["Cчёт на предоплату", "Cчёт на предоплату"]),
    ],
)
def test_stages(name: str, deal: str, passed: list[str]) -> None:
    """A lost deal of Pipedrive and EspoCRM keeps its stage; the others by their history."""
    assert stages(reading(name), deal)[-len(passed) :] == passed


def test_weekly_export() -> None:
    """Latin-1; rows whose stage did not change are no moves; the stage of loss is the one before the last."""
    found = reading("salesforce_weekly_export/Opportunity.csv", "salesforce_weekly_export/OpportunityHistory.csv")
    deals = rows(found)
    assert {deal: row["outcome"] for deal, row in deals.items()} == {
        "0060000000000A1AAA": "won", "0060000000000A2AAA": "lost", "0060000000000A3AAA": "open"}  # fmt: skip
    assert stages(found, "0060000000000A2AAA")[-1] == "Firmas"
    assert deals["0060000000000A1AAA"]["title"] == "Señal Norte - 100"


def test_empty_export() -> None:
    with pytest.raises(InputError, match="Список сделок пуст!") as caught:
        reading("bitrix24_empty_export.csv")
    assert caught.value.cure == "Widen the filter in the CRM's list of deals and export again."


def test_vehicles_are_no_deals() -> None:
    with pytest.raises(InputError, match="in which stage"):
        reading("hubspot_customobject_export_head200.csv")
