"""What an answer must count, from the incidents alone and one at a time: no panel, no database, no arrays."""

from collections import Counter
from datetime import datetime
from itertools import pairwise

from geo.grid import parents
from models.calendar import to_date
from models.explore_question import Period, Question
from models.panel import IncidentColumns
from models.partnership import Partnership

ONE = 1_000_000


def shares(start: int, stop: int, edges: list[int]) -> list[int]:
    """Parts per million of [start, stop) between ``edges``, by the running total rounded down at each."""
    if start == stop:
        return [ONE if low <= start < high else 0 for low, high in pairwise(edges)]
    known = [min(max(edge - start, 0), stop - start) * ONE // (stop - start) for edge in edges]
    return [high - low for low, high in pairwise(known)]


def chosen(incidents: IncidentColumns, question: Question, partnership: Partnership) -> list[int]:
    """Positions of the incidents of the areas, categories, bases and cell that are asked for."""
    found = []
    for i in range(len(incidents)):
        area, category, basis = int(incidents.area[i]), int(incidents.category[i]), int(incidents.basis[i])
        if area < 0 or (question.areas and area not in question.areas):
            continue
        if question.categories and category not in question.categories:
            continue
        if question.bases and basis not in question.bases:
            continue
        found.append(i)
    return found


def recounted(
    incidents: IncidentColumns, question: Question, period: Period, partnership: Partnership
) -> tuple[Counter[int], Counter[int], Counter[tuple[int, int]]]:
    """By cell at the question's resolution, by shift-date, and by weekday and hour of the clock; in ppm."""
    calendar = partnership.calendar
    cells: Counter[int] = Counter()
    days: Counter[int] = Counter()
    hours: Counter[tuple[int, int]] = Counter()
    for i in chosen(incidents, question, partnership):
        start, stop = int(incidents.from_s[i]), int(incidents.to_s[i])
        home = int(parents(incidents.cell[i : i + 1], question.resolution)[0])
        for day in range(period.start, period.stop):
            weekday = to_date(day).weekday()
            if question.weekdays and weekday not in question.weekdays:
                continue
            for shift in range(len(calendar.shifts)):
                if question.shifts and shift not in question.shifts:
                    continue
                low, high = calendar.interval_s(to_date(day), shift)
                if stop < low or start >= high:
                    continue
                edges = [low, *range(low - low % 3600 + 3600, high, 3600), high]
                for edge, share in zip(edges, shares(start, stop, edges), strict=False):
                    if not share:
                        continue
                    cells[home] += share
                    if question.cell in {None, home}:
                        days[day] += share
                        hours[weekday, datetime.fromtimestamp(edge, calendar.timezone).hour] += share
    return cells, days, hours
