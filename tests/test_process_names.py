"""Which names of stages are processes: the default pipelines of the CRMs, and every name of the packaged funnel on the other side."""

from __future__ import annotations

import pytest

from funnel_audit.process_names import process_word
from funnel_audit.stages_file import load_funnel

PROCESSES = """
Подготовка документов; В работе; Переговоры в процессе; Уточнение информации; Анализ причины провала; Create papers; In progress; Negotiate;
Get more info; Analyze failure; Переговоры; Принимают решение; Согласование договора; Discussions; Decision making; Contract discussion;
Negotiations Started; Prospecting; Qualification; Needs Analysis; Perception Analysis; Negotiation/Review; Id. Decision Makers;
Identify Decision Makers; Qualify; 2-Develop; Propose; Close; Привлечение клиента; Negotiation; Согласование; Думают; на оформлении;
Ожидание оплаты; Ждём решения; КП на согласовании; Первичный контакт; Engaging; Клиент думает; Договор на проверке; Under review
"""
STATES = """
Встреча состоялась; Offer sent; Appointment Scheduled; Qualified To Buy; Presentation Scheduled; Decision Maker Bought-In; Contract Sent;
Contact Made; Demo Scheduled; Proposal Made; Новая; New; Неразобранное; Incoming leads; Счёт выставлен; Договор подписан; Оплачено; Invoice;
Предоплата получена; Анализ проведен; Negotiations completed; Переговоры проведены; КП отправлено; Closed Won; Deal won; Сделка успешна;
Meeting held; Payment done; Call Completed; Презентация проведена; Документы приняты; Test drive held; Lead qualified
"""


@pytest.mark.parametrize("label", [label.strip() for label in PROCESSES.split(";")])
def test_a_process(label: str) -> None:
    assert process_word(label)


@pytest.mark.parametrize("label", [label.strip() for label in STATES.split(";")])
def test_a_completed_state(label: str) -> None:
    assert process_word(label) is None


def test_the_packaged_funnel_holds_no_process() -> None:
    named = [label for stage in load_funnel().stages for label in (stage.name.en, stage.name.ru, *stage.aliases) if label]
    assert [label for label in named if process_word(label)] == []
