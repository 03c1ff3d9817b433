"""Every layout in which the forty deals are written: headers as in the CRM's own exports (the sources are those of the dialects)."""

from __future__ import annotations

from dataclasses import replace

from forty import Layout, Sheet

RU, US, DAY_US = "%d.%m.%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y"
ISO_Z, MOSCOW = "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S+03:00"
LOSS = frozenset({"stage_of_loss"})
BARE = frozenset({"amount", "currency", "owner", "source", "lost_reason", "title"})
"""What a history alone does not say."""

BITRIX = ("Новая", "Подготовка документов", "Cчёт на предоплату", "В работе", "Сделка успешна", "Сделка провалена")
BITRIX_EN = ("New", "Create papers", "Invoice", "In progress", "Deal won", "Deal lost")
BITRIX_CODES = ("NEW", "PREPARATION", "PREPAYMENT_INVOICE", "EXECUTING", "WON", "LOSE")
BITRIX_RU = Sheet(
    "deals.csv",
    {
        "Название сделки": "{title}", "Тип": "Продажа", "Стадия сделки": "{label}", "Воронка": "Общая", "Сумма": "{amount}",
        "Валюта": "Евро",
        "Ответственный": "{owner}", "Дата создания": "{created}", "Дата изменения": "{updated}", "Дата изменения стадии": "{changed}",
        "Предполагаемая дата закрытия": "31.12.2026", "Сделка закрыта": "{yes}", "Источник": "{source}", "Причина отказа": "{reason}",
        "ID": "{id}", "": "",
    },
    form=RU, money="{}.00", delimiter=";", encoding="utf-8-sig",
)  # fmt: skip
PRODUCTS = {**BITRIX_RU.columns, "Сумма": "{part} || {rest}", "ID": "{id}", "Товар": "Стол || Стул", "Цена": "1", "Количество": "1"}
BITRIX_ENGLISH = Sheet(
    "deals.csv",
    {
        "Deal Name": "{title}", "Stage": "{label}", "Pipeline": "General", "Income": "{amount}", "Currency": "Euro",
        "Responsible": "{owner}",
        "Created": "{created}", "Modified": "{updated}", "Stage change date": "{changed}", "Assumed close date": "12/31/2026",
        "Source": "{source}", "Lost reason": "{reason}", "ID": "{id}", "": "",
    },
    form=US, money="{}.00", delimiter=";", encoding="utf-8-sig",
)  # fmt: skip
BITRIX_HISTORY = Sheet(
    "history.csv",
    {
        "ID": "1", "TYPE_ID": "2", "OWNER_ID": "{id}", "CREATED_TIME": "{at}", "CATEGORY_ID": "0", "STAGE_SEMANTIC_ID": "P",
        "STAGE_ID": "{to}",
    },
    form=MOSCOW, rows="moves",
)  # fmt: skip
BITRIX_JSON = replace(BITRIX_HISTORY, name="history.json")
BITRIX_REST = Sheet(
    "deals.csv",
    {
        "ID": "{id}", "TITLE": "{title}", "STAGE_ID": "{label}", "CATEGORY_ID": "0", "CLOSED": "{Yes}", "OPPORTUNITY": "{amount}",
        "CURRENCY_ID": "EUR", "DATE_CREATE": "{created}", "CLOSEDATE": "{closed}", "MOVED_TIME": "{changed}",
        "DATE_MODIFY": "{updated}", "ASSIGNED_BY_ID": "{owner}", "SOURCE_ID": "{source}",
    },
    form=MOSCOW,
)  # fmt: skip

AMO = ("Первичный контакт", "Переговоры", "Принимают решение", "Согласование договора", "Успешно реализовано", "Закрыто и не реализовано")
AMO_CSV = Sheet(
    "amocrm_export_leads_2026-03-01.csv",
    {
        "ID": "{id}", "Название сделки": "{title}", "Бюджет ": "{amount}", "Ответственный": "{owner}", "Дата создания сделки": "{created}",
        "Кем создана сделка": "Anna", "Дата редактирования": "{updated}", "Дата закрытия": "{closed}", "Этап сделки": "{label}",
        "Воронка": "Воронка", "Полное имя контакта": "", "Источник": "{source}", "Источник\0": "", "Причина отказа": "{reason}",
    },
    form=RU, open_end="не закрыта",
)  # fmt: skip
AMO_XLSX = Sheet(
    "amocrm_export_leads_2026-03-01.xlsx",
    {
        "ID": "{id}", "Название сделки": "{title}", "Основной контакт": "", "Этап сделки": "{label}", "Воронка": "Воронка",
        "Бюджет €": "{amount}", "Ответственный": "{owner}", "Дата создания": "{created}", "Дата изменения": "{updated}",
        "Дата закрытия": "{closed}", "Источник": "{source}", "Причина отказа": "{reason}",
    },
    form=RU,
)  # fmt: skip
KOMMO_EN = ("Initial contact", "Discussions", "Decision making", "Contract discussion", "Closed - won", "Closed - lost")
KOMMO_ES = ("Contacto inicial", "Discusiones", "Toma de decisiones", "Discusión de contrato", "Logrado con éxito", "Venta perdida")
KOMMO_PT = ("Contato inicial", "Discussões", "Tomada de decisão", "Discussão de contrato", "Venda Ganha", "Venda Perdida")
KOMMO = {
    "en": {
        "ID": "{id}", "Lead name": "{title}", "Lead stage": "{label}", "Pipeline": "Sales", "Sale €": "{amount}",
        "Responsible user": "{owner}",
        "Created at": "{created}", "Last modified": "{updated}", "Closed at": "{closed}", "Source": "{source}", "Loss reason": "{reason}",
    },
    "es": {
        "ID": "{id}", "Nombre del lead": "{title}", "Presupuesto €": "{amount}", "Usuario responsable": "{owner}",
        "Fecha de Creación": "{created}",
        "Etiquetas": "", "Estatus del lead": "{label}", "Nombre completo": "", "Teléfono celular": "'+573001112233",
    },
    "pt": {
        "ID": "{id}", "Nome completo": "{title}", "Usuário responsável": "{owner}", "Etapa do lead": "{label}", "Funil de vendas": "Vendas",
        "Lead venda €": "{amount}", "Criado em": "{created}", "Fonte": "{source}", "motivo de insucesso": "{reason}",
    },
    "pt_xlsx": {
        "ID": "{id}", "Lead título": "{title}", "Etapa do lead": "{label}", "Funil de vendas": "Vendas", "Venda": "{amount}",
        "Lead usuário responsável": "{owner}", "Data Criada": "{created}", "Última modificação": "{updated}", "Data Fechada": "{closed}",
        "motivo de insucesso": "{reason}",
    },
}  # fmt: skip

HUBSPOT = ("Appointment Scheduled", "Qualified To Buy", "Presentation Scheduled", "Contract Sent", "Closed Won", "Closed Lost")
HUBSPOT_COLUMNS = {
    "Record ID": "{id}", "Deal Name": "{title}", "Pipeline": "Sales", "Deal Stage": "{label}", "Amount": "{amount}", "Currency": "EUR",
    "Close Date": "{closed}", "Create Date": "{created}", "Deal owner": "{owner}", "Closed Lost Reason": "{reason}",
    "Original Traffic Source": "{source}",
}  # fmt: skip


def hubspot(quote: str) -> Sheet:
    dated = {f"Date entered {quote}{label} (Sales){quote}": f"{{entered{k}}}" for k, label in enumerate(HUBSPOT)}
    return Sheet("hubspot-crm-exports-all-deals.csv", HUBSPOT_COLUMNS | dated, form="%Y-%m-%d %H:%M", money="{}.0")


HUBSPOT_IDS = ("appointmentscheduled", "qualifiedtobuy", "presentationscheduled", "contractsent", "closedwon", "closedlost")
HUBSPOT_API = Sheet(
    "deals.csv",
    {
        "hs_object_id": "{id}", "dealname": "{title}", "dealstage": "{label}", "pipeline": "default", "amount": "{amount}",
        "deal_currency_code": "EUR", "createdate": "{created}", "closedate": "{closed}", "hubspot_owner_id": "{owner}",
        "hs_analytics_source": "{source}", "closed_lost_reason": "{reason}",
        **{f"hs_date_entered_{label}": f"{{entered{k}}}" for k, label in enumerate(HUBSPOT_IDS)},
    },
    form=ISO_Z,
)  # fmt: skip
HUBSPOT_CHANGES = Sheet(
    "history.csv", {"deal_id": "{id}", "name": "dealstage", "value": "{to}", "timestamp": "{at}"}, form=ISO_Z, rows="moves"
)

PIPEDRIVE = ("Qualified", "Contact Made", "Demo Scheduled", "Proposal Made", "Won", "Lost")
PIPEDRIVE_COLUMNS = {
    "Deal - ID": "{id}", "Deal - Title": "{title}", "Deal - Owner": "{owner}", "Deal - Pipeline": "Pipeline", "Deal - Stage": "{kept}",
    "Deal - Status": "{Outcome}", "Deal - Value": "{amount}", "Deal - Currency of Value": "EUR", "Deal - Deal created": "{created}",
    "Deal - Update time": "{updated}", "Deal - Last stage change": "{moved}", "Deal - Won time": "{won_at}",
    "Deal - Lost time": "{lost_at}",
    "Deal - Deal closed on": "{closed}", "Deal - Lost reason": "{reason}", "Deal - Source channel": "{source}",
    "Deal - Expected close date": "2026-12-31",
}  # fmt: skip
PIPEDRIVE_LOG = Sheet(
    "log.csv",
    {
        "deal_id": "{id}", "change_time": "{at}", "changed_field_key": "{key}", "new_value": "{value}",
    },
    rows="log",
)  # fmt: skip
PIPEDRIVE_API = Sheet(
    "deals.csv",
    {
        "id": "{id}", "title": "{title}", "stage_id": "{kept_id}", "status": "{outcome}", "value": "{amount}", "currency": "EUR",
        "add_time": "{created}", "close_time": "{closed}", "update_time": "{updated}", "owner_name": "{owner}", "lost_reason": "{reason}",
    },
)  # fmt: skip
NAMED = {"stages.csv": "stage_id,stage_name\n" + "".join(f"{k + 1},{name}\n" for k, name in enumerate(PIPEDRIVE[:4]))}

SALESFORCE = ("Prospecting", "Qualification", "Needs Analysis", "Value Proposition", "Closed Won", "Closed Lost")
FOOTER = ("", "", "Deals of 2026", "Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved.",
          "Confidential Information - Do Not Distribute", "Generated By:  Ann Admin  9/8/2026 11:22 AM", "Example Ltd")  # fmt: skip
SF_REPORT = Sheet(
    "report.csv",
    {
        "Opportunity Owner": "{owner}", "Opportunity Name": "{title}", "Stage": "{label}", "Amount Currency": "EUR", "Amount": "{amount}",
        "Close Date": "{closed}", "Created Date": "{created}", "Lead Source": "{source}", "Loss Reason": "{reason}",
        "Opportunity ID": "{short}",
    },
    form=DAY_US, money="{}.00", after=FOOTER,
)  # fmt: skip
SF_REPORT_TIMED = replace(SF_REPORT, form="%m/%d/%Y %I:%M %p")
SF_FROM_TO = Sheet(
    "history_report.csv",
    {
        "Opportunity Name": "{title}", "From Stage": "{from} || {to}", "To Stage": "{to}", "Amount": "1 || 2", "Last Modified": "{at}",
        "Opportunity ID": "{short}",
    },
    form="%m/%d/%Y %I:%M %p", rows="moves", after=FOOTER,
)  # fmt: skip
SF_DATA = Sheet(
    "Opportunity.csv",
    {
        "Id": "{long}", "IsDeleted": "0", "Name": "{title}", "Description": "Señal", "StageName": "{label}", "Amount": "{amount}",
        "CloseDate": "{closed}", "LeadSource": "{source}", "IsClosed": "{is_closed}", "IsWon": "{is_won}", "CurrencyIsoCode": "EUR",
        "OwnerId": "{owner}", "CreatedDate": "{created}", "LastModifiedDate": "{updated}", "Loss_Reason__c": "{reason}",
    },
    encoding="cp1252",
)  # fmt: skip
SF_HISTORY = Sheet(
    "OpportunityHistory.csv",
    {
        "Id": "0080", "OpportunityId": "{long}", "CreatedDate": "{at}", "StageName": "{to}", "Amount": "1 || 2",
        "CloseDate": "2026-12-31", "FromOpportunityStageName": "{from} || {to}", "IsDeleted": "0",
    },
    rows="moves",
)  # fmt: skip
SF_FIELDS = Sheet(
    "OpportunityFieldHistory.csv",
    {
        "Id": "0170", "IsDeleted": "false", "OpportunityId": "{long}", "CreatedDate": "{at}", "Field": "StageName || Amount",
        "OldValue": "{from} || 1", "NewValue": "{to} || 2",
    },
    form="%Y-%m-%dT%H:%M:%S.000Z", rows="changes",
)  # fmt: skip

ZOHO = ("Qualification", "Needs Analysis", "Value Proposition", "Proposal/Price Quote", "Closed Won", "Closed Lost to Competition")
ZOHO_CSV = Sheet(
    "Deals_2026_03_01.csv",
    {
        "Record Id": "{id}", "Deal Owner.id": "9", "Deal Owner": "{owner}", "Amount": "{amount}", "Deal Name": "{title}",
        "Closing Date": "{closed}", "Stage": "{label}", "Lead Source": "{source}", "Pipeline": "Standard", "Reason For Loss": "{reason}",
        "Created Time": "{created}", "Modified Time": "{updated}", "Currency": "EUR",
    },
)  # fmt: skip
ZOHO_HISTORY = Sheet(
    "history.csv",
    {"Deal Id": "{id}", "Stage": "{from}", "Amount": "1", "Stage Duration": "2", "Moved To": "{to}", "Modified Time": "{at}"},
    rows="changes",
)
DYNAMICS = ("1-Qualify", "2-Develop", "3-Propose", "4-Close", "Won", "Lost")
DYNAMICS_XLSX = Sheet(
    "Opportunities.xlsx",
    {
        "(Do Not Modify) Opportunity": "{id}", "(Do Not Modify) Row Checksum": "x", "(Do Not Modify) Modified On": "{updated}",
        "Topic": "{title}", "Potential Customer": "", "Est. revenue": "{amount}", "Currency": "Euro", "Pipeline Phase": "{kept}",
        "Status": "{Outcome}", "Status Reason": "{reason}", "Est. close date": "2026-12-31 00:00:00", "Actual Close Date": "{closed}",
        "Owner": "{owner}", "Source": "{source}", "Created On": "{created}",
    },
    dates=("(Do Not Modify) Modified On", "Est. close date", "Actual Close Date", "Created On"),
)  # fmt: skip
CLOSE = ("Demo Completed", "Proposal Sent", "Contract Sent", "Signed", "Won", "Lost")
CLOSE_CSV = Sheet(
    "opportunities.csv",
    {
        "id": "{id}", "date_created": "{created}.000+00:00", "date_updated": "{updated}.000+00:00", "lead_name": "{title}",
        "user_name": "{owner}", "pipeline_name": "Sales", "status_label": "{label}", "status_type": "{active}", "value": "{amount}",
        "value_currency": "EUR", "value_period": "one_time", "date_won": "{won_at}", "date_lost": "{lost_at}",
    },
    money="{}00",
)  # fmt: skip
FRESHSALES = ("New", "Qualification", "Discovery", "Demo", "Won", "Lost")
FRESHSALES_CSV = Sheet(
    "deals.csv",
    {
        "Deal : id": "{id}", "Deal : Name": "{title}", "Deal : Deal stage": "{label}", "Deal : Total Deal Value": "{amount}",
        "Deal : Currency": "EUR", "Deal : Owner": "{owner}", "Deal : Created at": "{created}", "Deal : Expected close date": "2026-12-31",
        "Deal : Closed date": "{closed}", "Deal : Source": "{source}", "Deal : Lost reason": "{reason}",
    },
    money="{}.0",
)  # fmt: skip
ESPO = ("Prospecting", "Qualification", "Proposal", "Negotiation", "Closed Won", "Closed Lost")
ESPO_RU = ("Привлечение клиента", "Оценка возможности", "Предложение", "Согласование", "Закрыто - Успех", "Закрыто - Провал")
ESPO_CSV = Sheet(
    "Opportunity.csv",
    {
        "id": "{id}", "name": "{title}", "amountCurrency": "EUR", "amount": "{amount}", "stage": "{label}", "lastStage": "{kept}",
        "leadSource": "{source}", "closeDate": "{closed}", "assignedUserName": "{owner}", "createdAt": "{created}",
        "modifiedAt": "{updated}",
        "lostReason": "{reason}",
    },
)  # fmt: skip
ESPO_XLSX = Sheet(
    "Opportunity.xlsx",
    {
        "ID": "{id}", "Название": "{title}", "Сумма": "{amount}", "Валюта суммы": "EUR", "Стадия": "{label}", "Последняя стадия": "{kept}",
        "Источник кандидата": "{source}", "Дата закрытия": "{closed}", "Ответственный": "{owner}", "Создано в": "{created}",
        "Изменено в": "{updated}", "Причина отказа": "{reason}",
    },
    form="%d.%m.%Y %H:%M", before=(("Сделки",), ("01.03.2026",)),
)  # fmt: skip
SUITE_CSV = Sheet(
    "opportunities.csv",
    {
        "Opportunity Name": "{title}", "ID": "{id}", "Opportunity Amount": "{amount}", "Currency": "-99", "Expected Close Date": "{closed}",
        "Sales Stage": "{label}", "Probability (%)": "1", "Amount": "{amount}", "Lead Source": "{source}", "Assigned User": "{owner}",
        "Date Created": "{created}", "Date Modified": "{updated}", "Loss Reason": "{reason}", "Deleted": "0",
    },
    form="%m/%d/%Y %I:%M %p", money="€{:,}.00",
)  # fmt: skip

PLAIN = ("Alpha", "Bravo", "Charlie", "Delta", "Won", "Lost")
PLAIN_ROWS = {
    "id": "{id}", "title": "{title}", "stage": "{label}", "created": "{created}", "closed at": "{closed}", "updated": "{updated}",
    "amount": "{amount}", "currency": "EUR", "owner": "{owner}", "source": "{source}", "lost reason": "{reason}",
}  # fmt: skip
PLAIN_RU = {
    "Номер сделки": "{id}", "Название": "{title}", "Этап": "{label}", "Дата создания": "{created}", "Дата закрытия": "{closed}",
    "Дата изменения": "{updated}", "Сумма": "{amount}", "Валюта": "Евро", "Менеджер": "{owner}", "Источник": "{source}",
    "Причина отказа": "{reason}",
}  # fmt: skip
PLAIN_HISTORY = Sheet("history.csv", {"deal_id": "{id}", "stage": "{to}", "entered_at": "{at}"}, rows="moves")
PLAIN_DATED = PLAIN_ROWS | {label: f"{{entered{k}}}" for k, label in enumerate(PLAIN)}


def one(name: str, dialect: str, labels: tuple[str, ...], sheet: Sheet, lacks: frozenset[str] = LOSS, **more: object) -> Layout:
    return Layout(name, dialect, labels, (sheet,), lacks, **more)  # type: ignore[arg-type]


def pair(
    name: str, dialect: str, labels: tuple[str, ...], deals: Sheet, history: Sheet, lacks: frozenset[str] = frozenset(), **more: object
) -> Layout:
    """Deal rows with their history: nothing of a stage is lacking."""
    return Layout(name, dialect, labels, (deals, history), lacks, stays=True, **more)  # type: ignore[arg-type]


ES_LACKS = LOSS | {"closed", "source", "lost_reason"}
LAYOUTS = (
    one("bitrix24_ru", "bitrix24", BITRIX, BITRIX_RU),
    one("bitrix24_cp1251", "bitrix24", BITRIX, replace(BITRIX_RU, encoding="cp1251")),
    one("bitrix24_xls", "bitrix24", BITRIX, replace(BITRIX_RU, name="DEAL_20260301_1a2b.xls")),
    one("bitrix24_products", "bitrix24", BITRIX, replace(BITRIX_RU, columns=PRODUCTS)),
    one("bitrix24_en", "bitrix24", BITRIX_EN, BITRIX_ENGLISH),
    one("bitrix24_rest", "bitrix24", BITRIX_CODES, BITRIX_REST, LOSS | {"lost_reason"}, zone=3),
    one("bitrix24_history_flat", "bitrix24", BITRIX_CODES, BITRIX_HISTORY, BARE, stays=True, zone=3),
    one("bitrix24_history_json", "bitrix24", BITRIX_CODES, BITRIX_JSON, BARE, stays=True, zone=3),
    pair("bitrix24_rest_and_history", "bitrix24", BITRIX_CODES, BITRIX_REST, BITRIX_JSON, frozenset({"lost_reason"}), zone=3),
    one("amocrm_csv", "amocrm", AMO, AMO_CSV, LOSS | {"currency"}),
    one("amocrm_xlsx", "amocrm", AMO, AMO_XLSX),
    one("kommo_en", "kommo", KOMMO_EN, Sheet("leads.csv", KOMMO["en"], form=RU, open_end="not closed", encoding="utf-8-sig")),
    one("kommo_es", "kommo", KOMMO_ES, Sheet("leads.csv", KOMMO["es"], form=RU, encoding="utf-8-sig"), ES_LACKS),
    one("kommo_pt", "kommo", KOMMO_PT, Sheet("leads.csv", KOMMO["pt"], form=RU, encoding="utf-8-sig"), LOSS | {"closed"}),
    one("kommo_pt_xlsx", "kommo", KOMMO_PT, Sheet("leads.xlsx", KOMMO["pt_xlsx"], form=RU), LOSS | {"currency", "source"}),
    one("hubspot", "hubspot", HUBSPOT, hubspot('"'), frozenset(), stays=True),
    one("hubspot_single_quotes", "hubspot", HUBSPOT, hubspot("'"), frozenset(), stays=True),
    one("hubspot_api", "hubspot", HUBSPOT_IDS, HUBSPOT_API, frozenset(), stays=True),
    one("hubspot_changes", "hubspot", HUBSPOT_IDS, HUBSPOT_CHANGES, BARE, stays=True),
    one("pipedrive_csv", "pipedrive", PIPEDRIVE, Sheet("deals-1-1.csv", PIPEDRIVE_COLUMNS), frozenset()),
    one("pipedrive_xlsx", "pipedrive", PIPEDRIVE, Sheet("deals-1-1.xlsx", PIPEDRIVE_COLUMNS), frozenset()),
    one("pipedrive_log", "pipedrive", PIPEDRIVE, PIPEDRIVE_LOG, BARE, stays=True, extra=NAMED),
    pair("pipedrive_api_and_log", "pipedrive", PIPEDRIVE, PIPEDRIVE_API, PIPEDRIVE_LOG, frozenset({"source"}), extra=NAMED),
    one("salesforce_report", "salesforce", SALESFORCE, SF_REPORT, precision="D", ids="short_id"),
    one("salesforce_from_to", "salesforce", SALESFORCE, SF_FROM_TO, BARE, stays=True, ids="short_id"),
    one("salesforce_data", "salesforce", SALESFORCE, SF_DATA, ids="long_id"),
    one("salesforce_history", "salesforce", SALESFORCE, SF_HISTORY, BARE, stays=True, ids="long_id"),
    pair("salesforce_data_and_history", "salesforce", SALESFORCE, SF_DATA, SF_HISTORY, ids="long_id"),
    pair("salesforce_data_and_fields", "salesforce", SALESFORCE, SF_DATA, SF_FIELDS, ids="long_id"),
    pair("salesforce_report_and_data_history", "salesforce", SALESFORCE, SF_REPORT_TIMED, SF_HISTORY, ids="short_id"),
    one("zoho", "zoho", ZOHO, ZOHO_CSV),
    pair("zoho_rows_and_history", "zoho", ZOHO, ZOHO_CSV, ZOHO_HISTORY),
    one("dynamics365", "dynamics365", DYNAMICS, DYNAMICS_XLSX, frozenset()),
    one("close", "close", CLOSE, CLOSE_CSV, LOSS | {"source", "lost_reason"}),
    one("freshsales", "freshsales", FRESHSALES, FRESHSALES_CSV),
    one("espocrm_csv", "espocrm", ESPO, ESPO_CSV, frozenset()),
    one("espocrm_xlsx_ru", "espocrm", ESPO_RU, ESPO_XLSX, frozenset()),
    one("suitecrm", "suitecrm", SALESFORCE, SUITE_CSV),
    one("generic_rows", "generic", PLAIN, Sheet("deals.csv", PLAIN_ROWS)),
    one("generic_rows_ru", "generic", PLAIN, Sheet("deals.csv", PLAIN_RU, form=RU, delimiter="\t", encoding="utf-16")),
    one("generic_dated", "generic", PLAIN, Sheet("deals.csv", PLAIN_DATED), frozenset(), stays=True),
    one("generic_changes", "generic", PLAIN, PLAIN_HISTORY, BARE, stays=True),
    pair("generic_rows_and_changes", "generic", PLAIN, Sheet("deals.csv", PLAIN_ROWS), PLAIN_HISTORY),
)
